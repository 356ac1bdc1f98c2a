using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>The coordinator goes to another node while a call is outside: the call stays with the node that made it, and nobody else waits for it.</summary>
public sealed class HandOverTests
{
    // Nothing here is over because a time is: the call is never given up.
    private const string Patient = "actorsync.salesforce.request-deadline = 60s\nactorsync.runtime.lease { ttl = 40s, renew = 1s, margin = 2s }";

    [Fact]
    [Trait("Invariant", "I5")]
    public async Task Others_go_on_while_a_node_that_stops_still_waits_for_its_call_and_its_answer_counts_once()
    {
        await using var sync = await RunningSync.LoadedAsync(new FlowSettings { Configuration = Patient });
        var (leaving, hold, id) = await OutsideAsync(sync);
        using (hold)
        {
            leaving.Terminate();
            await HandedOverAsync(sync);
            await AnotherIsWrittenAsync(sync);
            await sync.ExecuteAsync($"update salesforce.account set phone = 'behind it' where actorsync_id__c = '{id}'");
            await Eventually.HoldsAsync("the change behind the call to be decided", async () => await sync.AccountAsync(id, "_hc_lastop") == "PENDING");
            (await sync.QueryAsync<long>("select count(*) from actorsync.submission where finished_at is null and doubtful_since is null")).ShouldBe(1);
            hold.Release();
        }

        (await leaving.ExitAsync()).ShouldBe(0);
        await sync.ConvergedAsync();
        sync.Org.WrittenBySync(id).Select(arrival => arrival.Operation).ShouldBe(["upsert", "update"]);
        (await sync.QueryAsync<long>("select count(*) from actorsync.journal where type = 'submission-doubted'")).ShouldBe(0);
        (await sync.QueryAsync<long>("select count(*) from actorsync.carried_answer")).ShouldBe(0);
        sync.Log.ShouldContain("is outside with node");
        sync.Org.ShouldHoldNothingTwice();
    }

    [Fact]
    [Trait("Invariant", "I9")]
    public async Task The_call_of_a_node_that_dies_after_it_handed_over_is_settled_looked_up_and_counts_once()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var (leaving, hold, id) = await OutsideAsync(sync);
        using (hold)
        {
            leaving.Terminate();
            await HandedOverAsync(sync);
            await AnotherIsWrittenAsync(sync);
            await leaving.KillAsync();
        }

        await sync.ConvergedAsync();
        sync.Org.WrittenBySync(id).Select(arrival => arrival.Operation).ShouldBe(["upsert"]);
        (await sync.ListAsync("select body->>'reason' from actorsync.journal where type = 'submission-doubted'")).ShouldHaveSingleItem().ShouldStartWith("CARRIER_GONE");
        sync.Org.ShouldHoldNothingTwice();
    }

    // A node that holds the coordinator and has a call outside, whose effect is there and whose answer is not; and another one.
    private static async Task<(ChildProcess Leaving, CallHold Hold, Guid Id)> OutsideAsync(RunningSync sync)
    {
        var leaving = sync.StartProcess();
        await leaving.LineAsync("; running");
        sync.StartNode();
        await Eventually.HoldsAsync("2 nodes to share the shards", async () =>
            await sync.QueryAsync<long>("select count(distinct owner) * 1000 + (select count(*) from actorsync.lease where owner is null) from actorsync.lease where address < 10000") == 2000);
        var hold = sync.Server.Faults.HoldNext(new CallMatch("upsert"), HoldPoint.AfterEffect);
        var id = await sync.InsertAccountAsync("Outside");
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        return (leaving, hold, id);
    }

    private static Task HandedOverAsync(RunningSync sync) => Eventually.HoldsAsync("everything to be handed over while the call is outside", async () =>
        await sync.QueryAsync<long>("select count(distinct owner) * 1000 + count(*) filter (where owner is null) from actorsync.lease") == 1000);

    private static async Task AnotherIsWrittenAsync(RunningSync sync)
    {
        var (other, _) = await sync.LoadedAccountAsync();
        await sync.ExecuteAsync($"update salesforce.account set phone = 'meanwhile' where actorsync_id__c = '{other}'");
        await Eventually.HoldsAsync("another record's change to arrive", () => Task.FromResult(sync.Org.WrittenBySync(other).Count == 1));
    }
}
