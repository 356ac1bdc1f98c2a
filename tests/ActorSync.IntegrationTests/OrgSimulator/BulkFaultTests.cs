using System.Net;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class BulkFaultTests
{
    private static readonly CallMatch Chunks = new("create", Api: "bulk");

    [Fact]
    public async Task A_job_in_progress_leaves_the_org_to_others_and_an_abort_stops_it_where_it_is()
    {
        await using var org = await OrgCaller.StartAsync();
        using var first = org.Server.Faults.HoldNext(Chunks, HoldPoint.AfterEffect);
        var job = await org.StartJobAsync("insert", BulkCaller.Accounts(450));
        (await first.Arrived).Records.ShouldBe(200);
        (await org.StateAsync(job)).ShouldBe("InProgress");
        await org.CreateAccountAsync("by soap");
        (await org.RestAsync(HttpMethod.Get, $"/jobs/ingest/{job}/successfulResults")).Status.ShouldBe(HttpStatusCode.BadRequest);
        var (_, aborted) = await org.SetStateAsync(job, "Aborted");
        aborted.GetProperty("state").GetString().ShouldBe("Aborted");
        first.Release();
        (await org.CountsAsync(job)).ShouldBe((200, 0, 250));
        (await org.JobAsync(job)).GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(200);
        org.AccountNames().Count.ShouldBe(201);
        await org.Server.DisposeAsync();
        org.Server.Model.Count("Account").ShouldBe(201);
    }

    // The danger an abort is for: once the caller was told Aborted, a chunk that was about to be written never is.
    [Fact]
    public async Task A_chunk_that_is_held_before_its_effect_has_none_after_an_abort()
    {
        await using var org = await OrgCaller.StartAsync();
        using var hold = org.Server.Faults.HoldNext(Chunks, HoldPoint.BeforeEffect);
        var job = await org.StartJobAsync("insert", BulkCaller.Accounts(10));
        await hold.Arrived;
        await org.SetStateAsync(job, "Aborted");
        hold.Release();
        (await org.CountsAsync(job)).ShouldBe((0, 0, 10));
        await org.Server.DisposeAsync();
        org.Server.Model.Arrivals().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_open_job_that_is_aborted_keeps_its_rows_as_unprocessed()
    {
        await using var org = await OrgCaller.StartAsync();
        var job = await org.CreateJobAsync("insert");
        await org.UploadAsync(job, BulkCaller.Accounts(3));
        await org.SetStateAsync(job, "Aborted");
        (await org.CountsAsync(job)).ShouldBe((0, 0, 3));
    }

    [Fact]
    public async Task A_chunk_takes_its_time_by_the_servers_clock()
    {
        var clock = new FakeClock();
        await using var org = await OrgCaller.StartAsync(new() { Clock = clock, BulkChunkTime = TimeSpan.FromMinutes(1) });
        var job = await org.StartJobAsync("insert", BulkCaller.Accounts(201));
        await clock.TimersSetAsync(1);
        clock.Advance(TimeSpan.FromMinutes(1));
        await clock.TimersSetAsync(1);
        var half = await org.JobAsync(job);
        half.GetProperty("state").GetString().ShouldBe("InProgress");
        half.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(200);
        clock.Advance(TimeSpan.FromMinutes(1));
        var ended = await org.EndedAsync(job);
        ended.GetProperty("totalProcessingTime").GetInt64().ShouldBe(120_000);
        ended.GetProperty("apiActiveProcessingTime").GetInt64().ShouldBe(120_000);
    }

    [Theory]
    [InlineData(1, 200, 50)]
    [InlineData(9, 250, 0)]
    public async Task A_job_fails_half_way_and_its_other_rows_stay_unprocessed(int afterChunks, int successful, int unprocessed)
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Faults.Add(new OrgFault.FailJob(afterChunks, "Boom : half way"), new CallMatch(Type: "Account"), hitsMax: 1);
        var (job, ended) = await org.RunJobAsync("insert", BulkCaller.Accounts(250));
        ended.GetProperty("state").GetString().ShouldBe("Failed");
        ended.GetProperty("errorMessage").GetString().ShouldBe("Boom : half way");
        (await org.CountsAsync(job)).ShouldBe((successful, 0, unprocessed));
        org.AccountNames().Count.ShouldBe(successful);
        (await org.RunJobAsync("insert", BulkCaller.Accounts(1))).Ended.GetProperty("state").GetString().ShouldBe("JobComplete");
    }

    [Fact]
    public async Task Results_are_late_while_the_run_is_held_after_its_last_chunk()
    {
        await using var org = await OrgCaller.StartAsync();
        using var late = org.Server.Faults.HoldNext(new CallMatch("runJob"), HoldPoint.AfterEffect);
        var job = await org.StartJobAsync("insert", BulkCaller.Accounts(3));
        await late.Arrived;
        org.AccountNames().Count.ShouldBe(3);
        (await org.StateAsync(job)).ShouldBe("InProgress");
        late.Release();
        (await org.EndedAsync(job)).GetProperty("state").GetString().ShouldBe("JobComplete");
    }

    [Fact]
    public async Task A_run_that_hangs_can_be_aborted()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Faults.Add(new OrgFault.Hang(HangEffect.Applied), new CallMatch("runJob"), hitsMax: 1);
        using var chunk = org.Server.Faults.HoldNext(Chunks, HoldPoint.AfterEffect);
        var job = await org.StartJobAsync("insert", BulkCaller.Accounts(3));
        await chunk.Arrived;
        chunk.Release();
        (await org.StateAsync(job)).ShouldBe("InProgress");
        await org.SetStateAsync(job, "Aborted");
        (await org.CountsAsync(job)).ShouldBe((3, 0, 0));
    }

    [Fact]
    public async Task Row_errors_hit_single_records_of_a_job_and_are_not_used_up_by_its_other_calls()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Faults.Add(new OrgFault.RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", [], 0.5), new CallMatch(Api: "bulk"), hitsMax: 1);
        var (job, _) = await org.RunJobAsync("insert", BulkCaller.Accounts(300));
        var (successful, failed, unprocessed) = await org.CountsAsync(job);
        failed.ShouldBeInRange(50, 150);
        (successful + failed, unprocessed).ShouldBe((300, 0));
        (await org.RowsAsync(job, "failedResults")).ShouldAllBe(r => r.StartsWith("\"\",\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--\",x", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_locked_row_is_waited_for_and_then_fails()
    {
        await using var org = await OrgCaller.StartAsync(new() { LockWait = TimeSpan.Zero });
        var id = await org.CreateAccountAsync("Acme");
        using (org.Server.Model.LockRecords([id]))
        {
            var (job, _) = await org.RunJobAsync("update", $"Id,Name\n{id},Better\n");
            (await org.RowsAsync(job, "failedResults")).Single().ShouldContain("UNABLE_TO_LOCK_ROW:");
        }

        await org.RunJobAsync("update", $"Id,Name\n{id},Better\n");
        org.AccountNames().ShouldBe(["Better"]);
    }

    [Fact]
    public async Task Every_call_of_a_job_can_be_dropped_after_its_effect()
    {
        await using var org = await OrgCaller.StartAsync();
        foreach (var operation in new[] { "createJob", "upload", "closeJob" })
        {
            org.Server.Faults.Add(new OrgFault.DropAnswer(), new CallMatch(operation, Api: "bulk"), hitsMax: 1);
        }

        await Should.ThrowAsync<HttpRequestException>(org.CreateJobAsync("insert"));
        var (_, list) = await org.RestAsync(HttpMethod.Get, "/jobs/ingest");
        var job = list.GetProperty("records").EnumerateArray().Single().GetProperty("id").GetString()!;
        await Should.ThrowAsync<HttpRequestException>(org.UploadAsync(job, BulkCaller.Accounts(2)));
        await Should.ThrowAsync<HttpRequestException>(org.SetStateAsync(job, "UploadComplete"));
        (await org.EndedAsync(job)).GetProperty("state").GetString().ShouldBe("JobComplete");
        org.AccountNames().ShouldBe(["n0", "n1"]);
    }

    [Theory]
    [InlineData("job", "")]
    [InlineData("successfulResults", "/successfulResults")]
    [InlineData("failedResults", "/failedResults")]
    [InlineData("unprocessedRecords", "/unprocessedrecords")]
    public async Task Questions_about_a_job_fail_by_their_operations_names(string operation, string part)
    {
        await using var org = await OrgCaller.StartAsync();
        var (job, _) = await org.RunJobAsync("insert", BulkCaller.Accounts(1));
        org.Server.Faults.Add(new OrgFault.Error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), new CallMatch(operation, "Account", Api: "bulk"), hitsMax: 1);
        (await org.RestAsync(HttpMethod.Get, $"/jobs/ingest/{job}{part}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await org.StateAsync(job)).ShouldBe("JobComplete");
    }

    [Fact]
    public async Task A_stop_of_the_server_ends_a_run_where_it_is()
    {
        var clock = new FakeClock();
        var org = await OrgCaller.StartAsync(new() { Clock = clock, BulkChunkTime = TimeSpan.FromMinutes(1) });
        await org.StartJobAsync("insert", BulkCaller.Accounts(3));
        await clock.TimersSetAsync(1);
        await org.DisposeAsync();
        clock.Advance(TimeSpan.FromMinutes(1));
        org.Server.Model.Arrivals().ShouldBeEmpty();
    }
}
