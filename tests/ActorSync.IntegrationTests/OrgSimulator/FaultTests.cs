using System.Net;
using ActorSync.OrgSimulator.Http;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class FaultTests
{
    private const string CreateAcme = "<create><sObjects><sf:type>Account</sf:type><sf:Name>Acme</sf:Name></sObjects></create>";

    private static readonly CallMatch Creates = new(Operation: "create");

    [Fact]
    public async Task A_call_held_before_its_effect_has_none_until_released()
    {
        await using var org = await OrgCaller.StartAsync();
        using var hold = org.Server.Faults.HoldNext(new CallMatch("create", "Account"), HoldPoint.BeforeEffect);
        var call = org.SoapAsync(CreateAcme, "<CallOptions><client>actorsync/1</client></CallOptions>");
        var held = await hold.Arrived;
        held.ShouldSatisfyAllConditions(c => c.Client.ShouldBe("actorsync/1"), c => c.Records.ShouldBe(1), c => c.Api.ShouldBe("soap"));
        org.AccountNames().ShouldBeEmpty();
        hold.Release();
        (await call).Only("success").Value.ShouldBe("true");
        org.AccountNames().ShouldBe(["Acme"]);
    }

    [Fact]
    public async Task A_call_held_after_its_effect_is_in_the_org_and_unanswered()
    {
        await using var org = await OrgCaller.StartAsync();
        using var hold = org.Server.Faults.HoldNext(c => c.Records == 1, HoldPoint.AfterEffect);
        var call = org.SoapAsync(CreateAcme);
        await hold.Arrived;
        org.AccountNames().ShouldBe(["Acme"]);
        call.IsCompleted.ShouldBeFalse();
        hold.Drop();
        await Should.ThrowAsync<HttpRequestException>(call);
    }

    // The danger that a settle time is for: the caller is gone, and its write lands all the same.
    [Fact]
    public async Task A_held_call_takes_effect_after_its_caller_gave_up()
    {
        await using var org = await OrgCaller.StartAsync();
        using var hold = org.Server.Faults.HoldNext(Creates, HoldPoint.BeforeEffect);
        using var landed = org.Server.Faults.HoldNext(Creates, HoldPoint.AfterEffect);
        var call = org.SoapAsync(CreateAcme);
        await hold.Arrived;
        org.Http.CancelPendingRequests();
        await Should.ThrowAsync<OperationCanceledException>(call);
        org.AccountNames().ShouldBeEmpty();
        hold.Release();
        await landed.Arrived;
        org.AccountNames().ShouldBe(["Acme"]);
    }

    [Fact]
    public async Task A_request_past_the_limit_never_takes_effect()
    {
        var clock = new SteppedClock();
        await using var org = await OrgCaller.StartAsync(new() { Clock = clock, RequestLimit = TimeSpan.FromMinutes(10) });
        using var hold = org.Server.Faults.HoldNext(Creates, HoldPoint.BeforeEffect);
        var call = org.SoapFaultAsync(CreateAcme);
        await hold.Arrived;
        clock.Advance(TimeSpan.FromMinutes(10));
        hold.Release();
        (await call).Code.ShouldBe("sf:REQUEST_RUNNING_TOO_LONG");
        org.AccountNames().ShouldBeEmpty();
        org.Server.Model.Arrivals().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_limit_does_not_run_while_a_call_is_on_its_way_and_its_session_is_checked_on_arrival()
    {
        var clock = new SteppedClock();
        await using var org = await OrgCaller.StartAsync(new() { Clock = clock, SessionIdleMax = TimeSpan.FromHours(2) });
        using (var hold = org.Server.Faults.HoldNext(Creates, HoldPoint.OnTheWay))
        {
            var call = org.SoapAsync(CreateAcme);
            await hold.Arrived;
            clock.Advance(TimeSpan.FromMinutes(30));
            hold.Release();
            (await call).Only("success").Value.ShouldBe("true");
        }

        using var second = org.Server.Faults.HoldNext(Creates, HoldPoint.OnTheWay);
        var refused = org.SoapFaultAsync(CreateAcme);
        await second.Arrived;
        org.Server.ExpireSessions();
        second.Release();
        (await refused).Code.ShouldBe("sf:INVALID_SESSION_ID");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dropped_answer_leaves_the_effect(bool afterHalf)
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Faults.Add(new OrgFault.DropAnswer(afterHalf), Creates, hitsMax: 1);
        await Should.ThrowAsync<HttpRequestException>(org.SoapAsync(CreateAcme));
        org.AccountNames().ShouldBe(["Acme"]);
        (await org.SoapAsync(CreateAcme)).Only("success").Value.ShouldBe("true");
    }

    [Theory]
    [InlineData(HangEffect.Applied, 1)]
    [InlineData(HangEffect.Never, 0)]
    public async Task A_hanging_call_is_never_answered(HangEffect effect, int accounts)
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Faults.Add(new OrgFault.Hang(effect), Creates);
        using var reached = org.Server.Faults.HoldNext(Creates, effect == HangEffect.Applied ? HoldPoint.AfterEffect : HoldPoint.BeforeEffect);
        var call = org.SoapAsync(CreateAcme);
        await reached.Arrived;
        reached.Release();
        await org.SoapAsync("<getServerTimestamp/>");
        call.IsCompleted.ShouldBeFalse();
        org.AccountNames().Count.ShouldBe(accounts);
        await org.Server.DisposeAsync();
        await Should.ThrowAsync<HttpRequestException>(call);
    }

    [Fact]
    public async Task A_whole_call_error_has_no_effect_and_the_shape_of_its_surface()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Faults.Add(new OrgFault.Error("SERVER_UNAVAILABLE", "try later"), new CallMatch(Type: "Account"), hitsMax: 2);
        var soap = await org.SoapFaultAsync(CreateAcme);
        soap.ShouldBe(("sf:SERVER_UNAVAILABLE", "SERVER_UNAVAILABLE: try later", "UnexpectedErrorFault"));
        var (status, json) = await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":\"x\"}");
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        json[0].GetProperty("errorCode").GetString().ShouldBe("SERVER_UNAVAILABLE");
        org.AccountNames().ShouldBeEmpty();
    }

    [Fact]
    public async Task Row_errors_hit_single_records_of_their_call_only()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = org.Server.Faults.Add(new OrgFault.RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", [], 0.5), new CallMatch(ClientContains: "sync/"));
        var rows = string.Concat(Enumerable.Range(0, 100).Select(i => $"<sObjects><sf:type>Account</sf:type><sf:Name>n{i}</sf:Name></sObjects>"));
        var answer = await org.SoapAsync($"<create>{rows}</create>", "<CallOptions><client>sync/1</client></CallOptions>");
        var failed = answer.Elements().Count(e => e.Text("success") == "false");
        failed.ShouldBeInRange(20, 80);
        org.AccountNames().Count.ShouldBe(100 - failed);
        org.Server.Faults.Hits(id).ShouldBe(1);
        (await org.SoapAsync(CreateAcme)).Only("success").Value.ShouldBe("true");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_are_refused_for_a_window(bool reset)
    {
        var clock = new SteppedClock();
        await using var org = await OrgCaller.StartAsync(new() { Clock = clock });
        org.Server.Faults.Add(new FaultRule(new OrgFault.Refuse(reset), CallMatch.Any, Window: TimeSpan.FromSeconds(30)));
        if (reset)
        {
            await Should.ThrowAsync<HttpRequestException>(org.SoapAsync(CreateAcme));
        }
        else
        {
            using var answer = await org.SendSoapAsync(CreateAcme);
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        org.AccountNames().ShouldBeEmpty();
        clock.Advance(TimeSpan.FromSeconds(30));
        (await org.SoapAsync(CreateAcme)).Only("success").Value.ShouldBe("true");
    }

    [Fact]
    public async Task An_expired_session_is_refused_until_the_next_sign_in()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Faults.Add(new OrgFault.ExpireSession(), hitsMax: 1);
        (await org.SoapFaultAsync(CreateAcme)).Code.ShouldBe("sf:INVALID_SESSION_ID");
        (await org.SoapFaultAsync(CreateAcme)).Code.ShouldBe("sf:INVALID_SESSION_ID");
        await org.SignInAsync();
        (await org.SoapAsync(CreateAcme)).Only("success").Value.ShouldBe("true");
    }

    [Fact]
    public async Task A_late_commit_carries_an_earlier_SystemModstamp()
    {
        var clock = new SteppedClock();
        await using var org = await OrgCaller.StartAsync(new() { Clock = clock });
        org.Server.Faults.Add(new OrgFault.CommitLate(TimeSpan.FromMinutes(4)), Creates, hitsMax: 1);
        await org.SoapAsync(CreateAcme);
        var answer = await org.SoapAsync("<query><queryString>SELECT SystemModstamp FROM Account</queryString></query>");
        answer.Only("SystemModstamp").Value.ShouldBe("2026-03-01T11:56:00.000Z");
    }

    [Fact]
    public async Task A_locked_row_is_waited_for()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("Acme");
        var locked = org.Server.Model.LockRecords([id]);
        using var accepted = org.Server.Faults.HoldNext(new CallMatch("update"), HoldPoint.BeforeEffect);
        var call = org.SoapAsync($"<update><sObjects><sf:type>Account</sf:type><sf:Id>{id}</sf:Id><sf:Name>B</sf:Name></sObjects></update>");
        await accepted.Arrived;
        accepted.Release();
        await org.SoapAsync("<getServerTimestamp/>");
        call.IsCompleted.ShouldBeFalse();
        locked.Dispose();
        (await call).Only("success").Value.ShouldBe("true");
    }

    [Fact]
    public async Task A_lock_held_for_too_long_is_a_row_error()
    {
        await using var org = await OrgCaller.StartAsync(new() { LockWait = TimeSpan.Zero });
        var id = await org.CreateAccountAsync("Acme");
        using var locked = org.Server.Model.LockRecords([id]);
        var answer = await org.SoapAsync($"<update><sObjects><sf:type>Account</sf:type><sf:Id>{id}</sf:Id><sf:Name>B</sf:Name></sObjects></update>");
        answer.Only("statusCode").Value.ShouldBe("UNABLE_TO_LOCK_ROW");
    }
}
