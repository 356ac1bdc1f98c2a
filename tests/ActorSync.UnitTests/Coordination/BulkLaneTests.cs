using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Soap;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>One submission as one job: what is asked of Salesforce, and what its answers mean.</summary>
public sealed class BulkLaneTests
{
    private static readonly SyncFault Lost = new SyncFault.Transient("CONNECTION_LOST", "gone");
    private static readonly SyncFault Missing = new SyncFault.Misconfigured("NOT_FOUND", "no such job", "");
    private static readonly SyncFault Unreadable = new SyncFault.Transient("UNREADABLE_ANSWER", "HTTP 502 text/html");
    private readonly ScriptedJob _job = new();
    private readonly StringWriter _log = new();

    [Fact]
    public async Task Job_is_given_its_records_closed_and_asked_about_until_it_is_over()
    {
        _job.States.EnqueueAll(BulkJobState.UploadComplete, BulkJobState.InProgress, BulkJobState.JobComplete);
        var answer = await RunAsync();
        answer!.Results!.Select(result => result.Id).ShouldBe(["id of a", "id of b"], "in the order of the writes, whatever that of the results");
        _job.Calls.ShouldBe(["upload 2", "close", "read", "read", "read", "results"]);
    }

    [Fact]
    public async Task Records_that_a_job_has_not_reached_are_told_from_those_it_refused()
    {
        _job.States.EnqueueAll(BulkJobState.Aborted);
        _job.Results.Remove(Key("b"));
        _job.Unprocessed.Add(Key("b"));
        var answer = await RunAsync();
        answer!.Results![0].Success.ShouldBeTrue();
        answer.Results[1].Fault.ShouldBeOfType<SyncFault.NotExecuted>().Code.ShouldBe("JOB_ABORTED");
    }

    [Fact]
    public async Task Record_that_is_in_no_results_twice_is_in_doubt_and_the_others_are_not()
    {
        _job.States.EnqueueAll(BulkJobState.JobComplete);
        _job.Results.Remove(Key("b"));
        var answer = await RunAsync();
        answer!.Results![0].Success.ShouldBeTrue();
        answer.Results[1].Fault.ShouldBeOfType<SyncFault.InDoubt>().Code.ShouldBe("RESULTS_INCOMPLETE");
        _job.Calls.ShouldBe(["upload 2", "close", "read", "results", "read", "results"]);

        var outcomes = Outcomes.Of(Accounts(), answer, new RetryPolicy(), _ => default, Offers.Now, 0);
        outcomes.Messages.ShouldHaveSingleItem().Actor.Entity.ShouldBe(Offers.Account("a").Entity);
        (outcomes.Lost.Select(Offers.NameOf).Single(), outcomes.Again.Count).ShouldBe(("b", 0));
    }

    [Fact]
    public async Task Results_that_come_late_are_waited_for()
    {
        _job.States.EnqueueAll(BulkJobState.JobComplete);
        _job.Results.Remove(Key("b"), out var late);
        _job.Later.Enqueue(() => { });
        _job.Later.Enqueue(() => _job.Results[Key("b")] = late!);
        (await RunAsync())!.Results!.Select(result => result.Id).ShouldBe(["id of a", "id of b"]);
    }

    // An administrator aborts the job while a chunk is being written: what is read at once says that nothing of it has happened.
    [Theory]
    [InlineData(BulkJobState.Aborted)]
    [InlineData(BulkJobState.Failed)]
    public async Task Results_of_a_job_that_was_ended_by_others_are_read_until_two_readings_agree(BulkJobState end)
    {
        _job.States.EnqueueAll(BulkJobState.InProgress, end);
        _job.Results.Remove(Key("b"), out var late);
        _job.Unprocessed.Add(Key("b"));
        _job.Later.Enqueue(() => { });
        _job.Later.Enqueue(() =>
        {
            _job.Unprocessed.Clear();
            _job.Results[Key("b")] = late!;
        });
        (await RunAsync())!.Results!.Select(result => result.Success).ShouldBe([true, true]);
        _job.Calls.Count(call => call == "results").ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Results_that_were_read_meanwhile_are_not_unreadable()
    {
        _job.States.EnqueueAll(BulkJobState.Aborted);
        _job.Fail("results", [.. Enumerable.Repeat(Unreadable, 4)]);
        _job.Later.Enqueue(() => _job.Fail("results", [.. Enumerable.Repeat(Unreadable, 4)]));
        (await SettleAsync())!.Results!.Count.ShouldBe(2);
        _job.Calls.Count(call => call == "results").ShouldBe(10);
    }

    [Fact]
    public async Task What_a_job_is_refused_for_as_a_whole_SOAP_is_to_say()
    {
        _job.States.EnqueueAll(BulkJobState.Failed);
        _job.Results.Clear();
        _job.Unprocessed.UnionWith([Key("a"), Key("b")]);
        _job.ErrorMessage = "InvalidBatch : Field name not found : Nope__c";
        var answer = await RunAsync();
        (answer!.BySoap, answer.Fault!.ToString()).ShouldBe((true, "JOB_FAILED: InvalidBatch : Field name not found : Nope__c"));
    }

    [Fact]
    public async Task Upload_that_may_not_have_arrived_is_not_made_again_but_the_job_called_off()
    {
        _job.Fail("upload 2", Lost);
        _job.States.EnqueueAll(BulkJobState.Open, BulkJobState.Aborted);
        _job.Results.Clear();
        var answer = await RunAsync();
        (answer!.BySoap, answer.Fault).ShouldBe((false, Lost));
        _job.Calls.ShouldBe(["upload 2", "read", "abort", "read", "results", "read", "results"]);
    }

    [Fact]
    public async Task Upload_that_is_refused_goes_by_SOAP_once_the_job_is_called_off()
    {
        _job.Fail("upload 2", new SyncFault.Rejected("REQUEST_TOO_LARGE", "too long", FieldNames.None));
        _job.Fail("abort", Lost);
        _job.States.EnqueueAll(BulkJobState.Open, BulkJobState.Open, BulkJobState.Aborted);
        _job.Results.Clear();
        (await RunAsync())!.BySoap.ShouldBeTrue();
        _job.Calls.Count(call => call == "abort").ShouldBe(2);
    }

    [Fact]
    public async Task Close_whose_answer_is_lost_is_made_again_only_if_the_job_is_open()
    {
        _job.Fail("close", Lost);
        _job.States.EnqueueAll(BulkJobState.InProgress, BulkJobState.JobComplete);
        (await RunAsync())!.Results.ShouldNotBeNull();
        _job.Calls.ShouldBe(["upload 2", "close", "read", "read", "results"]);

        _job.Calls.Clear();
        _job.Fail("close", Lost);
        _job.States.EnqueueAll(BulkJobState.Open, BulkJobState.JobComplete);
        (await RunAsync())!.Results.ShouldNotBeNull();
        _job.Calls.ShouldBe(["upload 2", "close", "read", "close", "read", "results"]);
    }

    // However often the budget holds no call for it: its records are there, and nothing has to go twice.
    [Fact]
    public async Task Close_that_could_not_be_made_is_made_later_and_the_job_is_not_called_off()
    {
        SyncFault unmade = new SyncFault.Throttled("API_BUDGET_USED_UP", "nothing is left", TimeSpan.FromMinutes(15));
        _job.Fail("close", [.. Enumerable.Repeat(unmade, 4)]);
        _job.States.EnqueueAll([.. Enumerable.Repeat(BulkJobState.Open, 4), BulkJobState.JobComplete]);
        (await RunAsync())!.Results!.Count.ShouldBe(2);
        _job.Calls.Count(call => call == "close").ShouldBe(5);
        _job.Calls.ShouldNotContain("abort");

        _job.Calls.Clear();
        _job.Fail("read", [.. Enumerable.Repeat(unmade, 4)]);
        _job.Fail("close", unmade);
        _job.States.EnqueueAll(BulkJobState.Open, BulkJobState.JobComplete);
        (await RunAsync())!.Results!.Count.ShouldBe(2);
        _job.Calls.ShouldNotContain("abort");
    }

    [Fact]
    public async Task Open_job_of_an_earlier_term_is_called_off_and_its_records_have_not_run()
    {
        _job.States.EnqueueAll(BulkJobState.Open, BulkJobState.Aborted);
        _job.Results.Clear();
        _job.Unprocessed.UnionWith([Key("a"), Key("b")]);
        (await SettleAsync())!.Fault.ShouldBeOfType<SyncFault.NotExecuted>();
        _job.Calls.ShouldBe(["read", "abort", "read", "results", "read", "results"]);
    }

    [Fact]
    public async Task Closed_job_of_an_earlier_term_is_waited_for()
    {
        _job.States.EnqueueAll(BulkJobState.UploadComplete, BulkJobState.JobComplete);
        (await SettleAsync())!.Results!.Count.ShouldBe(2);
        _job.Calls.ShouldBe(["read", "read", "results"]);
    }

    [Fact]
    public async Task Job_that_the_org_does_not_know_leaves_doubt_when_it_has_said_so_five_times()
    {
        _job.Fail("read", [.. Enumerable.Repeat(Missing, 5)]);
        (await SettleAsync())!.Fault.ShouldBeOfType<SyncFault.InDoubt>().Code.ShouldBe("JOB_NOT_FOUND");
        _job.Calls.ShouldBe(["read", "read", "read", "read", "read"]);
    }

    [Fact]
    public async Task Job_that_the_org_does_not_know_for_a_while_is_asked_about_until_its_time_has_passed()
    {
        _job.Fail("read", [.. Enumerable.Repeat(Missing, 50)]);
        _job.States.EnqueueAll(BulkJobState.JobComplete);
        var lane = Lane(TimeProvider.System, Soon with { MissingTimeMin = TimeSpan.FromHours(1) });
        (await lane.SettleAsync(Offers.Mappings[1], Accounts(), default))!.Results!.Count.ShouldBe(2);
    }

    // A gateway answers with pages of its own: nothing is known of the job, which may still run.
    [Fact]
    public async Task Job_that_may_still_run_is_asked_about_however_many_answers_are_unreadable()
    {
        _job.Fail("read", [.. Enumerable.Repeat(Unreadable, 50)]);
        _job.States.EnqueueAll(BulkJobState.InProgress, BulkJobState.JobComplete);
        (await SettleAsync())!.Results!.Count.ShouldBe(2);
        _log.ToString().Split('\n').Count(line => line.Contains("is asked again", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Job_of_which_nothing_comes_three_times_is_not_tried_again()
    {
        var submission = Accounts();
        for (var attempt = 1; attempt <= Outcomes.VainJobsMax; attempt++)
        {
            _job.Fail("upload 2", Unreadable);
            _job.States.EnqueueAll(BulkJobState.Aborted);
            _job.Results.Clear();
            var answer = await Lane(TimeProvider.System, Soon).RunAsync(Offers.Mappings[1], submission, default);
            var again = Outcomes.Of(submission, answer!, new RetryPolicy(), _ => default, Offers.Now, 0).Again;
            submission = submission with { Writes = [.. again.Select(write => write.Write)] };
            submission.Writes.Select(write => write.BySoap).Distinct().ShouldBe([attempt == Outcomes.VainJobsMax]);
        }
    }

    [Fact]
    public async Task Org_that_cannot_be_reached_says_nothing_of_jobs()
    {
        _job.Fail("create", new SyncFault.NotExecuted("CONNECT_FAILED", "refused", TimeSpan.Zero));
        var (_, refused) = await Lane(TimeProvider.System, Soon).OpenAsync(Offers.Mappings[1], Accounts(), default);
        (refused!.IsVainJob, refused.BySoap, refused.IsUnreached).ShouldBe((false, false, true));
    }

    [Fact]
    public async Task Job_that_fails_to_be_followed_is_taken_up_again_and_only_asked_about()
    {
        _job.States.EnqueueAll(BulkJobState.JobComplete);
        var answer = await Lane(TimeProvider.System, Soon).KeepAsync((_, _, _) => throw new InvalidOperationException("a defect"), Offers.Mappings[1], Accounts(), default);
        answer!.Results!.Count.ShouldBe(2);
        _job.Calls.ShouldBe(["read", "results"]);
    }

    [Fact]
    public async Task Org_that_does_not_answer_is_asked_again_and_that_is_said_once()
    {
        _job.Fail("read", [.. Enumerable.Repeat(Lost, 20)]);
        _job.States.EnqueueAll(BulkJobState.JobComplete);
        (await SettleAsync())!.Results!.Count.ShouldBe(2);
        _log.ToString().Split('\n').Count(line => line.Contains("is asked again", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Results_that_stay_unreadable_leave_doubt()
    {
        _job.Fail("results", [.. Enumerable.Repeat<SyncFault>(new SyncFault.Transient("UNREADABLE_ANSWER", "no CSV"), 5)]);
        _job.States.EnqueueAll([.. Enumerable.Repeat(BulkJobState.JobComplete, 5)]);
        (await SettleAsync())!.Fault.ShouldBeOfType<SyncFault.InDoubt>();
    }

    [Fact]
    public async Task Pauses_between_questions_double_up_to_their_limit_and_end_at_once_when_asked_to_stop()
    {
        using var stop = new CancellationTokenSource();
        var clock = new FakeClock();
        _job.States.EnqueueAll([.. Enumerable.Repeat(BulkJobState.InProgress, 10)]);
        var following = Lane(clock, new BulkOptions(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1))).SettleAsync(Offers.Mappings[1], Accounts(), stop.Token);
        foreach (var pause in new[] { 1, 2, 3, 3 })
        {
            await clock.TimersSetAsync(1);
            clock.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            var asked = _job.Calls.Count;
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await clock.TimersSetAsync(1);
            _job.Calls.Count.ShouldBe(asked + 1);
        }

        await stop.CancelAsync();
        (await following).ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Job_that_cannot_be_opened_is_no_doubt_and_a_refusal_of_jobs_means_SOAP(bool isRefused)
    {
        _job.Fail("create", isRefused ? new SyncFault.Rejected("INVALIDENTITY", "not supported by the Bulk API", FieldNames.None) : new SyncFault.InDoubt("LOST", "no answer"));
        var (job, refused) = await Lane(TimeProvider.System, Soon).OpenAsync(Offers.Mappings[1], Accounts(), default);
        (job, refused!.BySoap, refused.Fault is SyncFault.InDoubt).ShouldBe((null, isRefused, false));
    }

    [Fact]
    public async Task Job_of_inserts_or_updates_is_opened_with_the_assignment_rule_of_its_mapping()
    {
        var mapping = Offers.Mappings[1] with { WriteOptions = new WriteOptions { AssignmentRuleId = "01Q5g000000abcdEAA" } };
        foreach (var (operation, rule) in new[] { (WriteOperation.Insert, "01Q5g000000abcdEAA"), (WriteOperation.Update, "01Q5g000000abcdEAA"), (WriteOperation.Delete, null) })
        {
            await Lane(TimeProvider.System, Soon).OpenAsync(mapping, Accounts() with { Operation = operation }, default);
            _job.Opened!.AssignmentRuleId.ShouldBe(rule);
        }
    }

    private static readonly BulkOptions Soon = new(TimeSpan.FromTicks(1), TimeSpan.FromTicks(1), TimeSpan.Zero);

    private static string Key(string name) => Offers.Account(name).Entity.ToString();

    private static Submission Accounts() =>
        new(new Guid(1, 0, 0, new byte[8]), 1, WriteOperation.Insert, [Offers.Account("a"), Offers.Account("b")], Offers.Now) { Api = SubmissionApi.Bulk, JobId = "750" };

    private BulkLane Lane(TimeProvider clock, BulkOptions options) => new(_job, options, clock, new SyncLog(_log, clock, verbose: false));

    private Task<LaneAnswer?> RunAsync() => Lane(TimeProvider.System, Soon).RunAsync(Offers.Mappings[1], Accounts(), default);

    private Task<LaneAnswer?> SettleAsync() => Lane(TimeProvider.System, Soon).SettleAsync(Offers.Mappings[1], Accounts(), default);
}
