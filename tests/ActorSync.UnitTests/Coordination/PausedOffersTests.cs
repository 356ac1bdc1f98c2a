using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Seeds;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>What is held while mappings are paused, and how it leaves when they go on.</summary>
public sealed class PausedOffersTests
{
    private const short Account = 1;
    private const short Contact = 2;

    // More of both than the window of ten has room for.
    [Fact]
    public async Task Children_of_paused_births_do_not_fill_the_window_and_leave_behind_their_parents_when_these_go_on()
    {
        var world = await World.CreateAsync();
        world.Paused.Add(Account);
        foreach (var i in Enumerable.Range(1, 30))
        {
            world.Offer(Offers.Contact($"C{i}", account: $"A{i}"), Offers.Account($"A{i}", parent: $"P{i}"), Offers.Account($"P{i}"));
        }

        world.Offer(Offers.Contact("X", account: "alive"));
        await world.RunAsync(rounds: 20);
        world.Left.ShouldBe(["X"]);
        world.Held.ShouldBe(30);

        world.Paused.Remove(Account);
        world.Offer(Offers.Contact("Y", account: "alive"));
        await world.RunAsync(rounds: 100);
        world.Left.Count.ShouldBe(92);
        world.Held.ShouldBe(0);
        world.Left.IndexOf("Y").ShouldBeLessThan(12, "the others go on between the pieces");
    }

    [Fact]
    public async Task Births_that_name_each_other_over_a_pause_are_untied()
    {
        var world = await World.CreateAsync();
        world.Paused.Add(Account);
        foreach (var i in Enumerable.Range(1, 20))
        {
            world.Offer(Offers.Account($"A{i}", contact: $"C{i}"), Offers.Contact($"C{i}", account: $"A{i}"));
        }

        await world.RunAsync(rounds: 20);
        world.Left.ShouldBeEmpty();
        world.Paused.Remove(Account);
        await world.RunAsync(rounds: 100);
        world.Left.Count.ShouldBe(40);
    }

    // The window has not come to the children when the parents are made new, behind them.
    [Fact]
    public async Task Children_that_are_read_only_after_the_resume_wait_for_their_parents_too()
    {
        var world = await World.CreateAsync();
        world.Paused.Add(Account);
        world.Offer([.. Enumerable.Range(1, 30).Select(i => Offers.Account($"A{i}"))]);
        await world.RunAsync(rounds: 10);
        world.Offer([.. Enumerable.Range(1, 100).Select(i => Offers.Contact($"C{i}", account: $"A{1 + (i % 30)}"))]);
        world.Paused.Remove(Account);
        await world.RunAsync(rounds: 150);
        world.Left.Count.ShouldBe(130);
    }

    // A new node knows nothing of what the one before it passed over or made new.
    [Fact]
    public async Task Node_that_takes_over_in_the_middle_of_a_resume_sends_no_child_before_its_parent()
    {
        var world = await World.CreateAsync();
        world.Paused.Add(Account);
        foreach (var i in Enumerable.Range(1, 30))
        {
            world.Offer(Offers.Account($"A{i}"), Offers.Contact($"C{i}", account: $"A{i}"));
        }

        await world.RunAsync(rounds: 20);
        world.Paused.Remove(Account);
        await world.RunAsync(rounds: 7, sends: false);
        world.TakeOver();
        await world.RunAsync(rounds: 100);
        world.Left.Count.ShouldBe(60);
    }

    // Whoever holds it when its object goes on gives it up: its offer is made new.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Child_that_waits_for_a_birth_in_the_change_log_while_its_object_is_paused_leaves_once(bool isPausedFirst)
    {
        var world = await World.CreateAsync();
        world.Log(Offers.Account("A"));
        foreach (var pauses in new[] { isPausedFirst, !isPausedFirst })
        {
            if (pauses)
            {
                world.Paused.Add(Contact);
            }
            else
            {
                world.Offer(Offers.Contact("C", account: "A"), Offers.Account("D", contact: "C"));
            }

            await world.RunAsync(rounds: 3);
        }

        world.Paused.Remove(Contact);
        await world.RunAsync(rounds: 10);
        world.Left.ShouldBeEmpty();
        world.Read();
        world.Offer(Offers.Account("B"));
        await world.RunAsync(rounds: 10);
        world.Left.Order().ShouldBe(["A", "B", "C", "D"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Nothing_is_lost_and_no_child_leaves_first_whatever_is_paused_resumed_and_taken_over(int seed)
    {
        var world = await World.CreateAsync();
        var random = Seeded.From(seed);
        var count = 0;
        for (var step = 0; step < 200; step++)
        {
            var mapping = random.Next(2) == 0 ? Account : Contact;
            switch (random.Next(12))
            {
                case 0 when !world.Paused.Add(mapping):
                case 1:
                    world.Paused.Remove(mapping);
                    break;
                case 2:
                    world.TakeOver();
                    break;
                case 3:
                    world.Read();
                    break;
                default:
                    // Each may name one that was offered before.
                    string Older(char kind) => $"{kind}{random.Next(Math.Max(0, count - 20), count + 1)}";
                    count++;
                    var write = random.Next(2) == 0 ? Offers.Account($"A{count}", parent: Older('A'), contact: Older('C')) : Offers.Contact($"C{count}", account: Older('A'));
                    if (random.Next(5) == 0)
                    {
                        world.Log(write);
                    }
                    else
                    {
                        world.Offer(write);
                    }

                    break;
            }

            await world.RunAsync(rounds: random.Next(3));
        }

        world.Paused.Clear();
        while (world.Read())
        {
            await world.RunAsync(rounds: 1);
        }

        await world.RunAsync(rounds: 400);
        world.Left.Count.ShouldBe(count);
    }

    /// <summary>Offers, a queue that reads them, and the record actors as far as they untie births. A child that leaves while its parent is offered is an error.</summary>
    private sealed class World : IMappingStates, IOfferWindow
    {
        private const int AnewMax = 7;
        private const int WindowMax = 10;
        private static readonly CutLimits Limits = new(4, TimeSpan.Zero, 4);

        private readonly FakeClock _clock = new(Offers.Now);
        private readonly WaitingWrites _waiting = new(Offers.Mappings);
        private readonly SortedDictionary<long, OfferedWrite> _offers = [];
        private readonly Queue<OfferedWrite> _log = [];
        private readonly HashSet<short> _known = [];
        private readonly MemoryTurnStore _turns;
        private HeldLease _lease = null!;
        private PausedOffers _held = null!;
        private ReadyQueue _queue = null!;
        private bool _hasBacklog;
        private long _readTo;
        private long _id;

        private World() => _turns = new MemoryTurnStore(new MemoryDatabase([.. Offers.Mappings.Values], 1, _clock.GetUtcNow, Seeded.From(2)));

        public HashSet<short> Paused { get; } = [];

        public List<string> Left { get; } = [];

        public int Held => _held.Uncounted.Values.Sum();

        private IEnumerable<RecordId> Unborn => Born(_log.Concat(_offers.Values));

        public static async Task<World> CreateAsync()
        {
            var world = new World();
            await world._turns.Leases.EnsureAsync([Addresses.Coordinator], default);
            using var term = await NodeTerm.BeginAsync(world._turns.Leases, "test", new RuntimeOptions { ShardCount = 1, LeaseTtl = TimeSpan.FromDays(2) }, world._clock, default);
            world._lease = (await world._turns.Leases.AcquireAsync(term.Id, default)).Single(held => held.Address == Addresses.Coordinator);
            world.TakeOver();
            return world;
        }

        public void TakeOver()
        {
            _held = new PausedOffers(this, _turns, _lease, _clock, AnewMax);
            _queue = new ReadyQueue(this, _waiting, Limits, WindowMax, _held);
            _readTo = 0;
        }

        public void Offer(params OfferedWrite[] writes)
        {
            foreach (var write in writes)
            {
                _offers[++_id] = write;
            }
        }

        /// <summary>A birth is captured, and stands in a backlog.</summary>
        public void Log(OfferedWrite write)
        {
            _hasBacklog = true;
            _log.Enqueue(write);
        }

        /// <summary>The oldest of the backlog is read; false when there is none.</summary>
        public bool Read()
        {
            var any = _log.TryDequeue(out var write);
            Offer(any ? [write!] : []);
            return any;
        }

        public async Task RunAsync(int rounds, bool sends = true)
        {
            for (var round = 0; round < rounds; round++)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                await _queue.ReadAsync([], default);
                _queue.Count.ShouldBeLessThanOrEqualTo(_hasBacklog ? 6 * WindowMax : WindowMax);
                var untied = _queue.Cycles();
                _queue.Untie([.. untied.Select(birth => birth.Write)], _clock.GetUtcNow());
                foreach (var (birth, fields) in untied)
                {
                    _offers.Remove(birth.OfferId);
                    Offer(birth.Write with { Fields = FieldValues.From(birth.Write.Fields.Where(field => !fields.Contains(field.Key))) });
                }

                // More of them than can be held are sent all the same.
                var unborn = _offers.Values.Count(offer => _waiting.Of(offer, 0, default).Parents.Any(reference => Unborn.Contains(reference.Parent))) < 5 * WindowMax ? Unborn.ToHashSet() : [.. Born(_offers.Values)];
                var cuts = !sends ? [] : _queue.Cut([], _clock.GetUtcNow()).SelectMany(cut => cut.Writes).ToList();
                foreach (var write in cuts.Select(cut => _waiting.Of(cut.Write, cut.OfferId, default)))
                {
                    Paused.ShouldNotContain(write.Lane.Mapping);
                    write.Parents.ShouldAllBe(reference => reference.Parent == write.Record || !unborn.Contains(reference.Parent));
                    Left.Add(Offers.NameOf(_offers[write.Key]));
                }

                Left.Distinct().Count().ShouldBe(Left.Count);
                cuts.ForEach(cut => _offers.Remove(cut.OfferId).ShouldBeTrue());
                _queue.Remove(cuts);
            }
        }

        public Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop)
        {
            var writes = _offers.Where(offer => offer.Key > _readTo).Take(max).Select(offer => new ReadyWrite(offer.Key, offer.Value, null)).ToList();
            _readTo = writes.Count == 0 ? _readTo : writes[^1].OfferId;
            return Task.FromResult<(IReadOnlyList<ReadyWrite>, DateTimeOffset)>((writes, _clock.GetUtcNow()));
        }

        public Task<IReadOnlyCollection<RecordId>> UnreadBirthsAsync(IReadOnlyCollection<RecordId> named, CancellationToken stop) =>
            Task.FromResult<IReadOnlyCollection<RecordId>>([.. named.Intersect(Unborn)]);

        public Task<IReadOnlyDictionary<short, string>> ApartAsync(CancellationToken stop) =>
            Task.FromResult<IReadOnlyDictionary<short, string>>(_log.GroupBy(write => write.Mapping).ToDictionary(of => of.Key, of => $"{of.Count()}"));

        public Task<IReadOnlyList<ReadyWrite>> ReadAgainAsync(IReadOnlyCollection<long> offers, CancellationToken stop) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<short, MappingWish>> ReadAsync(CancellationToken stop)
        {
            _known.UnionWith(Paused);
            return Task.FromResult<IReadOnlyDictionary<short, MappingWish>>(_known.ToDictionary(mapping => mapping, mapping => new MappingWish(Paused.Contains(mapping), 0, null)));
        }

        public Task FailAsync(short mapping, string why, CancellationToken stop) => throw new NotSupportedException();

        public Task<long> LastOfferAsync(CancellationToken stop) => Task.FromResult(_offers.Keys.LastOrDefault());

        public Task<long?> OfferAnewAsync(Turn turn, short mapping, long after, long to, int max, CancellationToken stop)
        {
            max.ShouldBe(AnewMax);
            var piece = _offers.Where(offer => offer.Value.Mapping == mapping && offer.Key > after && offer.Key <= to).Select(offer => offer.Key).Take(max).ToArray();
            OfferAnew(piece);
            return Task.FromResult<long?>(piece.Length == 0 ? null : piece[^1]);
        }

        public Task OfferAnewAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop)
        {
            offers.Count.ShouldBeLessThanOrEqualTo(AnewMax);
            OfferAnew(offers);
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<RecordId>> BirthsAsync(int max, CancellationToken stop) =>
            Task.FromResult<IReadOnlyList<RecordId>>([.. _offers.Values.Select(write => new RecordId(write.Mapping, write.Entity))]);

        private static IEnumerable<RecordId> Born(IEnumerable<OfferedWrite> births) => births.Select(write => new RecordId(write.Mapping, write.Entity));

        private void OfferAnew(IEnumerable<long> offers)
        {
            foreach (var offer in offers)
            {
                if (_offers.Remove(offer, out var write))
                {
                    Offer(write);
                }
            }
        }
    }
}
