using System.Collections.Immutable;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;

namespace ActorSync.Chaos;

/// <summary>What goes wrong between the nodes and their org, and how often it did. Draws are the org's own, seeded.</summary>
internal sealed class FaultPlan
{
    private static readonly TimeSpan OutageEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstOutage = TimeSpan.FromSeconds(10);

    private readonly OrgServer _server;
    private readonly List<(string Kind, long Id)> _standing = [];
    private readonly Dictionary<string, long> _struck = new(StringComparer.Ordinal);
    private readonly Random _random;
    private readonly bool _isOn;

    /// <summary>Switches the faults on, if the run has any.</summary>
    public FaultPlan(OrgServer server, ChaosOptions options)
    {
        (_server, _random, _isOn) = (server, options.Stream(2), options.Injections.OrgFaults);
        if (_isOn)
        {
            AddFaults(options);
        }

        // Not a fault: Salesforce takes its time to answer, and what happens meanwhile is what conflicts are made of.
        Add("usual time of an answer", new OrgFault.Latency(new LatencyDistribution.Lognormal(TimeSpan.FromMilliseconds(80), 0.5, TimeSpan.FromSeconds(1)), HoldPoint.AfterEffect), 1, writesOnly: true);
    }

    /// <summary>From time to time nothing answers for a second or two, until stopped.</summary>
    public async Task OutagesAsync(TimeProvider clock, CancellationToken stop)
    {
        var pause = FirstOutage;
        while (_isOn && !stop.IsCancellationRequested)
        {
            await Task.Delay(pause * (0.5 + _random.NextDouble()), clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            Count("outage", 1);
            Add("call in an outage", new FaultRule(new OrgFault.Refuse(_random.Next(2) == 0), CallMatch.Any, Window: TimeSpan.FromSeconds(0.5 + _random.NextDouble() * 1.5)));
            pause = OutageEvery;
        }
    }

    /// <summary>Switches everything off and says how often each kind struck.</summary>
    public ImmutableSortedDictionary<string, long> End()
    {
        foreach (var (kind, id) in _standing)
        {
            Count(kind, _server.Faults.Hits(id) ?? 0);
            _server.Faults.Remove(id);
        }

        _standing.Clear();
        return _struck.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private void AddFaults(ChaosOptions options)
    {
        Add("dropped answer", new OrgFault.DropAnswer(), 0.04);
        Add("half an answer", new OrgFault.DropAnswer(AfterHalf: true), 0.01);
        Add("HTTP 503", new OrgFault.Refuse(Reset: false), 0.005);
        Add("connection reset", new OrgFault.Refuse(Reset: true), 0.005);
        Add("slow request", new OrgFault.Latency(new LatencyDistribution.Uniform(options.OrgLimit / 4, options.OrgLimit * 1.2)), 0.01);
        Add("session expired", new OrgFault.ExpireSession(), 0.002);
        Add("call with 5 % of its records locked", new OrgFault.RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", [], 0.05), 1, writesOnly: true);
        Add("own write committed late", new OrgFault.CommitLate(TimeSpan.FromSeconds(3)), 0.02, writesOnly: true);
        if (options.ChangeEvents)
        {
            Add("change events told twice", new OrgFault.RepeatEvents(), 0.05);
            Add("change events in opposite order", new OrgFault.ReorderEvents(), 0.05);
            Add("change event lost, a gap in its place", new OrgFault.LoseEvent(), 0.01);
            Add("streaming client forgotten", new OrgFault.ForgetClient(), 0.005);
            Add("replay id unknown", new OrgFault.ExpireReplay(), 0.02);
        }
    }

    private void Add(string kind, OrgFault fault, double probability, bool writesOnly = false)
    {
        if (!writesOnly)
        {
            Add(kind, new FaultRule(fault, CallMatch.Any, probability));
            return;
        }

        foreach (var operation in new[] { "upsert", "update", "delete" })
        {
            Add(kind, new FaultRule(fault, new CallMatch(operation, Api: "soap"), probability));
        }
    }

    private void Add(string kind, FaultRule rule) => _standing.Add((kind, _server.Faults.Add(rule)));

    private void Count(string kind, long hits) => _struck[kind] = _struck.GetValueOrDefault(kind) + hits;
}
