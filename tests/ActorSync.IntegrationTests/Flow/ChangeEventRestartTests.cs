using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>The replay id is committed with the messages it covers, so the next node hears on where the last one was.</summary>
public sealed class ChangeEventRestartTests
{
    [Fact]
    public async Task A_node_that_is_drained_and_started_hears_on_from_its_replay_id()
    {
        await using var sync = await HeardSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        sync.Org.Update("Account", sfid, ("Name", "First"));
        await sync.ToldAsync();
        var first = await sync.ReplayIdAsync("Account");
        await sync.StopNodeAsync();
        (await sync.ReplayIdAsync("Account")).ShouldBe(first);

        // The next node polls at its start, so the row proves nothing: the place in the channel does, for nothing is published after it.
        sync.Org.Update("Account", sfid, ("Name", "Meanwhile"));
        sync.StartNode();
        await sync.SaysAsync($"Account: change events are heard, from behind event {first}");
        await sync.ToldAsync();
        (await sync.ReplayIdAsync("Account"))!.Value.ShouldBeGreaterThan(first!.Value);
        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name")).ShouldBe("Meanwhile");
        sync.Log.ShouldNotContain("missed");
    }

    [Fact]
    public async Task Nodes_killed_between_events_leave_nothing_untold()
    {
        await using var sync = await HeardSync.StartAsync();
        await sync.StopNodeAsync();
        var traffic = new TwoSidedTraffic(sync, Seeded.From(11));
        await traffic.BeginAsync();
        var (_, sfid) = await sync.LoadedAccountAsync(2);
        for (var kill = 0; kill < 2; kill++)
        {
            var before = await sync.ReplayIdAsync("Account") ?? 0;
            var node = sync.StartProcess();
            await traffic.EditAsync(10);
            await node.LineAsync("; running");
            await traffic.EditAsync(20);
            sync.Org.TryUpdate("Account", sfid, ("Phone", $"kill {kill}"));
            await sync.ReplayIdMovesAsync(before);
            await traffic.EditAsync(10);
            await node.KillAsync();
        }

        await traffic.EditAsync(10);
        sync.StartNode();
        await sync.ConvergedAsync();
        await sync.ToldAsync();
        sync.Org.ShouldHoldNothingTwice();
        sync.Log.ShouldNotContain("missed");
        (await sync.ListAsync("select body::text from actorsync.journal where type = 'unexpected'")).ShouldBeEmpty();
        (await sync.ListAsync("select state::text from actorsync.actor where parked")).ShouldBeEmpty();
    }
}
