using System.Net;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

/// <summary>The day's API requests of the simulated org: 24 hours that roll, by its own clock.</summary>
public sealed class DailyLimitTests
{
    private readonly SteppedClock _clock = new();

    [Fact]
    public async Task A_request_counts_for_24_hours_and_then_no_more()
    {
        await using var org = await StartAsync(3);
        (await CallAsync(org)).ShouldBe((HttpStatusCode.OK, "api-usage=1/3"));
        _clock.Advance(TimeSpan.FromHours(20));
        (await CallAsync(org)).ShouldBe((HttpStatusCode.OK, "api-usage=2/3"));
        (await CallAsync(org)).ShouldBe((HttpStatusCode.OK, "api-usage=3/3"));
        (await CallAsync(org)).ShouldBe((HttpStatusCode.Forbidden, "api-usage=3/3"));

        _clock.Advance(TimeSpan.FromHours(3.9));
        (await CallAsync(org)).ShouldBe((HttpStatusCode.Forbidden, "api-usage=3/3"));
        _clock.Advance(TimeSpan.FromHours(0.2));
        (await CallAsync(org)).ShouldBe((HttpStatusCode.OK, "api-usage=3/3"));
        (await CallAsync(org)).ShouldBe((HttpStatusCode.Forbidden, "api-usage=3/3"));

        _clock.Advance(TimeSpan.FromHours(20));
        org.Server.RequestsUsed.ShouldBe(1);
        org.Server.RequestsPeak.ShouldBe(3);
    }

    [Fact]
    public async Task Other_applications_spend_from_the_same_allowance()
    {
        await using var org = await StartAsync(1000);
        org.Server.UseRequests(990);
        (await CallAsync(org)).ShouldBe((HttpStatusCode.OK, "api-usage=991/1000"));
        org.Server.UseRequests(1_000_000);
        (await CallAsync(org)).ShouldBe((HttpStatusCode.Forbidden, "api-usage=1000/1000"));
    }

    [Fact]
    public async Task The_fault_of_a_used_up_day_lasts_until_the_window_has_rolled_on()
    {
        await using var org = await StartAsync(1000);
        org.Server.Faults.Add(new OrgFault.DailyLimit(Left: 1), hitsMax: 1);
        (await CallAsync(org)).ShouldBe((HttpStatusCode.OK, "api-usage=1000/1000"));
        (await CallAsync(org)).ShouldBe((HttpStatusCode.Forbidden, "api-usage=1000/1000"));
        _clock.Advance(TimeSpan.FromHours(24.1));
        (await CallAsync(org)).ShouldBe((HttpStatusCode.OK, "api-usage=1/1000"));
    }

    private Task<OrgCaller> StartAsync(int perDay) =>
        OrgCaller.StartAsync(new OrgServerOptions { RequestsPerDayMax = perDay, Clock = _clock, SessionIdleMax = TimeSpan.FromDays(9) });

    private static async Task<(HttpStatusCode, string)> CallAsync(OrgCaller org)
    {
        using var answer = await org.Http.GetAsync(new Uri("/services/data/v66.0/limits", UriKind.Relative));
        return (answer.StatusCode, answer.Headers.GetValues("Sforce-Limit-Info").Single());
    }
}
