using ActorSync.Domain.Faults;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Session;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>One sign-in at a time, whoever wants one, and wherever the org is by then.</summary>
public sealed class SharedSignInTests
{
    [Fact]
    public async Task Calls_that_come_while_a_sign_in_is_under_way_share_it_and_one_that_gives_up_does_not_end_it()
    {
        await using OrgServer org = await OrgServer.StartAsync(new OrgServerOptions(), CancellationToken.None);
        using SalesforceSession session = new(new SalesforceCredentials.ClientCredentials(org.Url, org.ClientId, org.ClientSecret), new SalesforceOptions(), TimeProvider.System);
        using CallHold hold = org.Faults.HoldNext(new CallMatch("token"), HoldPoint.BeforeEffect);
        using CancellationTokenSource impatient = new();
        Task<AccessToken> first = session.GetAsync(impatient.Token);
        await hold.Arrived;
        Task<AccessToken>[] others = [.. Enumerable.Range(0, 8).Select(_ => session.GetAsync(default))];

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        hold.Release();

        AccessToken[] tokens = await Task.WhenAll(others);
        tokens.Distinct().ShouldHaveSingleItem().ShouldBeSameAs(await session.GetAsync(default));
    }

    // An org counts failed logins, and locks a user out by them.
    [Fact]
    public async Task Refusal_is_told_to_all_and_nobody_asks_again_for_a_while()
    {
        bool refuses = true;
        FakeClock clock = new();
        await using RawServer server = new(arrival => refuses
            ? new Reply.Answer(400, "application/json", """{"error":"inactive_user","error_description":"user is inactive"}""")
            : Token(arrival));
        using SalesforceSession session = new(new SalesforceCredentials.ClientCredentials(server.Url, "key", "secret"), new SalesforceOptions(), clock);

        for (int i = 0; i < 3; i++)
        {
            Task<SalesforceException>[] calls = [.. Enumerable.Range(0, 8).Select(_ => Should.ThrowAsync<SalesforceException>(() => session.GetAsync(default)))];
            (await Task.WhenAll(calls)).ShouldAllBe(e => e.Fault is SyncFault.Misconfigured && e.Fault.Code == "inactive_user");
        }

        server.Arrivals.Count.ShouldBe(1);
        refuses = false;
        clock.Advance(session.Options.SignInRefusalKept);
        (await session.GetAsync(default)).Secret.ShouldBe("00D!x");
        server.Arrivals.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Host_that_could_not_be_reached_is_tried_again_by_the_next_call()
    {
        int calls = 0;
        await using RawServer server = new(arrival => ++calls == 1 ? new Reply.Answer(503, "text/html", "maintenance") : Token(arrival));
        using SalesforceSession session = new(new SalesforceCredentials.ClientCredentials(server.Url, "key", "secret"), new SalesforceOptions(), new FakeClock());

        (await Should.ThrowAsync<SalesforceException>(() => session.GetAsync(default))).Fault.Code.ShouldBe("SIGN_IN_UNAVAILABLE");
        (await session.GetAsync(default)).Secret.ShouldBe("00D!x");
    }

    [Fact]
    public async Task Sign_in_under_way_ends_with_its_session()
    {
        await using OrgServer org = await OrgServer.StartAsync(new OrgServerOptions(), CancellationToken.None);
        using CallHold hold = org.Faults.HoldNext(new CallMatch("token"), HoldPoint.BeforeEffect);
        SalesforceSession session = new(new SalesforceCredentials.ClientCredentials(org.Url, org.ClientId, org.ClientSecret), new SalesforceOptions(), TimeProvider.System);
        Task<AccessToken> call = session.GetAsync(default);
        await hold.Arrived;

        session.Dispose();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
    }

    private static Reply.Answer Token(Arrival arrival) => new(
        200, "application/json", $$"""{"access_token":"00D!x","instance_url":"http://{{arrival.Headers["Host"]}}"}""");
}
