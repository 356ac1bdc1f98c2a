using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Traffic;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Both sides count on the same records. A write is absolute, so what ours overwrites shows only in the stream: the sums are exact all the same.</summary>
public sealed class CounterTests
{
    private const int Records = 20;
    private const int Increments = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly CallMatch Updates = new("update", "Account");

    [Fact]
    [Trait("Rule", "5")]
    [Trait("Invariant", "I4")]
    public async Task Increments_of_both_sides_come_to_the_exact_sum_over_lost_answers_and_overwritten_values()
    {
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(counts: true) with { Records = 5 * Records });
        var counters = await CounterTraffic.BeginAsync(sync.Application, sync.Org.Model, Records);
        var lost = sync.Server.Faults.Add(new FaultRule(new OrgFault.DropAnswer(), Updates, 0.1));
        // Between our read and our write there is time for somebody else.
        sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Uniform(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(60))), Updates);

        await Task.WhenAll(counters.ApplicationAsync(Increments, Pause), counters.PeopleAsync(Increments, Pause));
        sync.Server.Faults.Hits(lost)!.Value.ShouldBePositive();
        sync.Server.Faults.Remove(lost);
        await sync.ConvergedAsync();

        await counters.ShouldBeExactAsync();
        counters.Overwritten().ShouldBePositive("without a value of somebody's that ours overwrote this proves little");
    }

    // The increments that ours overwrote are told by events; a node that is killed hears those it has not committed again.
    [Fact]
    [Trait("Invariant", "I4")]
    public async Task Nodes_that_are_killed_while_both_sides_count_lose_none()
    {
        // As by default, a lost write takes longer to settle than a takeover: what the stream has to tell of it is heard before it is looked up. A record whose write is looked up first asks a person.
        var settings = HeardSync.Settings(counts: true);
        await using var sync = await HeardSync.StartAsync(settings with { Records = 5 * Records, Configuration = settings.Configuration + "actorsync.salesforce.settle-limit = 8s\n" });
        await sync.StopNodeAsync();
        var counters = await CounterTraffic.BeginAsync(sync.Application, sync.Org.Model, 5);
        sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Uniform(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(60))), Updates);
        for (var kill = 0; kill < 2; kill++)
        {
            var node = sync.StartProcess();
            await node.LineAsync("; running");
            var before = await sync.ReplayIdAsync("Account") ?? 0;
            await Task.WhenAll(counters.ApplicationAsync(40, Pause), counters.PeopleAsync(40, Pause), sync.ReplayIdMovesAsync(before));
            await node.KillAsync();
        }

        sync.StartNode();
        await sync.ConvergedAsync();
        await counters.ShouldBeExactAsync();
    }
}
