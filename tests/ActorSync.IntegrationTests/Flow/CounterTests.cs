using ActorSync.Commands;
using ActorSync.IntegrationTests.Commands;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
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
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(counts: true) with { Records = 5 * Records });
        await sync.StopNodeAsync();
        var counters = await CounterTraffic.BeginAsync(sync.Application, sync.Org.Model, 5);
        sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Uniform(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(60))), Updates);
        for (var kill = 0; kill < 2; kill++)
        {
            var node = sync.StartProcess();
            await node.LineAsync("; running");
            var before = await sync.ReplayIdAsync("Account") ?? 0;
            // A write of the last node never gets through.
            var lost = kill == 1 ? sync.Server.Faults.Add(new OrgFault.Hang(HangEffect.Never), Updates, hitsMax: 1) : 0;
            await Task.WhenAll(counters.ApplicationAsync(40, Pause), counters.PeopleAsync(40, Pause), sync.ReplayIdMovesAsync(before));
            await Eventually.HoldsAsync("the write to be lost", () => Task.FromResult(kill == 0 || sync.Server.Faults.Hits(lost) == 1));
            await node.KillAsync();
        }

        sync.StartNode();
        await sync.RestsAsync();
        // Killed between its journal and its call while people counted on: no event proves that it never came. Ours is the sum.
        foreach (var id in await counters.LostOnTheWayAsync())
        {
            var runner = new CommandRunner();
            (await runner.RunAsync(["choose", id.ToString(), "NumberOfEmployees", "--side", "postgres", "-c", sync.ConfigFile])).ShouldBe(ExitCode.Ok, runner.Error);
        }

        await sync.ConvergedAsync();
        await counters.ShouldAddUpAsync();
    }

    // Salesforce's own value hides ours: only the event says that ours was there.
    [Fact]
    [Trait("Rule", "8")]
    [Trait("Invariant", "I4")]
    public async Task A_lost_write_of_a_counter_is_looked_up_when_the_stream_has_told_of_it_and_nobody_is_asked()
    {
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(counts: true));
        var counters = await CounterTraffic.BeginAsync(sync.Application, sync.Org.Model, 1);
        using (var handshake = sync.Server.Faults.HoldNext(new CallMatch("handshake", Api: "stream"), HoldPoint.OnTheWay))
        {
            sync.Server.ForgetStreams();
            await handshake.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
            await LoseAsync(sync, "Account", () => counters.ApplicationAsync(1, TimeSpan.Zero));
            await counters.PeopleAsync(2, TimeSpan.Zero);
            await LoseAsync(sync, "Contact", () => sync.ExecuteAsync("update salesforce.contact set title = 'Lost' where id = (select min(id) from salesforce.contact)"));
            await Eventually.PassesAsync("the later one to be looked up, and the counter not", async () =>
                (await sync.ListAsync("select m.object from actorsync.submission s join actorsync.mapping m using (mapping) where s.finished_at is null")).ShouldBe(["Account"]));
        }

        await sync.ConvergedAsync();
        await counters.ShouldBeExactAsync();
    }

    private static async Task LoseAsync(RunningSync sync, string type, Func<Task> change)
    {
        var lost = sync.Server.Faults.Add(new OrgFault.DropAnswer(), new CallMatch("update", type), hitsMax: 1);
        await change();
        await Eventually.HoldsAsync("the answer to be lost", async () =>
            sync.Server.Faults.Hits(lost) == 1 && await sync.QueryAsync<long>("select count(*) from actorsync.submission s join actorsync.mapping m using (mapping) where s.doubtful_since is not null and m.object = '" + type + "'") == 1);
    }
}
