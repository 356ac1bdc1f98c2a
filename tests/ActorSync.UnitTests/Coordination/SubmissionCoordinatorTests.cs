using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Salesforce.Bulk;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>What the coordinator does with jobs and with doubt.</summary>
public sealed class SubmissionCoordinatorTests
{
    private static readonly JobLimits Jobs = new(3, 3, TimeSpan.Zero, 2, 1_000_000);
    private readonly ScriptedJob _job = new();

    [Fact]
    public async Task Submission_in_doubt_is_looked_up_ever_less_often_while_Salesforce_cannot_be_reached()
    {
        using var node = await SteppedCoordinator.CreateAsync(_job, Jobs);
        var outage = node.Soap.Gates["query"] = new TaskCompletionSource();
        outage.SetException(new IOException("unreachable"));
        await node.LeaveAsync(Left(1, SubmissionApi.Soap, "A"));
        node.Clock.Advance(SteppedCoordinator.SettleTime + SteppedCoordinator.SettleTime);
        await node.StepAsync(TimeSpan.FromMinutes(1));
        node.Soap.Queries.Count.ShouldBeInRange(2, 14, "it doubles from a tenth of a second to ten");
        node.Log.Split("could not be looked up yet").Length.ShouldBeLessThan(7);

        node.Soap.Gates.TryRemove("query", out _);
        await node.StepUntilAsync("it to be looked up", () => node.Submissions.All(row => row.FinishedAt is not null));
    }

    // A job may be as large as a statement of PostgreSQL.
    [Fact]
    public async Task Calls_are_journaled_together_and_each_job_in_a_turn_of_its_own_behind_them()
    {
        using var node = await SteppedCoordinator.CreateAsync(_job, Jobs);
        _job.Fail("create", [.. Enumerable.Repeat<SyncFault>(new SyncFault.Transient("BUSY", "later"), 2)]);
        await node.OfferAsync([.. Enumerable.Range(1, 6).Select(i => Offers.Account($"A{i}")), Offers.Contact("C", "alive"), Offers.Contact("D", "alive") with { Alone = true }]);
        await node.Coordinator.StepAsync(default, default);
        node.Statements.Count(statement => statement == "start submissions").ShouldBe(3);
        node.Submissions.Select(row => (row.Submission.Api, row.Submission.Writes.Count)).Order()
            .ShouldBe([(SubmissionApi.Soap, 1), (SubmissionApi.Soap, 1), (SubmissionApi.Bulk, 3), (SubmissionApi.Bulk, 3)]);
        node.Submissions.TakeLast(2).ShouldAllBe(row => row.Submission.Api == SubmissionApi.Bulk);
    }

    [Fact]
    public async Task Outage_does_not_journal_whole_jobs_again_and_again_and_they_leave_when_it_is_over()
    {
        using var node = await SteppedCoordinator.CreateAsync(_job, Jobs);
        var refused = new SyncFault.NotExecuted("CONNECT_FAILED", "refused", TimeSpan.Zero);
        _job.Fail("create", [.. Enumerable.Repeat<SyncFault>(refused, 10_000)]);
        await node.OfferAsync([.. Enumerable.Range(1, 12).Select(i => Offers.Account($"A{i}"))]);
        await node.StepAsync(TimeSpan.FromSeconds(20));
        node.Submissions.Count.ShouldBeInRange(5, 11, "two at the start, then one after a tenth of a second, two, four and so on");
        node.Soap.Given.ShouldBe(0);

        _job.Fail("create");
        _job.States.Enqueue(BulkJobState.InProgress);
        await node.StepUntilAsync("as many jobs as there are places", () => node.Submissions.Count(row => row.FinishedAt is null && row.Submission.JobId is not null) == Jobs.JobsMax);
    }

    [Fact]
    public async Task Records_that_a_job_does_not_tell_of_are_looked_up_and_the_others_have_their_outcomes()
    {
        using var node = await SteppedCoordinator.CreateAsync(_job, Jobs);
        _job.States.Enqueue(BulkJobState.JobComplete);
        await node.OfferAsync(Offers.Account("a"), Offers.Account("b"), Offers.Account("c"));
        await node.StepUntilAsync("doubt", () => node.Submissions.Any(row => row.DoubtfulSince is not null));
        var open = node.Submissions.ShouldHaveSingleItem();
        open.Submission.Writes.Select(Offers.NameOf).ShouldBe(["c"]);
        Mailed(node).ShouldBe(["a", "b"]);

        await node.StepUntilAsync("its outcome", () => node.Submissions[0].FinishedAt is not null);
        node.Soap.Queries.ShouldHaveSingleItem().ShouldEndWith($"IN ('{Offers.Account("c").Entity}')");
        Mailed(node).ShouldBe(["a", "b", "c"]);
    }

    // It ran for an hour before it was lost sight of: what it did in its last moment may still land.
    [Fact]
    public async Task Records_of_a_job_are_looked_up_only_when_what_it_did_until_it_was_lost_has_settled()
    {
        using var node = await SteppedCoordinator.CreateAsync(_job, Jobs);
        _job.States.Enqueue(BulkJobState.InProgress);
        await node.OfferAsync(Offers.Account("a"), Offers.Account("b"), Offers.Account("c"));
        await node.StepUntilAsync("a job", () => _job.Calls.ToArray().Contains("close"));
        node.Clock.Advance(TimeSpan.FromHours(1));
        _job.Fail("read", [.. Enumerable.Repeat<SyncFault>(new SyncFault.Misconfigured("NOT_FOUND", "no such job", ""), 1000)]);
        await node.StepUntilAsync("doubt", () => node.Submissions[0].DoubtfulSince is not null);
        await node.StepAsync(SteppedCoordinator.SettleTime);
        node.Soap.Queries.ShouldBeEmpty();
        await node.StepUntilAsync("its outcome", () => node.Submissions[0].FinishedAt is not null);
    }

    [Fact]
    public async Task Submission_of_an_object_that_is_not_mapped_any_more_waits_and_holds_back_nobody()
    {
        using var node = await SteppedCoordinator.CreateAsync(_job, Jobs);
        await node.LeaveAsync(Left(1, SubmissionApi.Bulk, "A") with { Mapping = 99, JobId = "750" });
        await node.OfferAsync(Offers.Account("B"));
        await node.StepUntilAsync("the other one", () => node.Submissions.Any(row => row.FinishedAt is not null));
        await node.StepAsync(SteppedCoordinator.SettleTime * 2);
        node.Submissions.Where(row => row.FinishedAt is null).ShouldHaveSingleItem().Submission.Mapping.ShouldBe((short)99);
        (_job.Calls.Count, node.Soap.Queries.Count).ShouldBe((0, 0));
        node.Log.ShouldContain("is of an object that is not mapped any more");
    }

    private static IEnumerable<string> Mailed(SteppedCoordinator node)
    {
        var bodies = string.Concat(node.Database.Mail.Scan(null).Select(row => row.Value.Body));
        return new[] { "a", "b", "c" }.Where(name => bodies.Contains(Offers.Account(name).Entity.ToString(), StringComparison.Ordinal));
    }

    private static Submission Left(int number, SubmissionApi api, string name) =>
        new(new Guid(1000 + number, 0, 0, new byte[8]), 1, WriteOperation.Insert, [Offers.Account(name)], Offers.Now) { Api = api };
}
