using ActorSync.Capture;
using ActorSync.Cluster;
using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Operations;
using ActorSync.Retention;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;
using ActorSync.Salesforce.Session;
using Npgsql;

namespace ActorSync;

/// <summary>Starts the loops of a term under the leases that they are given: those of the record shards, of the coordinator, of the feeds.</summary>
internal sealed class FlowLoops(
    FlowParts parts, NpgsqlDataSource database, SubmissionTable submissions, SalesforceSession session, NodeOptions options, TimeProvider clock, SyncLog log)
{
    private readonly ActorCache<RecordState>[] _warm =
        [.. Enumerable.Range(0, parts.Workers).Select(_ => new ActorCache<RecordState>(options.Runtime.ActorsMax / parts.Workers, options.Runtime.ActorBytesMax / parts.Workers))];

    /// <summary>True while other nodes live, whose signals do not come here.</summary>
    public bool HasPeers
    {
        set => parts.HasPeers = value;
    }

    /// <summary>False for the feed of a mapping that this node does not know.</summary>
    public bool Knows(int address) => address < Addresses.FeedBase || parts.Mappings.Contains((short)(address - Addresses.FeedBase));

    /// <summary>The record actors of some shards. States of shards that were held all the time since the last start stay warm.</summary>
    /// <param name="kept">The shards that were held before and still are.</param>
    public HeldLoops StartRecords(IReadOnlyList<HeldLease> shards, IReadOnlySet<int> kept)
    {
        foreach (var warm in _warm)
        {
            warm.Keep(actor => kept.Contains(Addresses.ShardOf(actor.Entity, options.Runtime.ShardCount)));
        }

        // A shard is always the same worker's, which knows its actors.
        var gate = parts.PollGate();
        var workers = shards.GroupBy(shard => shard.Address % parts.Workers).Select(share => parts.Records([.. share], share.Key, _warm[share.Key], gate)).ToArray();
        return HeldLoops.Start(shards, (stop, _) => workers.Select(worker => worker.RunAsync(stop)));
    }

    /// <summary>The coordinator, and what is done once in a cluster.</summary>
    public HeldLoops StartCoordinator(HeldLease lease)
    {
        var coordinator = parts.Coordinator(lease);
        return HeldLoops.Start(
            [lease],
            (stop, abandon) =>
            [
                coordinator.RunAsync(stop, abandon),
                new ChangeLogRotation(database, clock, log).RunAsync(stop),
                new PartitionsAhead(database, clock, log).RunAsync(stop),
                new SentRetention(submissions, clock, log).RunAsync(stop),
                new HeldOffersNote(database, parts.HeldOffers, clock, log).RunAsync(stop),
            ],
            coordinator.CarryAsync);
    }

    /// <summary>The feeds, and the stream of change events that they share.</summary>
    public HeldLoops StartFeeds(IReadOnlyList<HeldLease> leases) => HeldLoops.Start(leases, (stop, _) => Feeds(leases, stop));

    private IEnumerable<Task> Feeds(IReadOnlyList<HeldLease> leases, CancellationToken stop)
    {
        parts.ForgetFeeds();
        foreach (var lease in leases)
        {
            yield return parts.Feed(lease, (short)(lease.Address - Addresses.FeedBase)).RunAsync(stop);
        }

        if (parts.Stream(session) is { } stream)
        {
            yield return stream.RunAsync(stop);
        }
    }
}
