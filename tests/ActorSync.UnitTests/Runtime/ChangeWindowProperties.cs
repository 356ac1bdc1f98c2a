using System.Globalization;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Runtime;

/// <summary>Windows of the change log over random histories: overlapping transactions, mappings that are held and go apart, pieces that are cut, turns that fail, and shards that
/// change from worker to worker. The store bounds what is read by what is known of ids, so that a floor that is too high, or a ceiling that is too low, loses a change.</summary>
public sealed class ChangeWindowProperties
{
    private const int ShardCount = 4;
    private const int FixedSeeds = 30;
    private const int Steps = 250;

    [Fact]
    [Trait("Invariant", "I9")]
    public async Task Every_change_is_read_once_and_those_of_a_record_in_their_order()
    {
        var wereApart = 0;
        await Seeded.CheckAsync(FixedSeeds, async random =>
        {
            var walk = await Walk.CreateAsync(random);
            for (var step = 0; step < Steps; step++)
            {
                await walk.StepAsync();
            }

            await walk.EndAsync();
            wereApart += walk.WasApart ? 1 : 0;
        });
        (wereApart > FixedSeeds / 2 || Environment.GetEnvironmentVariable(Seeded.SeedVariable) is { Length: > 0 }).ShouldBeTrue("most histories have a backlog");
    }

    /// <summary>A database, what the application does to its change log, and the workers that read it.</summary>
    private sealed class Walk
    {
        private static readonly short[] Mappings = [1, 2, 3];

        private readonly Random _random;
        private readonly MemoryDatabase _database;
        private readonly MemoryTurnStore _store;
        private readonly MemoryTransaction?[] _applications = new MemoryTransaction?[4];
        private readonly HashSet<(short, Guid)>[] _changing = [[], [], [], []];
        private readonly List<CapturedChange> _read = [];
        private readonly int _rowsMax;
        private readonly bool _isOneQueue;
        private ChangeWindow[] _windows = [];
        private Guid _node;

        private Walk(Random random)
        {
            _random = random;
            _database = new MemoryDatabase([], ShardCount, () => DateTimeOffset.UnixEpoch, random) { SaysIds = true };
            _store = new MemoryTurnStore(_database);
            _rowsMax = random.Next(3) == 0 ? random.Next(4, 20) : random.Next(100, 130);
            _isOneQueue = random.Next(8) == 0;
            if (random.Next(2) == 0)
            {
                _database.PieceRowsMax = () => _random.Next(4) == 0 ? _random.Next(1, 40) : int.MaxValue;
            }
        }

        public bool WasApart { get; private set; }

        public static async Task<Walk> CreateAsync(Random random)
        {
            var walk = new Walk(random);
            await walk._store.Leases.EnsureAsync([.. Enumerable.Range(0, ShardCount)], default);
            await walk.TakeOverAsync();
            return walk;
        }

        public async Task StepAsync()
        {
            switch (_random.Next(20))
            {
                case < 9:
                    Change(_random.Next(_applications.Length));
                    break;
                case < 13:
                    End(_random.Next(_applications.Length));
                    break;
                case 13 when _random.Next(3) == 0:
                    await TakeOverAsync();
                    break;
                default:
                    await ReadAsync(_windows[_random.Next(_windows.Length)], [.. Mappings.Where(_ => !_isOneQueue && _random.Next(6) == 0)], fails: _random.Next(8) == 0);
                    break;
            }
        }

        public async Task EndAsync()
        {
            for (var i = 0; i < _applications.Length; i++)
            {
                End(i);
            }

            for (var quiet = 0; quiet < 3;)
            {
                var before = _read.Count;
                foreach (var window in _windows)
                {
                    await ReadAsync(window, [], fails: false);
                }

                quiet = _read.Count == before && !_windows.Any(window => window.IsBehind()) ? quiet + 1 : 0;
            }

            _windows.ShouldAllBe(window => window.MappingsApart().Count == 0, "all have caught up");
            var logged = _database.ChangeLog.All.Select(change => change.Change.Id).ToHashSet();
            logged.Except(_read.Select(change => change.Id)).Take(5).ShouldBeEmpty("lost");
            _read.GroupBy(change => change.Id).Where(same => same.Count() > 1).Select(same => same.Key).Take(5).ShouldBeEmpty("doubled");
            foreach (var record in _read.GroupBy(change => (change.Mapping, change.Entity)))
            {
                record.Select(change => change.Id).ShouldBeInOrder();
            }
        }

        // Nobody changes a record that another open transaction has changed.
        private void Change(int application)
        {
            var transaction = _applications[application] ??= _database.Begin();
            var number = transaction.Number;
            var mapping = Mappings[_random.Next(Mappings.Length)];
            var isBurst = _random.Next(10) == 0;
            for (var i = isBurst ? _random.Next(100, 300) : _random.Next(1, 4); i > 0; i--)
            {
                var entity = new Guid(isBurst ? _random.Next() : _random.Next(12), 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)_random.Next(ShardCount));
                if (_changing.Where((_, other) => other != application).Any(changing => changing.Contains((mapping, entity))))
                {
                    continue;
                }

                _changing[application].Add((mapping, entity));
                var id = NextId();
                _database.ChangeLog.Rows.Write(transaction, id, new MemoryChange(
                    new CapturedChange(id, number.ToString(CultureInfo.InvariantCulture), _database.Now(), mapping, 'U', entity, 1, 1, "{}", "{}"), number, null, Addresses.ShardOf(entity, ShardCount)));
            }
        }

        // Others draw ids too, some of them many.
        private long NextId()
        {
            for (var i = _random.Next(200) == 0 ? _random.Next(400) : 0; i > 0; i--)
            {
                _database.NextId();
            }

            return _database.NextId();
        }

        private void End(int application)
        {
            if (_applications[application] is { } transaction)
            {
                if (_random.Next(6) == 0)
                {
                    transaction.Rollback();
                }
                else
                {
                    transaction.Commit();
                }
            }

            _applications[application] = null;
            _changing[application].Clear();
        }

        private async Task ReadAsync(ChangeWindow window, HashSet<short> held, bool fails)
        {
            await using var turn = await _store.BeginAsync(default);
            var changes = await window.ReadAsync(turn, _rowsMax, default, held, othersWait: _random.Next(3) == 0);
            changes.ShouldAllBe(change => !held.Contains(change.Mapping) && window.Shards.Any(lease => lease.Address == Addresses.ShardOf(change.Entity, ShardCount)));
            changes.Count.ShouldBeLessThanOrEqualTo(_rowsMax);
            WasApart |= window.MappingsApart().Count > 0;
            foreach (var lease in window.Shards.Where(lease => changes.Any(change => Addresses.ShardOf(change.Entity, ShardCount) == lease.Address)))
            {
                turn.Advance(lease);
            }

            if (!fails)
            {
                await turn.CommitAsync(default);
                _read.AddRange(changes);
            }
        }

        // What was not committed is lost; the shards are divided anew, so that those of one worker stand at different places.
        private async Task TakeOverAsync()
        {
            await _store.Leases.ReleaseAsync(_node, default);
            _node = _database.NextGuid();
            await _store.Leases.RegisterAsync(_node, new NodeProfile("test", "1", Mappings), TimeSpan.FromHours(1), default);
            var shards = (await _store.Leases.AcquireAsync(_node, default)).Where(lease => lease.Address < ShardCount).OrderBy(lease => lease.Address).ToArray();
            shards.Length.ShouldBe(ShardCount);
            var first = _random.Next(1, 1 << ShardCount);
            _windows = [.. new[] { first, ~first }.Select(which => shards.Where(lease => (which >> lease.Address & 1) == 1).ToArray()).Where(part => part.Length > 0)
                .Select(part => new ChangeWindow(part) { ShardCount = ShardCount, IsOneQueue = _isOneQueue })];
        }
    }
}
