using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>How a node ends, and how the next one takes over.</summary>
public sealed class NodeLifeTests
{
    [Fact]
    public async Task SIGTERM_waits_for_what_is_outside_gives_the_leases_back_and_exits_0()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var node = sync.StartProcess();
        await node.LineAsync("; running");
        using var hold = sync.Server.Faults.HoldNext(new CallMatch("upsert"), HoldPoint.AfterEffect);
        var id = await sync.InsertAccountAsync("Last");
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        node.Terminate();
        hold.Release();

        (await node.ExitAsync()).ShouldBe(0);
        (await sync.QueryAsync<long>("select count(*) from actorsync.submission where finished_at is null")).ShouldBe(0);
        (await sync.QueryAsync<long>("select count(*) from actorsync.lease where owner is not null")).ShouldBe(0);
        sync.StartNode();
        await sync.ConvergedAsync();
        sync.Org.WrittenBySync(id).Count.ShouldBe(1);
    }

    // It stands still longer than its leases live, then goes on: another one has taken over, and it must not write.
    [Fact]
    [Trait("Invariant", "I8")]
    public async Task A_node_that_stood_still_does_not_disturb_its_successor()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var paused = sync.StartProcess();
        await paused.LineAsync("; running");
        paused.Pause();
        var edits = await ThreeEdits.MakeAsync(sync);
        var second = sync.StartNode();
        await sync.ConvergedAsync();
        paused.Resume();
        await second.SaysAsync("; running");
        await sync.InsertConvergedAsync("After");
        edits.ShouldHaveHappenedOnce();
    }
}
