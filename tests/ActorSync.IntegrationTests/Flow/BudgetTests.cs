using ActorSync.OrgSimulator;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A daily share that is much smaller than what there is to write. The judge is the org's own count of requests; the day is some seconds long where the window has to roll on.</summary>
public sealed class BudgetTests
{
    private const int Plain = 3;
    private const int Share = 30;
    private const int SoapRows = 200;
    private static readonly TimeSpan DiesWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Day = TimeSpan.FromSeconds(10);

    // A call leaves a little later than it is booked. Of 24 hours there is half an hour of room for that; of so short a day too little on a busy machine.
    private static readonly TimeSpan OrgDay = TimeSpan.FromSeconds(8.5);

    [Fact]
    public async Task Writes_that_the_share_does_not_hold_wait_over_a_restart_until_the_window_rolls_on()
    {
        const int Many = Share * SoapRows;
        await using var sync = await BacklogAsync(Many, OrgDay);
        var node = sync.StartNode(Shortened);
        await node.SaysAsync("API budget: used up: writes wait as offers and reads wait");
        Written(sync).ShouldBeInRange(Many / 3, Many - SoapRows);
        node.Log.ShouldContain($"of our share of {Share} API requests of 24 hours are used or booked");
        await sync.StopNodeAsync();
        sync.StartNode(Shortened);
        await sync.ConvergedAsync();

        Written(sync).ShouldBe(Many);
        sync.Server.RequestsPeak.ShouldBeInRange(Share / 2, Share);
        sync.Org.ShouldHoldNothingTwice();
    }

    // The others leave the org some calls that are reserved, and none of ours is among the last.
    [Fact]
    public async Task The_last_calls_of_the_org_are_left_to_others_until_these_have_called_less()
    {
        const int Max = 1000;
        const int Reserve = 200;
        await using var sync = await BacklogAsync(Share * SoapRows, OrgDay, Max, $"calls-per-day = null, reserve = {Reserve}");
        sync.Server.UseRequests(Max - Reserve - (Share / 2));
        await sync.StartNode(Shortened).SaysAsync($"of the org's {Max} API requests of 24 hours");
        await sync.ConvergedAsync();

        sync.Server.RequestsPeak.ShouldBeInRange(Max - Reserve - (Share / 2), Max - (Reserve / 3));
        Written(sync).ShouldBe(Share * SoapRows);
    }

    // Each life books some calls that it does not come to make: they are lost to the share, and never made twice.
    [Fact]
    public async Task Nodes_that_are_killed_again_and_again_never_call_more_than_the_share()
    {
        const int Large = 2 * Share;
        await using var sync = await BacklogAsync(Large * SoapRows, budget: $"calls-per-day = {Large}");
        for (var life = 0; life < 2; life++)
        {
            await sync.StartProcess("after-answer").ExitAsync(DiesWithin);
        }

        (await sync.QueryAsync<long>("select count(distinct node) from actorsync.api_call")).ShouldBe(2);
        await sync.StartNode().SaysAsync("API budget: used up");
        sync.Server.RequestsPeak.ShouldBeInRange(Large / 2, Large);
    }

    private static NodeOptions Shortened(NodeOptions options) => options with { Budget = options.Budget with { Window = Day } };

    // The calls of the load are forgotten on both sides.
    private static async Task<RunningSync> BacklogAsync(int rows, TimeSpan? orgDay = null, int max = 1_000_000, string? budget = null)
    {
        var sync = await RunningSync.LoadedAsync(new FlowSettings
        {
            Records = 0,
            Org = new OrgServerOptions { RequestsWindow = orgDay ?? TimeSpan.FromHours(24), RequestsPerDayMax = max },
            Configuration = "actorsync.coordinator.bulk.jobs-max = 0\n",
        });
        await File.AppendAllTextAsync(sync.ConfigFile, $$"""
            actorsync.salesforce.api-budget { {{budget ?? $"calls-per-day = {Share}"}} }
            actorsync.feed { interval = 2s, overlap-interval = 10s, deleted-interval = 10s }

            """);
        await sync.ExecuteAsync($"insert into salesforce.account(name) select 'Many ' || i from generate_series(1, {rows}) i");
        await sync.ExecuteAsync("delete from actorsync.api_call; delete from actorsync.api_budget");
        sync.Server.ForgetRequests();
        return sync;
    }

    // Without those that the node did not write.
    private static int Written(RunningSync sync) => sync.Org.Model.Count("Account") - Plain;
}
