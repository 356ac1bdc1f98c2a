using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What a node makes of the jobs that its predecessor has left.</summary>
public sealed class BulkSuccessorTests
{
    // Its job was deleted in Setup: the records themselves have to tell.
    [Fact]
    [Trait("Invariant", "I9")]
    public async Task Job_that_is_not_there_any_more_leaves_its_records_in_doubt_and_they_are_looked_up()
    {
        await using var sync = await RunningSync.LoadedAsync(BulkKillTests.Settings("rows-min = 1, linger = 0s, poll-interval = 20ms"));
        var id = await sync.InsertAccountAsync("Gone");
        await BulkKillTests.KillAtAsync(sync, new CallMatch("runJob"));
        await sync.DeleteJobsAsync();

        sync.StartNode();
        await sync.ConvergedAsync();
        sync.Org.WrittenBySync(id).ShouldHaveSingleItem().Api.ShouldBe("bulkapi");
        (await sync.QueryAsync<long>("select count(*) from actorsync.submission where doubtful_since is not null")).ShouldBe(1);
    }

    [Fact]
    public async Task Node_that_is_asked_to_stop_does_not_wait_for_its_jobs_and_the_next_one_takes_them_up()
    {
        await using var sync = await RunningSync.LoadedAsync(BulkKillTests.Settings("rows-min = 1, linger = 0s, poll-interval = 20ms"));
        // Of one shard, so that they share a job: a second one could be open when the node stops.
        await sync.ExecuteAsync("insert into salesforce.account(name, actorsync_id__c) select 'Left alone ' || i, (left(gen_random_uuid()::text, 32) || '0000')::uuid from generate_series(1, 100) i");
        using var hold = sync.Server.Faults.HoldNext(new CallMatch("runJob"), HoldPoint.AfterEffect);
        var node = sync.StartNode();
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        await node.SaysAsync("runs: Upsert of");
        await sync.StopNodeAsync().WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        (await sync.QueryAsync<string>("select job_id from actorsync.submission where finished_at is null")).ShouldNotBeNull();
        hold.Release();
        await sync.JobsAreOverAsync();

        sync.StartNode();
        await sync.ConvergedAsync();
        sync.Org.WrittenBySync().Count(arrival => arrival is { Operation: "upsert", Api: "bulkapi" }).ShouldBe(100);
        sync.Org.ShouldHoldNothingTwice();
    }
}
