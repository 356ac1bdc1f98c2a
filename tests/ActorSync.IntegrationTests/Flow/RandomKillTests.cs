using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Nodes killed at any moment of traffic on both sides.</summary>
public sealed class RandomKillTests
{
    private const int Kills = 3;
    private const int EditsBetweenKillsMax = 60;

    // A new seed each time; a failure names it.
    [Fact]
    public Task Nodes_killed_at_random_moments_of_traffic_leave_both_sides_equal() => Seeded.CheckAsync(fixedSeeds: 0, async random =>
    {
        await using var sync = await RunningSync.LoadedAsync(new FlowSettings { Records = 50 });
        var traffic = new TwoSidedTraffic(sync, random);
        await traffic.BeginAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            var node = sync.StartProcess();
            await traffic.EditAsync(10);
            await node.LineAsync("; running");
            await traffic.EditAsync(random.Next(1, EditsBetweenKillsMax));
            await node.KillAsync();
        }

        sync.StartNode();
        await traffic.EditAsync(10);
        await sync.ConvergedAsync();
        sync.Org.ShouldHoldNothingTwice();
        (await sync.ListAsync("select body::text from actorsync.journal where type = 'unexpected'")).ShouldBeEmpty();
        (await sync.ListAsync("select state::text from actorsync.actor where parked")).ShouldBeEmpty();
    });
}
