using System.Collections.Concurrent;
using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Submissions;
using ActorSync.Failovers;
using ActorSync.Feeds;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Seeds;
using ActorSync.TestKit.Time;

namespace ActorSync.UnitTests.Coordination;

/// <summary>A coordinator as a node has it, over tables in memory and a scripted org, stepped by the test.</summary>
internal sealed class SteppedCoordinator : IDisposable
{
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(30);
    private const int StepsPerLook = 50;

    private readonly NodeTerm _term;
    private readonly FlowParts _parts;
    private readonly MemoryTurnStore _turns;
    private readonly SyncStores _stores;
    private readonly HeldLease _lease;
    private readonly StringWriter _log = new();
    private readonly (IBulkApi Bulk, JobLimits Jobs, RuntimeOptions Runtime) _made;

    private SteppedCoordinator(IBulkApi bulk, JobLimits jobs, MemoryDatabase database, MemoryTurnStore turns, NodeTerm term, HeldLease lease, FakeClock clock, RuntimeOptions runtime, IFailovers? failovers)
    {
        (Database, _turns, _term, _lease, Clock, _made) = (database, turns, term, lease, clock, (bulk, jobs, runtime));
        _stores = MemoryStores.Of(turns) with { Failovers = failovers };
        database.BeforeStatement = statement => Statements.Enqueue(statement);
        var options = new NodeOptions(
            runtime, new SalesforceCredentials.ClientCredentials(new Uri("http://simulated"), "id", "secret"), new SalesforceOptions(),
            new CoordinatorOptions(TimeSpan.Zero, SettleTime, new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(100), DelayMax = TimeSpan.FromSeconds(10) }),
            new CutLimits(2, TimeSpan.Zero, 4) { Jobs = jobs }, 1000, 1000,
            new FeedOptions(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5), 200), 100, TimeSpan.FromMilliseconds(50))
        {
            Bulk = new BulkOptions(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10), TimeSpan.Zero),
        };
        var ids = 0;
        _parts = new FlowParts(
            _stores, term, [.. Offers.Mappings.Values], "00D5g0000000001EAA", Soap, options, clock, new SyncLog(_log, clock, verbose: false), Seeded.From(1),
            () => new Guid(++ids, (short)lease.Epoch, 0, new byte[8]), bulk);
        Coordinator = _parts.Coordinator(lease);
    }

    public FakeClock Clock { get; }

    public MemoryDatabase Database { get; }

    public ScriptedSoap Soap { get; } = new();

    public SubmissionCoordinator Coordinator { get; }

    /// <summary>Names of the statements in their order.</summary>
    public ConcurrentQueue<string> Statements { get; } = new();

    public string Log => _log.ToString();

    /// <summary>What is started, in order.</summary>
    public IReadOnlyList<MemorySubmission> Submissions => [.. Database.Submissions.Scan(null).Select(row => row.Value).OrderBy(row => row.Submission.StartedAt)];

    public static async Task<SteppedCoordinator> CreateAsync(IBulkApi bulk, JobLimits jobs)
    {
        var clock = new FakeClock(Offers.Now);
        var runtime = new RuntimeOptions { ShardCount = 1, LeaseTtl = TimeSpan.FromDays(2) };
        var database = new MemoryDatabase([.. Offers.Mappings.Values], 1, clock.GetUtcNow, Seeded.From(2));
        var turns = new MemoryTurnStore(database);
        await turns.Leases.EnsureAsync([Addresses.Coordinator], default);
        return await BeginAsync(bulk, jobs, database, turns, clock, runtime);
    }

    /// <summary>Hands the coordinator over; the node lives on.</summary>
    /// <returns>The next holder, with an org of its own to talk to.</returns>
    /// <param name="failovers">Noticed meanwhile.</param>
    public async Task<SteppedCoordinator> SuccessorAsync(IFailovers? failovers = null)
    {
        await _turns.Leases.ReleaseAsync(_term.Id, [Addresses.Coordinator], default);
        return await BeginAsync(_made.Bulk, _made.Jobs, Database, _turns, Clock, _made.Runtime, failovers);
    }

    /// <summary>The node ends: it is not among those that live any more.</summary>
    public Task EndAsync() => _turns.Leases.ReleaseAsync(_term.Id, default);

    /// <summary>Offers writes as record actors do.</summary>
    public Task OfferAsync(params IReadOnlyList<OfferedWrite> writes) => TurnAsync(turn => _stores.Offers.OfferAsync(turn, writes, default));

    /// <summary>Leaves submissions behind as an earlier term does.</summary>
    public Task LeaveAsync(params IReadOnlyList<Submission> submissions) => TurnAsync(turn => _stores.Submissions.StartAsync(turn, _lease, submissions, default));

    /// <summary>Steps, a hundredth of a second each time, until a condition holds.</summary>
    public Task StepUntilAsync(string what, Func<bool> condition) => Eventually.HoldsAsync(what, async () =>
    {
        // What runs on other threads gets its turn between the looks.
        for (var step = 0; step < StepsPerLook && !condition(); step++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(10));
            await Coordinator.StepAsync(default, default);
        }

        return condition();
    });

    /// <summary>Steps through a time.</summary>
    public async Task StepAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(10))
        {
            Clock.Advance(TimeSpan.FromMilliseconds(10));
            await Coordinator.StepAsync(default, default);
        }
    }

    public void Dispose()
    {
        _parts.Dispose();
        _term.Dispose();
    }

    private static async Task<SteppedCoordinator> BeginAsync(IBulkApi bulk, JobLimits jobs, MemoryDatabase database, MemoryTurnStore turns, FakeClock clock, RuntimeOptions runtime, IFailovers? failovers = null)
    {
        var term = await NodeTerm.BeginAsync(turns.Leases, "test", runtime, clock, default);
        var lease = (await turns.Leases.AcquireAsync(term.Id, default)).Single(held => held.Address == Addresses.Coordinator);
        return new SteppedCoordinator(bulk, jobs, database, turns, term, lease, clock, runtime, failovers);
    }

    private async Task TurnAsync(Func<Turn, Task> work)
    {
        await using var turn = await _turns.BeginAsync(default);
        await turn.ReadNowAsync(default);
        await work(turn);
        await turn.CommitAsync(default);
    }

    /// <summary>An org that takes what it is given, unless told to wait.</summary>
    internal sealed class ScriptedSoap : IPartnerApi
    {
        private int _given;

        /// <summary>What a call waits for, by object; nothing when absent. The caller may give up.</summary>
        public ConcurrentDictionary<string, TaskCompletionSource> Gates { get; } = new(StringComparer.Ordinal);

        public ConcurrentQueue<string> Queries { get; } = new();

        /// <summary>Records it was given.</summary>
        public int Given => _given;

        public async Task<IReadOnlyList<WriteResult>> UpsertAsync(
            string objectName, string externalIdField, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation)
        {
            Interlocked.Add(ref _given, records.Count);
            if (Gates.TryGetValue(objectName, out var gate))
            {
                await gate.Task.WaitAsync(cancellation);
            }

            return [.. records.Select(_ => new WriteResult("001", Success: true, Created: true, [], null))];
        }

        public async Task<QueryAnswer> QueryAsync(string soql, bool includeDeleted, CancellationToken cancellation)
        {
            Queries.Enqueue(soql);
            if (Gates.TryGetValue("query", out var gate))
            {
                await gate.Task.WaitAsync(cancellation);
            }

            return new QueryAnswer([], true, null, 0);
        }

        public Task<IReadOnlyList<WriteResult>> UpdateAsync(string objectName, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<WriteResult>> DeleteAsync(IReadOnlyList<string> ids, string client, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<QueryAnswer> QueryMoreAsync(string locator, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<DeletedAnswer> GetDeletedAsync(string objectName, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<DateTimeOffset> GetServerTimestampAsync(CancellationToken cancellation) => throw new NotSupportedException();
    }
}
