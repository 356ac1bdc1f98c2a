using System.Diagnostics;
using ActorSync.Cluster;
using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Failovers;
using ActorSync.Feeds;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.WriteBack;
using Npgsql;

namespace ActorSync;

/// <summary>The flow of one term: heartbeat, and the loops of record shards, coordinator and feeds, which come and go with the leases this term holds.</summary>
internal sealed class SyncFlow : IAsyncDisposable
{
    private readonly SyncStores _stores;
    private readonly NodeTerm _term;
    private readonly FlowParts _parts;
    private readonly FlowLoops _loops;
    private readonly TimeProvider _clock;
    private readonly SyncLog _log;

    private SyncFlow(SyncStores stores, NodeTerm term, FlowParts parts, FlowLoops loops, TimeProvider clock, SyncLog log) =>
        (_stores, _term, _parts, _loops, _clock, _log) = (stores, term, parts, loops, clock, log);

    /// <summary>Prepares the flow of a term.</summary>
    public static SyncFlow Begin(
        NpgsqlDataSource database, ITurnStore turns, NodeTerm term, IReadOnlyList<ObjectMapping> mappings, IReadOnlyDictionary<short, MappedTable> tables, IReadOnlySet<short> retired, UserInfo user, IPartnerApi soap, IBulkApi? bulk, IBulkQueryApi? queries, SalesforceSession session,
        NodeOptions options, ApiBudget budget, TimeProvider clock, SyncLog log)
    {
        var submissions = Submissions(database, mappings, options);
        var stores = Stores(database, turns, mappings, tables, submissions, options);
        var parts = new FlowParts(stores, term, mappings, user.OrganizationId, soap, options, clock, log, new Random(term.Id.GetHashCode()), () => Guid.CreateVersion7(clock.GetUtcNow()), bulk, queries, budget, retired);
        return new SyncFlow(stores, term, parts, new FlowLoops(parts, database, submissions, session, options, clock, log), clock, log);
    }

    /// <summary>Lets a process that has run no turn yet run one, and undoes it; see <see cref="Rehearsal"/>. Whatever fails here fails nobody.</summary>
    public static async Task RehearseAsync(
        NpgsqlDataSource database, ITurnStore turns, IReadOnlyList<ObjectMapping> mappings, IReadOnlyDictionary<short, MappedTable> tables, IReadOnlySet<short> retired, IPartnerApi soap, NodeOptions options, TimeProvider clock, SyncLog log,
        CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        using var term = NodeTerm.OfNobody(options.Runtime, clock);
        using var parts = new FlowParts(
            Stores(database, turns, mappings, tables, Submissions(database, mappings, options), options), term, mappings, "", soap, options, clock, log, new Random(0), () => Guid.CreateVersion7(clock.GetUtcNow()), retired: retired);
        try
        {
            await parts.RehearseAsync(Guid.CreateVersion7(clock.GetUtcNow()), stop);
            log.Say(FormattableString.Invariant($"rehearsed a turn in {clock.GetElapsedTime(began).TotalMilliseconds:0} ms"));
        }
        catch (Exception error) when (!stop.IsCancellationRequested && error is not UnreachableException)
        {
            log.Trouble(error, "no turn could be rehearsed; the first one takes its time");
        }
    }

    /// <summary>Runs what this node is assigned until the node stops, the term is lost or the node was asked to drain; then gives the leases back and brings the answers of what is outside.</summary>
    /// <param name="health">Told of trouble with the heartbeat, of loops that end by themselves, and of a drain.</param>
    /// <returns>True when the node was asked to drain.</returns>
    public async Task<bool> RunAsync(NodeHealth health, CancellationToken stop)
    {
        var heartbeat = _term.KeepAliveAsync(_stores.Turns.Leases, error => Troubled(health, error));
        try
        {
            return await new NodeShare(_stores.Turns.Leases, _term, _loops, health, _clock, _log).RunAsync(stop);
        }
        finally
        {
            _term.End();
            await heartbeat;
            await ReleaseAsync();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _parts.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SubmissionTable Submissions(NpgsqlDataSource database, IReadOnlyList<ObjectMapping> mappings, NodeOptions options) =>
        new(database, [.. Heard(mappings, options).Select(mapping => mapping.Number)]);

    private static SyncStores Stores(
        NpgsqlDataSource database, ITurnStore turns, IReadOnlyList<ObjectMapping> mappings, IReadOnlyDictionary<short, MappedTable> tables, SubmissionTable submissions, NodeOptions options) =>
        new(turns, new MappedRows(tables, new RowWriter(tables, options.WriteBackRowsMax, options.WriteBackLockTimeout)), new SfidLinks(), new OfferTable(database), submissions)
        {
            States = new MappingStates(database),
            Failovers = new FailoverTable(database),
            Told = new StreamTold(database, Heard(mappings, options).Where(ChangeFeed.Counts).Select(mapping => mapping.Number).ToHashSet()),
        };

    private static IEnumerable<ObjectMapping> Heard(IReadOnlyList<ObjectMapping> mappings, NodeOptions options) =>
        mappings.Where(mapping => options.Feed.ChangeEvents.Objects.Contains(mapping.ObjectName));

    private void Troubled(NodeHealth health, Exception error)
    {
        health.MetTrouble();
        _log.Trouble(error, "the heartbeat failed; the leases are trusted a little longer");
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await _stores.Turns.Leases.ReleaseAsync(_term.Id, CancellationToken.None);
        }
        catch (NpgsqlException error)
        {
            _log.Trouble(error, "the leases could not be given back; they expire by themselves");
        }
    }
}
