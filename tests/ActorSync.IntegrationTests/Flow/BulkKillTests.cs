using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Nodes die around Bulk jobs. The next one asks for the job by its id, and nothing is sent twice.</summary>
public sealed class BulkKillTests
{
    private const int Killed = 128 + 9;
    private const int Rows = 20_000;

    // It starts, signs in and takes over first; on a busy machine that alone takes most of the usual deadline.
    private static readonly TimeSpan DiesWithin = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Invariant", "I9")]
    public async Task Twenty_thousand_rows_arrive_once_through_kills_at_every_stage_of_their_jobs()
    {
        await using var sync = await RunningSync.LoadedAsync(Settings("rows-min = 1, linger = 500ms, poll-interval = 20ms"));
        await sync.ExecuteAsync($"insert into salesforce.account(name) select 'Bulk ' || i from generate_series(1, {Rows}) i");

        // Before a job, with a job that has no records, and with records in a job that is not closed: nothing has happened.
        (await sync.StartProcess("after-journal").ExitAsync(DiesWithin)).ShouldBe(Killed);
        (await sync.StartProcess("after-job").ExitAsync(DiesWithin)).ShouldBe(Killed);
        await KillAtAsync(sync, new CallMatch("closeJob", Api: "bulk"), HoldPoint.BeforeEffect);
        sync.Org.WrittenBySync().ShouldAllBe(arrival => arrival.Operation == "update", "only what was loaded has its external id");

        // While it is written, when it is written and has no results yet, and with results that are read and not journaled.
        await KillAtAsync(sync, new CallMatch("upsert", Api: "bulk"), HoldPoint.AfterEffect, isReleased: true);
        await KillAtAsync(sync, new CallMatch("runJob"), HoldPoint.AfterEffect, isReleased: true);
        (await sync.StartProcess("after-answer").ExitAsync(DiesWithin)).ShouldBe(Killed);
        sync.StartNode();
        await sync.ConvergedAsync();

        var written = sync.Org.WrittenBySync().Where(arrival => arrival.Operation != "update").ToList();
        written.ShouldAllBe(arrival => arrival.Api == "bulkapi" && arrival.Before.Count == 0);
        written.Select(arrival => arrival.ExternalId).Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(Rows);
        written.Count.ShouldBe(Rows, "no record is written twice");
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name like 'Bulk %' and sfid is not null")).ShouldBe(Rows);
        (await sync.QueryAsync<long>("select count(*) from actorsync.submission where doubtful_since is not null")).ShouldBe(0, "the jobs tell");
    }

    // Its job was deleted in Setup: the records themselves have to tell.
    [Fact]
    [Trait("Invariant", "I9")]
    public async Task Job_that_is_not_there_any_more_leaves_its_records_in_doubt_and_they_are_looked_up()
    {
        await using var sync = await RunningSync.LoadedAsync(Settings("rows-min = 1, linger = 0s, poll-interval = 20ms"));
        var id = await sync.InsertAccountAsync("Gone");
        await KillAtAsync(sync, new CallMatch("runJob"), HoldPoint.AfterEffect, isReleased: true);
        await sync.DeleteJobsAsync();

        sync.StartNode();
        await sync.ConvergedAsync();
        sync.Org.WrittenBySync(id).ShouldHaveSingleItem().Api.ShouldBe("bulkapi");
        (await sync.QueryAsync<long>("select count(*) from actorsync.submission where doubtful_since is not null")).ShouldBe(1);
    }

    [Fact]
    public async Task Node_that_is_asked_to_stop_does_not_wait_for_its_jobs_and_the_next_one_takes_them_up()
    {
        await using var sync = await RunningSync.LoadedAsync(Settings("rows-min = 100, linger = 0s, poll-interval = 1h, poll-interval-max = 1h"));
        await sync.ExecuteAsync("insert into salesforce.account(name) select 'Left alone ' || i from generate_series(1, 100) i");
        using var hold = sync.Server.Faults.HoldNext(new CallMatch("runJob"), HoldPoint.AfterEffect);
        var node = sync.StartNode();
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        await node.SaysAsync("runs: Upsert of 100 Account");
        await sync.StopNodeAsync().WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        (await sync.QueryAsync<string>("select job_id from actorsync.submission where finished_at is null")).ShouldNotBeNull();
        hold.Release();
        await sync.JobsAreOverAsync();

        sync.StartNode();
        await sync.ConvergedAsync();
        sync.Org.WrittenBySync().Count(arrival => arrival is { Operation: "upsert", Api: "bulkapi" }).ShouldBe(100);
        sync.Org.ShouldHoldNothingTwice();
    }

    // Short leases and limits: each kill costs the time until its node's lease has expired.
    private static FlowSettings Settings(string bulk) => new()
    {
        Org = new OrgServerOptions { BulkChunkTime = TimeSpan.Zero },
        Configuration = $$"""
            actorsync.coordinator.bulk { {{bulk}} }
            actorsync.runtime.lease { ttl = 1500ms, renew = 200ms, margin = 500ms }
            actorsync.salesforce { request-deadline = 2s, connect-timeout = 1s }

            """,
    };

    private static async Task KillAtAsync(RunningSync sync, CallMatch call, HoldPoint point, bool isReleased = false)
    {
        using var hold = sync.Server.Faults.HoldNext(call, point);
        var node = sync.StartProcess();
        await hold.Arrived.WaitAsync(DiesWithin, TimeProvider.System);
        await node.KillAsync();
        if (isReleased)
        {
            hold.Release();
        }
        else
        {
            hold.Drop();
        }
    }
}
