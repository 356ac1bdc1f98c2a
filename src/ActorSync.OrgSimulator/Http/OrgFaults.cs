using System.Collections.Immutable;
using ActorSync.OrgSimulator.Bulk;
using ActorSync.OrgSimulator.Streaming;

namespace ActorSync.OrgSimulator.Http;

/// <summary>The faults and holds of one server. Thread-safe; every draw comes from one seeded source, so a run with one caller repeats exactly.</summary>
public sealed class OrgFaults
{
    /// <summary>Faults, and holds, that may stand at a time: a script that forgets to remove them must not fill the memory.</summary>
    private const int StandingMax = 1000;

    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly TimeProvider _clock;
    private readonly List<Entry> _rules = [];
    private readonly List<CallHold> _holds = [];
    private long _lastId;

    internal OrgFaults(int seed, TimeProvider clock)
    {
        _random = new Random(seed);
        _clock = clock;
    }

    /// <summary>Adds a fault. It works until its limits are reached or it is removed.</summary>
    /// <returns>The fault's id, for <see cref="Remove"/> and <see cref="Hits"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A probability outside 0 to 1, or a limit below 1.</exception>
    /// <exception cref="InvalidOperationException">A thousand faults stand already.</exception>
    public long Add(FaultRule rule)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rule.Probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rule.Probability, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rule.HitsMax ?? 1, 1);
        lock (_gate)
        {
            LeaveRoom(_rules.Count, "faults");
            _rules.Add(new Entry(++_lastId, rule, _clock.GetTimestamp()));
            return _lastId;
        }
    }

    /// <summary>Adds a fault for every matching call, or for the next <paramref name="hitsMax"/> of them.</summary>
    public long Add(OrgFault fault, CallMatch? match = null, int? hitsMax = null) => Add(new FaultRule(fault, match ?? CallMatch.Any, HitsMax: hitsMax));

    /// <summary>Removes a fault; false if there is none of that id.</summary>
    public bool Remove(long id)
    {
        lock (_gate)
        {
            return _rules.RemoveAll(e => e.Id == id) > 0;
        }
    }

    /// <summary>Removes all faults and releases all holds.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
            _holds.ForEach(h => h.Dispose());
            _holds.Clear();
        }
    }

    /// <summary>How many calls a fault has hit; null if there is none of that id.</summary>
    public int? Hits(long id)
    {
        lock (_gate)
        {
            return _rules.Find(e => e.Id == id)?.Hits;
        }
    }

    /// <summary>Holds the next call that matches. A call is held by one hold per point; two holds take two calls.</summary>
    public CallHold HoldNext(Func<OrgCall, bool> matches, HoldPoint point)
    {
        var hold = new CallHold(matches, point);
        lock (_gate)
        {
            _holds.RemoveAll(h => h.IsOver);
            LeaveRoom(_holds.Count, "holds");
            _holds.Add(hold);
        }

        return hold;
    }

    /// <summary>Holds the next call that matches.</summary>
    public CallHold HoldNext(CallMatch match, HoldPoint point) => HoldNext(match.Matches, point);

    internal ImmutableArray<(long Id, FaultRule Rule, int Hits)> Rules()
    {
        lock (_gate)
        {
            return [.. _rules.Select(e => (e.Id, e.Rule, e.Hits))];
        }
    }

    /// <summary>Decides, once per call, which faults hit it: rules in the order they were added, each drawn on its own.</summary>
    internal ImmutableArray<OrgFault> Draw(OrgCall call)
    {
        lock (_gate)
        {
            if (_rules.Count == 0)
            {
                return [];
            }

            return [.. _rules.Where(e => Hit(e, call)).Select(e => e.Rule.Fault)];
        }
    }

    internal TimeSpan Draw(LatencyDistribution delay)
    {
        lock (_gate)
        {
            return delay.Draw(_random);
        }
    }

    internal bool Draw(double probability)
    {
        lock (_gate)
        {
            return _random.NextDouble() < probability;
        }
    }

    internal CallHold? TakeHold(OrgCall call, HoldPoint point)
    {
        lock (_gate)
        {
            var index = _holds.FindIndex(h => h.TryTake(call, point));
            if (index < 0)
            {
                return null;
            }

            var hold = _holds[index];
            _holds.RemoveAt(index);
            return hold;
        }
    }

    private static void LeaveRoom(int standing, string what)
    {
        if (standing >= StandingMax)
        {
            throw new InvalidOperationException($"{StandingMax} {what} stand already: remove some before adding more");
        }
    }

    private bool Hit(Entry entry, OrgCall call)
    {
        var rule = entry.Rule;
        if (!rule.Match.Matches(call)
            || !Concerns(rule.Fault, call)
            || entry.Hits >= (rule.HitsMax ?? int.MaxValue)
            || (rule.Window is { } window && _clock.GetElapsedTime(entry.AddedAt) >= window)
            || (rule.Probability < 1 && _random.NextDouble() >= rule.Probability))
        {
            return false;
        }

        entry.Hits++;
        return true;
    }

    /// <summary>Records of a Bulk job are written by its chunks, not by the requests about it; events are the stream's matter, connections the requests'.</summary>
    private static bool Concerns(OrgFault fault, OrgCall call) => call.Part switch
    {
        CallPart.Job => fault is OrgFault.FailJob or OrgFault.Latency or OrgFault.Hang,
        CallPart.Chunk => fault is OrgFault.RowError or OrgFault.CommitLate or OrgFault.Latency,
        CallPart.Publish => fault is OrgFault.LoseEvent,
        CallPart.Deliver => fault is OrgFault.RepeatEvents || (fault is OrgFault.ReorderEvents && call.Records > 1),
        _ => fault switch
        {
            OrgFault.FailJob or OrgFault.LoseEvent or OrgFault.RepeatEvents or OrgFault.ReorderEvents => false,
            OrgFault.RowError or OrgFault.CommitLate => call.Api is not (BulkResources.Api or StreamEndpoint.Api),
            OrgFault.ForgetClient => call.Api == StreamEndpoint.Api && call.Operation != "handshake",
            OrgFault.ExpireReplay => call is { Api: StreamEndpoint.Api, Operation: "subscribe" },
            _ => true,
        },
    };

    private sealed class Entry(long id, FaultRule rule, long addedAt)
    {
        public long Id { get; } = id;

        public FaultRule Rule { get; } = rule;

        public long AddedAt { get; } = addedAt;

        public int Hits { get; set; }
    }
}
