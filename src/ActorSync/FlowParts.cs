using System.Collections.Immutable;
using ActorSync.Capture;
using ActorSync.Cluster;
using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Failovers;
using ActorSync.Feeds;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.Salesforce.Streaming;

namespace ActorSync;

/// <summary>Makes the loops of one term, each over the leases it is given, and lets them wake each other.</summary>
/// <param name="organizationId">Of the org behind <paramref name="soap"/>; names records born there.</param>
/// <param name="newId">Names submissions: unique for ever, never from a sequence.</param>
/// <param name="budget">What may be called; null: everything.</param>
/// <param name="bulk">Null where jobs can neither be made nor be asked about.</param>
/// <param name="queries">Null where there are no query jobs: loads go by SOAP.</param>
/// <param name="retired">Mappings whose changes nobody wants any more; null: all that are not among <paramref name="mappings"/>.</param>
internal sealed class FlowParts(
    SyncStores stores, NodeTerm term, IReadOnlyList<ObjectMapping> mappings, string organizationId, IPartnerApi soap, NodeOptions options,
    TimeProvider clock, SyncLog log, Random jitter, Func<Guid> newId, IBulkApi? bulk = null, IBulkQueryApi? queries = null, ApiBudget? budget = null,
    IReadOnlySet<short>? retired = null) : IDisposable
{
    // How often the coordinator looks for offers of other nodes.
    private static readonly TimeSpan OfferLookInterval = TimeSpan.FromMilliseconds(20);

    // Of each object. What is beyond keeps its changes in the change log, so that what has to be counted stays small.
    private const int UncountedMax = 100_000;

    private readonly List<ChangeInbox> _inboxes = [];
    private readonly Dictionary<short, ObjectMapping> _mappings = mappings.ToDictionary(mapping => mapping.Number);
    private readonly ApiBudget _budget = budget ?? ApiBudget.Unlimited;
    private readonly (Wakeup All, ImmutableArray<Wakeup> Each) _records = WorkersOf(options.Runtime.TurnWorkers, clock);
    private readonly Wakeup _coordinator = new(clock);
    private readonly Dictionary<short, Wakeup> _feeds = mappings.ToDictionary(mapping => mapping.Number, _ => new Wakeup(clock));
    private readonly BackPressure _backPressure = new(
        // In the order of records the others have to fit beside those who have most: a part of what is held ready is kept free for them.
        stores.Offers, options.Coordinator.Order == WriteOrder.Log ? options.OffersMax : Math.Min(options.OffersMax, Math.Max(1, options.ReadyWritesMax * 3 / 4)),
        shareMin: options.Cut.Jobs?.RowsMin ?? 0, options.Coordinator.Order == WriteOrder.Log, clock, log,
        mapping => mappings.FirstOrDefault(known => known.Number == mapping)?.ObjectName ?? $"mapping {mapping}");
    private LoadPlaces _places = new(mappings, options.Feed.Load?.ObjectsMax ?? int.MaxValue);
    private readonly RecordMail _mail = new(mappings.ToDictionary(mapping => mapping.Number), stores.Rows, options.Runtime.ShardCount, retired);

    /// <summary>How many workers run the turns of the records, each of its own shards.</summary>
    public int Workers => _records.Each.Length;

    /// <summary>Numbers of the mappings, each with a feed.</summary>
    public IReadOnlyCollection<short> Mappings => _mappings.Keys;

    /// <summary>True while other nodes live. Their record actors offer writes without a signal here.</summary>
    public bool HasPeers
    {
        set => _coordinator.RestMax = value ? OfferLookInterval : TimeSpan.MaxValue;
    }

    /// <summary>The record actors of some shards.</summary>
    /// <param name="worker">Which of <see cref="Workers"/> runs their turns.</param>
    /// <param name="warm">States of these shards that are known already.</param>
    /// <param name="gate">Asked for work by all of them; null: by this one alone.</param>
    public TurnWorker<RecordState, RecordMessage, RecordEvent> Records(IReadOnlyList<HeldLease> shards, int worker = 0, ActorCache<RecordState>? warm = null, PollGate? gate = null) =>
        Worker(shards, Sources(shards), _records.Each[worker], warm, gate);

    /// <summary>Where the workers ask for work.</summary>
    public PollGate PollGate() => new(stores.Turns, clock);

    /// <summary>Runs what a node's first turns run, of a record that does not exist, and undoes it.</summary>
    /// <param name="record">UUID of no record.</param>
    public Task RehearseAsync(Guid record, CancellationToken stop) => mappings.Count == 0 ? Task.CompletedTask
        : new Rehearsal(stores, mappings[0], _mail, record, options.Runtime.ShardCount).RunAsync(lease => Sources([lease]), (shards, sources) => Worker(shards, sources, _records.Each[0]), stop);

    private ITurnSource<RecordMessage>[] Sources(IReadOnlyList<HeldLease> shards)
    {
        var window = new ChangeWindow(shards) { ShardCount = options.Runtime.ShardCount, IsOneQueue = options.Coordinator.Order == WriteOrder.Log };
        var changes = new LocalChanges(_mappings.ToDictionary(mapping => mapping.Key, mapping => new RowValues(mapping.Value)), retired);
        var mail = new MailboxSource<RecordMessage>(shards, _mail.OpenAsync);
        return [new ChangeLogSource<RecordMessage>(window, changes.Translate, _backPressure.HeldAsync, () => mail.LeftSome), mail];
    }

    private TurnWorker<RecordState, RecordMessage, RecordEvent> Worker(IReadOnlyList<HeldLease> shards, IReadOnlyList<ITurnSource<RecordMessage>> sources, Wakeup wakeup, ActorCache<RecordState>? warm = null, PollGate? gate = null) => new(
        stores.Turns, shards, new RecordActor(_mappings), new RecordCodec(), sources, new RecordSink(_mail, stores, _coordinator, _feeds, Corrections()), wakeup, term,
        options.Runtime, clock, log.Trouble, warm, gate);

    /// <summary>Offers that the coordinator made last holds back and that do not wait for Salesforce, by mapping; see <see cref="PausedOffers"/> and <see cref="WritesBehind"/>.</summary>
    public Func<IReadOnlyDictionary<short, int>> HeldOffers { get; private set; } = () => ImmutableDictionary<short, int>.Empty;

    /// <summary>The coordinator of the connection.</summary>
    public SubmissionCoordinator Coordinator(HeldLease lease)
    {
        var waiting = new WaitingWrites(_mappings, byJobs: options.Cut.Jobs is not null);
        var paused = stores.States is { } states && options.Coordinator.Order != WriteOrder.Log ? new PausedOffers(
            states, stores.Turns, lease, clock, held: mapping => log.Say($"{_mappings.GetValueOrDefault(mapping)?.ObjectName ?? $"mapping {mapping}"}: nothing of it is sent until it is resumed")) : null;
        var queue = options.Coordinator.Order == WriteOrder.Log ? null : new ReadyQueue(stores.Offers.OpenWindow(), waiting, options.Cut, options.ReadyWritesMax, paused);
        IReadyWrites ready = queue is null ? new LogOrderQueue(stores.Offers, stores.Turns, waiting, options.Cut.RowsMax) : queue;
        HeldOffers = () => new[] { paused?.Uncounted, queue?.Uncounted }.SelectMany(held => held ?? ImmutableDictionary<short, int>.Empty).GroupBy(of => of.Key).ToImmutableDictionary(of => of.Key, of => Math.Min(UncountedMax, of.Sum(held => held.Value)));
        return new SubmissionCoordinator(
            stores, lease, term, _mappings, ready, new WritePace(_budget, options.Cut, clock), waiting, new SoapLane(soap),
            bulk is null ? null : new BulkLane(bulk, options.Bulk with { Slowed = _budget.JobPause }, clock, log), new DoubtProbe(soap, organizationId), _mail, _coordinator, _records.All, options.Coordinator, jitter, newId, clock, log);
    }

    /// <summary>The feed of a mapping.</summary>
    public ObjectFeed Feed(HeldLease lease, short mapping) => new(
        stores, lease, term, _mappings[mapping], organizationId, soap.For(ApiUse.Read), _mail, _feeds[mapping], _records.All, options.Feed, new ReadPace(_budget, _mappings.Count), clock, log,
        Inbox(lease, _mappings[mapping]), queries, Gate(_mappings[mapping]));

    /// <summary>The feeds made so far have ended: those made from now on begin anew.</summary>
    public void ForgetFeeds()
    {
        _inboxes.Clear();
        _places = new LoadPlaces(mappings, options.Feed.Load?.ObjectsMax ?? int.MaxValue);
    }

    /// <summary>The stream of change events for the feeds made so far; null where none of them is fed by it.</summary>
    public ChangeStream? Stream(SalesforceSession session) => _inboxes.Count == 0 ? null : new ChangeStream(session, [.. _inboxes], clock, log);

    private static (Wakeup All, ImmutableArray<Wakeup> Each) WorkersOf(int count, TimeProvider clock)
    {
        ImmutableArray<Wakeup> each = [.. Enumerable.Range(0, count).Select(_ => new Wakeup(clock))];
        return (new Wakeup(clock, each), each);
    }

    private Corrections? Corrections() => stores.Failovers is { } failovers ? new Corrections(failovers, stores.Rows, _mappings, log) : null;

    private ChangeInbox? Inbox(HeldLease lease, ObjectMapping mapping)
    {
        if (!options.Feed.ChangeEvents.Objects.Contains(mapping.ObjectName))
        {
            return null;
        }

        var inbox = new ChangeInbox(StreamClient.ChannelOf(mapping.ObjectName), _feeds[mapping.Number], clock) { Position = ChangeFeed.PositionOf(FeedCursor.Of(lease)) };
        _inboxes.Add(inbox);
        return inbox;
    }

    private MappingGate? Gate(ObjectMapping mapping) => stores.States is { } states ? new MappingGate(states, _places, mapping, clock, log) : null;

    /// <inheritdoc/>
    public void Dispose() => _backPressure.Dispose();
}
