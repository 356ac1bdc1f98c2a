using System.Collections.Immutable;
using ActorSync.Chaos.Judging;
using Npgsql;

namespace ActorSync.Chaos.Traffic;

/// <summary>One edit of a record that is edited all the time.</summary>
/// <param name="CommittedAt">When the application had its answer.</param>
/// <param name="ArrivedAfter">Until this value, or a later one of the same record, had taken effect in Salesforce; null: it has not.</param>
internal sealed record SteadyEdit(MappedObject Type, Guid Id, DateTimeOffset CommittedAt, TimeSpan? ArrivedAfter)
{
    /// <summary>How long the record stood still, up to a moment if it does so yet.</summary>
    public TimeSpan Pause(DateTimeOffset now) => ArrivedAfter ?? now - CommittedAt;
}

/// <summary>Records that nobody else touches, each edited again and again by the application, and the time from each commit to its arrival: what a user of the sync waits for.</summary>
internal sealed class SteadyEdits
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly ChaosWorld _world;
    private readonly EditLedger _ledger;
    private readonly TimeProvider _clock;
    private readonly ImmutableArray<(MappedObject Type, Guid Id)> _records;
    private readonly Dictionary<string, (Guid Id, int Number)> _byValue = new(StringComparer.Ordinal);
    private readonly HashSet<string> _early = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, List<int>> _waiting = [];
    private readonly List<SteadyEdit> _edits = [];
    private readonly List<long> _committed = [];
    private volatile string? _sending;
    private long _lastArrival;

    private SteadyEdits(ChaosWorld world, EditLedger ledger, ImmutableArray<(MappedObject Type, Guid Id)> records, TimeProvider clock) =>
        (_world, _ledger, _records, _clock, _lastArrival) = (world, ledger, records, clock, world.Org.LastArrival);

    /// <summary>The records.</summary>
    public IEnumerable<Guid> Ids => _records.Select(record => record.Id);

    /// <summary>All edits so far.</summary>
    public ImmutableArray<SteadyEdit> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _edits];
            }
        }
    }

    /// <summary>Inserts the records, as many Accounts as Contacts, and does not wait for them.</summary>
    public static async Task<SteadyEdits> InsertAsync(ChaosWorld world, EditLedger ledger, int ofEach, Random random, TimeProvider clock)
    {
        var records = ImmutableArray.CreateBuilder<(MappedObject, Guid)>();
        foreach (var type in MappedObject.All)
        {
            for (var i = 0; i < ofEach; i++)
            {
                var id = RandomKey.Next(random);
                await using var command = world.Application.CreateCommand($"insert into {type.Table}({MappedObject.KeyColumn}, {MappedObject.Column(type.Shared[0])}) values ($1, $2)");
                command.Parameters.Add(new NpgsqlParameter { Value = id });
                command.Parameters.Add(new NpgsqlParameter { Value = ledger.LocalValue() });
                await command.ExecuteNonQueryAsync();
                records.Add((type, id));
            }
        }

        return new SteadyEdits(world, ledger, records.ToImmutable(), clock);
    }

    /// <summary>Edits each record once per period until stopped.</summary>
    public async Task EditAsync(TimeSpan period, CancellationToken stop)
    {
        var pace = new Pace(_records.Length / period.TotalSeconds, _clock);
        for (var i = 0; !stop.IsCancellationRequested; i = (i + 1) % _records.Length)
        {
            var (type, id) = _records[i];
            var value = _sending = _ledger.LocalValue();
            try
            {
                await using var command = _world.Application.CreateCommand($"update {type.Table} set {MappedObject.Column(type.Shared[1])} = $2 where {MappedObject.KeyColumn} = $1");
                command.Parameters.Add(new NpgsqlParameter { Value = id });
                command.Parameters.Add(new NpgsqlParameter { Value = value });
                await command.ExecuteNonQueryAsync(CancellationToken.None);
                Committed(type, id, value);
            }
            catch (Exception error) when (DatabaseTrouble.IsAway(error))
            {
                // The database is away, and nobody knows whether this one was committed: the next one counts.
            }

            await pace.NextAsync(stop);
        }
    }

    /// <summary>Looks at what arrives until stopped.</summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Look();
            await Task.Delay(LookInterval, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Committed(MappedObject type, Guid id, string value)
    {
        var at = (_clock.GetTimestamp(), _clock.GetUtcNow());
        lock (_gate)
        {
            _edits.Add(new SteadyEdit(type, id, at.Item2, null));
            _committed.Add(at.Item1);
            _byValue[value] = (id, _edits.Count - 1);
            if (!_waiting.TryGetValue(id, out var waiting))
            {
                _waiting[id] = waiting = [];
            }

            waiting.Add(_edits.Count - 1);
            if (_early.Remove(value))
            {
                Arrived(value);
            }
        }

        _ledger.Note("application: steady edits");
    }

    private void Look()
    {
        foreach (var arrival in _world.Org.Arrivals(_lastArrival + 1))
        {
            _lastArrival = arrival.Sequence;
            if (arrival.Error is not null || !Evidence.IsBySync(arrival))
            {
                continue;
            }

            foreach (var value in arrival.After.Values.OfType<string>())
            {
                Arrived(value);
            }
        }
    }

    // What was folded into a later write has arrived with it; and an arrival may be faster than the answer to the commit.
    private void Arrived(string value)
    {
        lock (_gate)
        {
            if (!_byValue.Remove(value, out var edit))
            {
                if (value == _sending)
                {
                    _early.Add(value);
                }

                return;
            }

            foreach (var number in _waiting[edit.Id].TakeWhile(number => number <= edit.Number).ToArray())
            {
                _edits[number] = _edits[number] with { ArrivedAfter = _clock.GetElapsedTime(_committed[number]) };
                _waiting[edit.Id].Remove(number);
            }
        }
    }
}
