using ActorSync.Capture;
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

/// <summary>The loops of one term: record shards, coordinator, feeds and heartbeat, started under the leases this term holds and stopped together.</summary>
internal sealed class SyncFlow : IAsyncDisposable
{
    // Outstanding calls get this long to be answered and journaled when the node stops; what is left is in doubt for the next holder.
    private static readonly TimeSpan DrainTimeMax = TimeSpan.FromSeconds(20);

    private readonly NpgsqlDataSource _database;
    private readonly SyncStores _stores;
    private readonly SubmissionTable _submissions;
    private readonly SalesforceSession _session;
    private readonly NodeTerm _term;
    private readonly FlowParts _parts;
    private readonly NodeOptions _options;
    private readonly TimeProvider _clock;
    private readonly SyncLog _log;

    private SyncFlow(
        NpgsqlDataSource database, SyncStores stores, SubmissionTable submissions, SalesforceSession session, NodeTerm term, FlowParts parts, NodeOptions options, TimeProvider clock, SyncLog log) =>
        (_database, _stores, _submissions, _session, _term, _parts, _options, _clock, _log) = (database, stores, submissions, session, term, parts, options, clock, log);

    /// <summary>Prepares the flow of a term.</summary>
    public static async Task<SyncFlow> BeginAsync(
        NpgsqlDataSource database, ITurnStore turns, NodeTerm term, IReadOnlyList<ObjectMapping> mappings, UserInfo user, IPartnerApi soap, IBulkApi? bulk, IBulkQueryApi? queries, SalesforceSession session,
        NodeOptions options, ApiBudget budget, TimeProvider clock, SyncLog log, CancellationToken stop)
    {
        var tables = new Dictionary<short, MappedTable>();
        foreach (var mapping in mappings)
        {
            tables[mapping.Number] = await MappedTable.LoadAsync(database, mapping, stop);
        }

        var rows = new MappedRows(tables, new RowWriter(tables, options.WriteBackRowsMax, options.WriteBackLockTimeout));
        var submissions = new SubmissionTable(database, [.. mappings.Where(mapping => options.Feed.ChangeEvents.Objects.Contains(mapping.ObjectName)).Select(mapping => mapping.Number)]);
        var stores = new SyncStores(turns, rows, new SfidLinks(), new OfferTable(database), submissions) { States = new MappingStates(database), Failovers = new FailoverTable(database) };
        var parts = new FlowParts(stores, term, mappings, user.OrganizationId, soap, options, clock, log, new Random(term.Id.GetHashCode()), () => Guid.CreateVersion7(clock.GetUtcNow()), bulk, queries, budget);
        return new SyncFlow(database, stores, submissions, session, term, parts, options, clock, log);
    }

    /// <summary>Runs the loops until the node stops or the term is lost; then drains what is outside and gives the leases back.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var loops = CancellationTokenSource.CreateLinkedTokenSource(stop, _term.Lost);
        using var abandon = new CancellationTokenSource();
        var heartbeat = _term.KeepAliveAsync(_stores.Turns.Leases, error => _log.Trouble(error, "the heartbeat failed; the leases are trusted a little longer"));
        var running = new List<Task>();
        try
        {
            var held = await AcquireAsync(loops.Token);
            _log.Say($"node {_term.Id} holds {held.Count} addresses; running");
            running.AddRange(Start(held, loops.Token, abandon.Token));
            await Task.WhenAny(Task.WhenAll(running), Until(loops.Token));
            await loops.CancelAsync();
            abandon.CancelAfter(_term.Lost.IsCancellationRequested && !stop.IsCancellationRequested ? TimeSpan.Zero : DrainTimeMax);
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException) when (loops.IsCancellationRequested)
        {
            await Task.WhenAll(running);
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

    // A predecessor that was killed keeps its leases until its heartbeat has expired.
    private async Task<IReadOnlyList<HeldLease>> AcquireAsync(CancellationToken stop)
    {
        var held = new List<HeldLease>();
        var wanted = _options.Runtime.ShardCount + 1 + _parts.Mappings.Count;
        var told = false;
        while (held.Count < wanted)
        {
            held.AddRange(await _stores.Turns.Leases.AcquireAsync(_term.Id, stop));
            if (held.Count < wanted)
            {
                if (!told)
                {
                    _log.Say($"{wanted - held.Count} addresses are still leased to another node; waiting for it to end or to expire");
                    told = true;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), _clock, stop);
            }
        }

        return held;
    }

    private IEnumerable<Task> Start(IReadOnlyList<HeldLease> held, CancellationToken stop, CancellationToken abandon)
    {
        var shards = held.Where(lease => lease.Address < _options.Runtime.ShardCount).OrderBy(lease => lease.Address).ToArray();
        yield return _parts.Records(shards).RunAsync(stop);
        yield return _parts.Coordinator(held.Single(lease => lease.Address == Addresses.Coordinator)).RunAsync(stop, abandon);
        yield return new ChangeLogRotation(_database, _clock, _log).RunAsync(stop);
        yield return new SentRetention(_submissions, _clock, _log).RunAsync(stop);
        foreach (var mapping in _parts.Mappings)
        {
            yield return _parts.Feed(held.Single(lease => lease.Address == Addresses.Feed(mapping)), mapping).RunAsync(stop);
        }

        if (_parts.Stream(_session) is { } stream)
        {
            yield return stream.RunAsync(stop);
        }
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

    private static Task Until(CancellationToken stop)
    {
        var reached = new TaskCompletionSource();
        stop.Register(reached.SetResult);
        return reached.Task;
    }
}
