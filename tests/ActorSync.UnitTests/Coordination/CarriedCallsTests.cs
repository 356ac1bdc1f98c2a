using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Failovers;
using ActorSync.Records;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>What becomes of calls that are outside when the coordinator goes to another node.</summary>
public sealed class CarriedCallsTests
{
    private static readonly JobLimits Jobs = new(100, 100, TimeSpan.Zero, 2, 1_000_000);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    // One that never answers must not cost the answer of another.
    [Fact]
    public async Task Coordinator_stops_at_once_and_each_answer_is_brought_as_it_comes()
    {
        using var node = await SteppedCoordinator.CreateAsync(new ScriptedJob(), Jobs);
        using var abandon = new CancellationTokenSource();
        var (account, contact) = (Gate(node, "Account"), Gate(node, "Contact"));
        await node.OfferAsync(Offers.Account("A"), Offers.Contact("C", account: "alive"));
        var carried = await StopAsync(node, abandon.Token);

        contact.SetResult();
        await Eventually.HoldsAsync("the answer to be brought", () => Task.FromResult(node.Statements.Contains("bring answer")), Soon);
        carried.IsCompleted.ShouldBeFalse();
        await abandon.CancelAsync();
        await carried.WaitAsync(Soon, TimeProvider.System);
        Brought(node, 2)!.Results.ShouldHaveSingleItem().Success.ShouldBeTrue();
        Brought(node, 1)!.Fault.ShouldBeOfType<SyncFault.InDoubt>("nobody waits for it any longer");
        node.Submissions.ShouldAllBe(row => row.FinishedAt == null && row.DoubtfulSince == null, "the coordinator's tables are the next holder's");
        account.TrySetResult();
    }

    [Fact]
    public async Task Coordinator_that_stops_leaves_more_look_ups_than_answers_are_kept_at_a_time()
    {
        const int Many = 300;
        using var node = await SteppedCoordinator.CreateAsync(new ScriptedJob(), Jobs);
        using var stop = new CancellationTokenSource();
        Gate(node, "query");
        await node.LeaveAsync([.. Enumerable.Range(1, Many).Select(i => new Submission(new Guid(1000 + i, 0, 0, new byte[8]), 1, WriteOperation.Insert, [Offers.Account($"A{i}")], Offers.Now))]);
        node.Clock.Advance(SteppedCoordinator.SettleTime + SteppedCoordinator.SettleTime);
        await node.Coordinator.StepAsync(stop.Token, default);
        node.Soap.Queries.Count.ShouldBe(Many);

        await stop.CancelAsync();
        await node.Coordinator.RunAsync(stop.Token, default);
        await node.Coordinator.CarryAsync(isHeld: false, default).WaitAsync(Soon, TimeProvider.System);
        node.Submissions.ShouldAllBe(row => row.FinishedAt == null && row.Brought == null);
    }

    [Fact]
    [Trait("Invariant", "I5")]
    public async Task Next_holder_goes_on_beside_a_carried_call_and_takes_its_answer_as_one_of_its_own()
    {
        using var node = await SteppedCoordinator.CreateAsync(new ScriptedJob(), Jobs);
        var gate = Gate(node, "Account");
        await node.OfferAsync(Offers.Account("a"));
        var carried = await StopAsync(node, default);

        using var next = await node.SuccessorAsync();
        await next.OfferAsync(Offers.Account("b"), Offers.Contact("c", account: "a"));
        await next.StepUntilAsync("another record's outcome", () => next.Submissions.Any(row => row.FinishedAt is not null));
        await next.StepAsync(SteppedCoordinator.SettleTime / 2);
        next.Soap.Given.ShouldBe(1, "the contact waits for the birth of its account");
        next.Submissions[0].ShouldSatisfyAllConditions(row => row.FinishedAt.ShouldBeNull(), row => row.DoubtfulSince.ShouldBeNull());

        gate.SetResult();
        await carried.WaitAsync(Soon, TimeProvider.System);
        await next.StepUntilAsync("its outcome, and the contact's", () => next.Submissions.Count == 3 && next.Submissions.All(row => row.FinishedAt is not null));
        next.Submissions[0].Brought.ShouldBeNull();
        next.Soap.Queries.ShouldBeEmpty();
        next.Log.ShouldNotContain("in doubt");
    }

    [Fact]
    public async Task Carried_call_of_a_node_that_is_gone_is_in_doubt_and_looked_up_when_it_has_settled()
    {
        using var node = await SteppedCoordinator.CreateAsync(new ScriptedJob(), Jobs);
        Gate(node, "Account");
        await node.OfferAsync(Offers.Account("a"));
        _ = await StopAsync(node, default);
        using var next = await node.SuccessorAsync();
        await next.StepAsync(TimeSpan.FromSeconds(1));
        next.Submissions.ShouldHaveSingleItem().DoubtfulSince.ShouldBeNull();

        await node.EndAsync();
        await next.StepUntilAsync("doubt", () => next.Submissions[0].DoubtfulSince is not null);
        next.Soap.Queries.ShouldBeEmpty("it may still land");
        await next.StepUntilAsync("its outcome", () => next.Submissions[0].FinishedAt is not null);
        next.Soap.Queries.Count.ShouldBe(1);
        next.Log.ShouldContain("CARRIER_GONE");
    }

    [Fact]
    public async Task Answer_of_a_node_that_is_gone_since_is_taken()
    {
        using var node = await SteppedCoordinator.CreateAsync(new ScriptedJob(), Jobs);
        var gate = Gate(node, "Account");
        await node.OfferAsync(Offers.Account("a"));
        var carried = await StopAsync(node, default);
        gate.SetResult();
        await carried.WaitAsync(Soon, TimeProvider.System);
        using var next = await node.SuccessorAsync();
        await node.EndAsync();
        await next.StepUntilAsync("its outcome", () => next.Submissions[0].FinishedAt is not null);
        next.Submissions[0].DoubtfulSince.ShouldBeNull();
        next.Soap.Queries.ShouldBeEmpty();
    }

    // What the lost history sent nobody can tell: not the node that carried it either.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Carried_call_from_before_a_failover_is_looked_up_whatever_its_node_brings(bool isBrought)
    {
        using var node = await SteppedCoordinator.CreateAsync(new ScriptedJob(), Jobs);
        var gate = Gate(node, "Account");
        await node.OfferAsync(Offers.Account("a"));
        var carried = await StopAsync(node, default);
        if (isBrought)
        {
            gate.SetResult();
            await carried.WaitAsync(Soon, TimeProvider.System);
        }

        using var next = await node.SuccessorAsync(new AllLost(node.Clock.GetUtcNow() + TimeSpan.FromSeconds(1)));
        await next.StepUntilAsync("its outcome", () => next.Submissions[0].FinishedAt is not null);
        next.Soap.Queries.Count.ShouldBe(1);
    }

    // A node that lives and has forgotten its call would be waited for without end.
    [Fact]
    public async Task Carried_call_is_waited_for_no_longer_than_a_call_may_take()
    {
        using var node = await SteppedCoordinator.CreateAsync(new ScriptedJob(), Jobs);
        Gate(node, "Account");
        await node.OfferAsync(Offers.Account("a"));
        _ = await StopAsync(node, default);
        using var next = await node.SuccessorAsync();
        await next.StepAsync(SteppedCoordinator.SettleTime);
        next.Submissions[0].DoubtfulSince.ShouldBeNull();
        await next.StepUntilAsync("its outcome", () => next.Submissions[0].FinishedAt is not null);
        next.Log.ShouldContain("CARRIED_TOO_LONG");
        next.Soap.Queries.Count.ShouldBe(1);
    }

    // What is written by one version may be read by another.
    [Fact]
    public void Answer_is_the_same_after_it_was_text()
    {
        var names = new FieldNames("Name", "Phone");
        SyncFault[] faults =
        [
            new SyncFault.Transient("UNABLE_TO_LOCK_ROW", "locked"), new SyncFault.Throttled("REQUEST_LIMIT_EXCEEDED", "many", TimeSpan.FromMilliseconds(1500.5)), new SyncFault.Rejected("INVALID_FIELD", "no \u00e9", names),
            new SyncFault.NotExecuted("CONNECT_FAILED", "refused", TimeSpan.FromSeconds(3)), new SyncFault.InDoubt("DEADLINE_PASSED", "late"), new SyncFault.Misconfigured("INVALID_LOGIN", "who", "say who"),
        ];
        foreach (var fault in faults)
        {
            var answer = new LaneAnswer(null, fault) { BySoap = fault is SyncFault.Rejected, IsVainJob = fault is SyncFault.Transient, IsUnreached = fault is SyncFault.NotExecuted };
            AnswerText.Read(AnswerText.Write(answer), Writes(2)).ShouldBe(answer);
        }

        var results = new LaneAnswer(
            [new("0015g00000000001AA", Success: true, Created: true, [], null), new(null, Success: false, Created: false, [new("INVALID_FIELD", "no", names), new("OTHER", "", FieldNames.None)], faults[2])], null);
        var read = AnswerText.Read(AnswerText.Write(results), Writes(2));
        read.Results![0].ShouldBe(results.Results![0] with { Errors = read.Results[0].Errors });
        read.Results[0].Errors.ShouldBeEmpty();
        read.Results[1].Errors.ShouldBe(results.Results[1].Errors);
        read.Results[1].Fault.ShouldBe(faults[2]);
        (read.Results.Count, read.Fault).ShouldBe((2, null));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"fault":{"kind":"Unheard","code":"A","message":"b"}}""")]
    [InlineData("""{"fault":{"kind":"Throttled","code":"A","message":"b"}}""")]
    [InlineData("""{"fault":{"kind":"Rejected","code":"A","message":"b"}}""")]
    [InlineData("""{"results":7}""")]
    [InlineData("""{"results":[]}""")]
    [InlineData("""{"results":[null]}""")]
    [InlineData("""{"results":[{"success":false}]}""")]
    [InlineData("""{"results":[{"success":false,"errors":[]}]}""")]
    [InlineData("""{"results":[{"success":true,"errors":[]}]}""")]
    [InlineData("""{"results":[{"id":"0015g00000000001AA","success":true,"errors":[]},{"id":"0015g00000000002AA","success":true,"errors":[]}]}""")]
    [InlineData("""{"fault":{"kind":"Throttled","code":"A","message":"b","waitMs":1e300}}""")]
    public void Answer_that_cannot_be_read_is_in_doubt(string text) => AnswerText.Read(text, Writes(1)).Fault.ShouldBeOfType<SyncFault.InDoubt>();

    private static TaskCompletionSource Gate(SteppedCoordinator node, string name) => node.Soap.Gates[name] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    private static LaneAnswer? Brought(SteppedCoordinator node, short mapping) =>
        node.Submissions.Single(row => row.Submission.Mapping == mapping).Brought is { } text ? AnswerText.Read(text, Writes(1)) : null;

    private static OfferedWrite[] Writes(int count) => [.. Enumerable.Range(1, count).Select(i => Offers.Account($"A{i}"))];

    // Sends what is offered, then ends the loop: the calls stay outside.
    private static async Task<Task> StopAsync(SteppedCoordinator node, CancellationToken abandon)
    {
        using var stop = new CancellationTokenSource();
        await node.Coordinator.StepAsync(stop.Token, abandon);
        await stop.CancelAsync();
        await node.Coordinator.RunAsync(stop.Token, abandon);
        return node.Coordinator.CarryAsync(isHeld: false, abandon);
    }

    /// <summary>A failover before which everything was started that has been.</summary>
    private sealed class AllLost(DateTimeOffset noticedAt) : IFailovers
    {
        public Task<IReadOnlyList<Failover>> ReadAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<Failover>>([new Failover(1, noticedAt, noticedAt, 0)]);

        public Task<IReadOnlyDictionary<(short Mapping, Guid Entity), long>> AnsweredAsync(int failover, IReadOnlyCollection<OfferedWrite> writes, CancellationToken stop) =>
            Task.FromResult<IReadOnlyDictionary<(short Mapping, Guid Entity), long>>(new Dictionary<(short Mapping, Guid Entity), long>());

        public Task AnswerAsync(Turn turn, int failover, IReadOnlyCollection<OfferedWrite> writes, CancellationToken stop) => Task.CompletedTask;

        public Task<IReadOnlySet<Guid>> LeftInDoubtAsync(Turn turn, Failover failover, IReadOnlyCollection<Guid> submissions, CancellationToken stop) =>
            Task.FromResult<IReadOnlySet<Guid>>(new HashSet<Guid>());

        public Task CorrectAsync(Turn turn, int failover, IReadOnlyCollection<Correction> corrections, CancellationToken stop) => Task.CompletedTask;
    }
}
