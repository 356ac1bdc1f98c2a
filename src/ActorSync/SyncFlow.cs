using ActorSync.Capture;
using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Feeds;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
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
    private readonly NodeTerm _term;
    private readonly IReadOnlyDictionary<short, ObjectMapping> _mappings;
    private readonly UserInfo _user;
    private readonly IPartnerApi _soap;
    private readonly NodeOptions _options;
    private readonly TimeProvider _clock;
    private readonly SyncLog _log;
    private readonly Wakeup _records;
    private readonly Wakeup _coordinator;
    private readonly Dictionary<short, Wakeup> _feeds;

    private SyncFlow(
        NpgsqlDataSource database, SyncStores stores, NodeTerm term, IReadOnlyList<ObjectMapping> mappings, UserInfo user, IPartnerApi soap,
        NodeOptions options, TimeProvider clock, SyncLog log)
    {
        (_database, _stores, _term, _user, _soap, _options, _clock, _log) = (database, stores, term, user, soap, options, clock, log);
        _mappings = mappings.ToDictionary(mapping => mapping.Number);
        _records = new Wakeup(clock);
        _coordinator = new Wakeup(clock);
        _feeds = _mappings.Keys.ToDictionary(mapping => mapping, _ => new Wakeup(clock));
    }

    /// <summary>Prepares the flow of a term.</summary>
    public static async Task<SyncFlow> BeginAsync(
        NpgsqlDataSource database, ITurnStore turns, NodeTerm term, IReadOnlyList<ObjectMapping> mappings, UserInfo user, IPartnerApi soap,
        NodeOptions options, TimeProvider clock, SyncLog log, CancellationToken stop)
    {
        var tables = new Dictionary<short, MappedTable>();
        foreach (var mapping in mappings)
        {
            tables[mapping.Number] = await MappedTable.LoadAsync(database, mapping, stop);
        }

        var rows = new MappedRows(tables, new RowWriter(tables, options.WriteBackRowsMax, options.WriteBackLockTimeout));
        var stores = new SyncStores(turns, rows, new SfidLinks(), new OfferTable(database), new SubmissionTable(database));
        return new SyncFlow(database, stores, term, mappings, user, soap, options, clock, log);
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
        _records.Dispose();
        _coordinator.Dispose();
        foreach (var feed in _feeds.Values)
        {
            feed.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    // A predecessor that was killed keeps its leases until its heartbeat has expired.
    private async Task<IReadOnlyList<HeldLease>> AcquireAsync(CancellationToken stop)
    {
        var held = new List<HeldLease>();
        var wanted = _options.Runtime.ShardCount + 1 + _mappings.Count;
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
        var mail = new RecordMail(_mappings, _stores.Rows, _options.Runtime.ShardCount);
        yield return Records(shards, mail).RunAsync(stop);
        yield return Coordinator(held.Single(lease => lease.Address == Addresses.Coordinator), mail).RunAsync(stop, abandon);
        yield return new ChangeLogRotation(_database, _clock, _log).RunAsync(stop);
        foreach (var mapping in _mappings.Values)
        {
            var lease = held.Single(lease => lease.Address == Addresses.Feed(mapping.Number));
            yield return new ObjectFeed(
                _stores, lease, _term, mapping, _user.OrganizationId, _soap, mail, _feeds[mapping.Number], _records, _options.Feed, _clock, _log).RunAsync(stop);
        }
    }

    private TurnWorker<RecordState, RecordMessage, RecordEvent> Records(IReadOnlyList<HeldLease> shards, RecordMail mail)
    {
        var window = new ChangeWindow(shards) { ShardCount = _options.Runtime.ShardCount };
        var changes = new LocalChanges(_mappings.ToDictionary(mapping => mapping.Key, mapping => new RowValues(mapping.Value)));
        ITurnSource<RecordMessage>[] sources =
        [
            new ChangeLogSource<RecordMessage>(window, changes.Translate),
            new MailboxSource<RecordMessage>(shards, Math.Max(1, _options.Runtime.TurnMessagesMax / RecordMail.EnvelopeMessagesMax), mail.OpenAsync),
        ];
        return new TurnWorker<RecordState, RecordMessage, RecordEvent>(
            _stores.Turns, shards, new RecordActor(_mappings), new RecordCodec(), sources, new RecordSink(mail, _stores, _coordinator, _feeds), _records, _term,
            _options.Runtime, _clock, _log.Trouble);
    }

    private SubmissionCoordinator Coordinator(HeldLease lease, RecordMail mail) => new(
        _stores, lease, _term, _mappings, new ReadyQueue(_mappings, _options.Cut, _options.ReadyWritesMax), new SoapLane(_soap), new DoubtProbe(_soap, _user.OrganizationId),
        mail, _coordinator, _records, _options.Coordinator, new Random(lease.Token.GetHashCode()),
        () => Guid.CreateVersion7(_clock.GetUtcNow()), _clock, _log);

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
