using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What a node's wall clock is set to is nobody's business: leases and doubt go by the database's clock, trust and deadlines by time that only passes.</summary>
public sealed class WallClockTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    [Trait("Invariant", "I8")]
    public async Task A_node_whose_clock_is_set_by_hours_keeps_its_leases_and_its_calls(int hours)
    {
        await using var sync = await RunningSync.PrepareAsync();
        var clock = new JumpingClock();
        var node = sync.StartNode(clock: clock);
        await sync.ConvergedAsync();
        var leases = await LeasesAsync(sync);
        var (id, sfid) = await sync.LoadedAccountAsync();

        // The clock jumps while a call is outside, and once more the other way when it has been answered.
        using var call = sync.Server.Faults.HoldNext(new CallMatch("upsert"), HoldPoint.AfterEffect);
        var born = await sync.InsertAccountAsync("Before");
        await call.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        clock.Set(TimeSpan.FromHours(hours));
        await BeatsAsync(sync, 3);
        call.Release();
        await WriteAndConvergeAsync(sync, id, sfid, "first");
        clock.Set(-TimeSpan.FromHours(2 * hours));
        await WriteAndConvergeAsync(sync, id, sfid, "second");

        (await LeasesAsync(sync)).ShouldBe(leases);
        sync.Org.WrittenBySync(born).Count.ShouldBe(1);
        sync.Org.ShouldHoldNothingTwice();
        (await sync.QueryAsync<long>("select count(*) from actorsync.submission where doubtful_since is not null")).ShouldBe(0);
        node.Log.ShouldNotContain(" warn ");
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-30)]
    public async Task A_node_that_starts_with_a_wrong_clock_takes_over_and_syncs(int hours)
    {
        await using var sync = await RunningSync.LoadedAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        var clock = new JumpingClock();
        clock.Set(TimeSpan.FromHours(hours));
        sync.StartNode(clock: clock);
        await WriteAndConvergeAsync(sync, id, sfid, "wrong");
        sync.Org.ShouldHoldNothingTwice();
    }

    private static async Task WriteAndConvergeAsync(RunningSync sync, Guid id, string sfid, string value)
    {
        await sync.SetAsync(id, $"name = 'Ours {value}'");
        sync.Org.Update("Account", sfid, ("Phone", $"theirs {value}"));
        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name || ', ' || phone")).ShouldBe($"Ours {value}, theirs {value}");
    }

    // A request under way looks at its deadline each second.
    private static async Task BeatsAsync(RunningSync sync, int seconds)
    {
        var until = await sync.QueryAsync<DateTime>($"select max(expires_at) + interval '{seconds} s' from actorsync.node");
        await Eventually.HoldsAsync("heartbeats", async () => await sync.QueryAsync<DateTime>("select max(expires_at) from actorsync.node") > until);
    }

    private static Task<string?> LeasesAsync(RunningSync sync) => sync.QueryAsync<string>("select string_agg(concat_ws(' ', address, owner, epoch), ', ' order by address) from actorsync.lease");
}
