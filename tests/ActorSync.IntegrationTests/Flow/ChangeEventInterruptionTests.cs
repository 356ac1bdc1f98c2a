using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org.Changes;
using ActorSync.TestKit.Seeds;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Both sides are edited before, during and after each interruption of the stream. Nothing is missed, and no poll has found it.</summary>
public sealed class ChangeEventInterruptionTests
{
    private const int EditsBefore = 15;
    private const int EditsAfter = 15;
    private static readonly TimeSpan Away = TimeSpan.FromMinutes(2);

    public enum Interruption
    {
        ServerRestart,
        NetworkCut,
        ForgottenClient,
        ExpiredSession,
        LostAnswers,
        TwiceAndReordered,
        Gaps,
    }

    [Theory]
    [InlineData(Interruption.ServerRestart)]
    [InlineData(Interruption.NetworkCut)]
    [InlineData(Interruption.ForgottenClient)]
    [InlineData(Interruption.ExpiredSession)]
    [InlineData(Interruption.LostAnswers)]
    [InlineData(Interruption.TwiceAndReordered)]
    [InlineData(Interruption.Gaps)]
    public async Task Nothing_is_missed_over(Interruption interruption)
    {
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings() with { ByLine = interruption == Interruption.NetworkCut, Records = 50 });
        var traffic = new TwoSidedTraffic(sync, Seeded.From(7));
        await traffic.BeginAsync();
        var server = sync.Server;
        var before = new OrgReads(server);
        await traffic.EditAsync(EditsBefore);

        await InterruptAsync(sync, interruption, traffic);

        using var after = sync.Server == server ? null : new OrgReads(sync.Server);
        await traffic.EditAsync(EditsAfter);
        await sync.ConvergedAsync();
        sync.Org.ShouldHoldNothingTwice();
        (await sync.ListAsync("select body::text from actorsync.journal where type = 'unexpected'")).ShouldBeEmpty();
        (await sync.ListAsync("select state::text from actorsync.actor where parked")).ShouldBeEmpty();
        (before.Polls + (after?.Polls ?? 0)).ShouldBe(0, sync.Log);
    }

    private static async Task InterruptAsync(RunningSync sync, Interruption interruption, TwoSidedTraffic traffic)
    {
        switch (interruption)
        {
            case Interruption.ServerRestart:
                await sync.RestartServerAsync(() => traffic.EditAsync(30));
                break;
            case Interruption.NetworkCut:
                sync.Line.Cut();
                await traffic.EditAsync(30);
                await HeardSync.PassAsync(TimeSpan.FromSeconds(3));
                sync.Line.Mend();
                break;
            case Interruption.ForgottenClient:
                await RepeatedAsync(traffic, sync.Server.ForgetStreams);
                break;
            case Interruption.ExpiredSession:
                await RepeatedAsync(traffic, sync.Server.ExpireSessions);
                break;
            case Interruption.LostAnswers:
                await UnderAsync(sync, traffic, new OrgFault.DropAnswer(), "connect", 0.3);
                break;
            case Interruption.TwiceAndReordered:
                sync.Server.Faults.Add(new FaultRule(new OrgFault.RepeatEvents(), CallMatch.Any, 0.5));
                await UnderAsync(sync, traffic, new OrgFault.ReorderEvents(), "deliver", 0.7);
                break;
            case Interruption.Gaps:
                await UnderAsync(sync, traffic, new OrgFault.LoseEvent(), "publish", 0.4);
                break;
        }
    }

    private static async Task RepeatedAsync(TwoSidedTraffic traffic, Action interrupt)
    {
        for (var i = 0; i < 4; i++)
        {
            await traffic.EditAsync(8);
            interrupt();
        }
    }

    private static async Task UnderAsync(RunningSync sync, TwoSidedTraffic traffic, OrgFault fault, string operation, double probability)
    {
        var id = sync.Server.Faults.Add(new FaultRule(fault, new CallMatch(operation, Api: "stream"), probability));
        for (var i = 0; i < 6; i++)
        {
            await traffic.EditAsync(8);
            await HeardSync.PassAsync(TimeSpan.FromMilliseconds(100));
        }

        sync.Server.Faults.Hits(id)!.Value.ShouldBePositive("the fault this is about");
        sync.Server.Faults.Remove(id);
    }

    // The node was away for longer than events are kept.
    [Fact]
    public async Task An_expired_replay_id_is_an_alert_and_everything_is_reconciled()
    {
        var clock = new SlowClock(Away * 2);
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(new OrgServerOptions { Clock = clock, ChangeEvents = new ChangeEventOptions { Retention = Away } }));
        var (changed, sfid) = await sync.LoadedAccountAsync(0);
        var (gone, goneSfid) = await sync.LoadedAccountAsync(1);
        var (hard, hardSfid) = await sync.LoadedAccountAsync(2);
        sync.Org.Update("Account", sfid, ("Name", "Known"));
        await sync.ToldAsync();
        var last = (await sync.ReplayIdAsync("Account"))!.Value;
        await sync.SecondPassesAsync();
        await sync.StopNodeAsync();

        sync.Org.Update("Account", sfid, ("Name", "Gone unheard"));
        sync.Org.Create("Account", ("Name", "Born unheard"));
        sync.Org.Delete(goneSfid);
        sync.Org.HardDelete(hardSfid);
        await sync.SetAsync(changed, "phone = 'ours'");
        clock.CatchUp();
        sync.Events().Holds(last).ShouldBeFalse();
        sync.StartNode();
        await sync.SaysAsync("missed");
        await sync.ConvergedAsync();

        (await sync.AccountAsync(changed, "name || ' ' || phone")).ShouldBe("Gone unheard ours");
        (await sync.AccountAsync(gone, "name")).ShouldBeNull();
        (await sync.AccountAsync(hard, "name")).ShouldBeNull();
        sync.Org.Update("Account", sfid, ("Name", "Heard again"));
        await sync.ConvergedAsync();
        await sync.ToldAsync();
    }

    // The org keeps five events, and more than that happen between two handshakes of a node that runs on.
    [Fact]
    public async Task A_replay_id_that_expires_while_the_node_runs_is_an_alert_and_the_next_poll_is_not_waited_for()
    {
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(new OrgServerOptions { ChangeEvents = new ChangeEventOptions { EventsMax = 5 } }));
        var (changed, sfid) = await sync.LoadedAccountAsync(0);
        var (hard, hardSfid) = await sync.LoadedAccountAsync(1);
        sync.Org.Update("Account", sfid, ("Name", "Known"));
        await sync.ToldAsync();
        await sync.SecondPassesAsync();
        using (var handshake = sync.Server.Faults.HoldNext(new CallMatch("handshake", Api: "stream"), HoldPoint.OnTheWay))
        {
            sync.Server.ForgetStreams();
            await handshake.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
            sync.Org.Update("Account", sfid, ("Name", "Gone unheard"));
            sync.Org.HardDelete(hardSfid);
            for (var i = 0; i < 20; i++)
            {
                sync.Org.Create("Account", ("Name", $"Unheard {i}"));
            }
        }

        await sync.SaysAsync("missed");
        await sync.ConvergedAsync();
        (await sync.AccountAsync(changed, "name")).ShouldBe("Gone unheard");
        (await sync.AccountAsync(hard, "name")).ShouldBeNull();
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name like 'Unheard %'")).ShouldBe(20);
    }

    /// <summary>The org's clock is behind everybody else's until it is set right.</summary>
    private sealed class SlowClock(TimeSpan behind) : TimeProvider
    {
        private TimeSpan _behind = behind;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - _behind;

        public void CatchUp() => _behind = TimeSpan.Zero;
    }
}
