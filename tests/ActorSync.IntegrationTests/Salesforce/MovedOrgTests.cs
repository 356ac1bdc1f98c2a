using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>Calls go where the sign-in says. A My Domain is renamed, an instance refreshed: the address changes under a running node.</summary>
public sealed class MovedOrgTests
{
    // What was asked at the old address is in doubt like every write without a plain answer; what comes after it goes to the new one.
    [Fact]
    public async Task Redirect_makes_the_next_call_sign_in_and_go_where_the_org_is_now()
    {
        await using RawServer now = new(_ => StubOrg.Updated);
        await using RawServer before = new(_ => new Reply.Answer(302, "text/html", "") { Header = $"Location: {now.Url}services/Soap/u/67.0" });
        int signIns = 0;
        await using RawServer login = new(_ => Token(++signIns, signIns == 1 ? before.Url : now.Url));
        using SalesforceSession session = Session(login);
        SoapClient soap = new(session);

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => UpdateAsync(soap));
        e.Fault.MayHaveRun.ShouldBeTrue();
        (await UpdateAsync(soap)).ShouldHaveSingleItem();

        (login.Arrivals.Count, before.Arrivals.Count, now.Arrivals.Count).ShouldBe((2, 1, 1));
        now.Arrivals[0].Body.ShouldContain("00D!t2");
    }

    [Fact]
    public async Task Call_that_did_not_run_because_its_session_is_of_another_address_is_made_again_there()
    {
        await using RawServer now = new(_ => StubOrg.Updated);
        await using RawServer before = new(_ => StubOrg.Fault("URL_NOT_RESET", "Destination URL not reset. The URL returned from login must be set"));
        int signIns = 0;
        await using RawServer login = new(_ => Token(++signIns, signIns == 1 ? before.Url : now.Url));
        using SalesforceSession session = Session(login);

        (await UpdateAsync(new SoapClient(session))).ShouldHaveSingleItem();

        (login.Arrivals.Count, before.Arrivals.Count, now.Arrivals.Count).ShouldBe((2, 1, 1));
    }

    [Fact]
    public async Task Address_that_no_longer_resolves_is_asked_for_again()
    {
        await using RawServer now = new(_ => StubOrg.Updated);
        int signIns = 0;
        await using RawServer login = new(_ => Token(++signIns, signIns == 1 ? new Uri("http://moved-away.invalid") : now.Url));
        SalesforceOptions options = new() { AllowPlainHttp = true };
        using SalesforceSession session = new(
            new SalesforceCredentials.ClientCredentials(login.Url, "key", "secret"), options, TimeProvider.System, new WithoutName("moved-away.invalid", HttpExchange.CreateHandler(options, useProxy: false)));
        SoapClient soap = new(session);

        (await Should.ThrowAsync<SalesforceException>(() => UpdateAsync(soap))).Fault.ShouldBeOfType<SyncFault.NotExecuted>().Code.ShouldBe("HOST_NOT_FOUND");
        (await UpdateAsync(soap)).ShouldHaveSingleItem();

        login.Arrivals.Count.ShouldBe(2);
    }

    // Secrets do not follow a redirect.
    [Fact]
    public async Task Login_url_that_has_moved_is_told_with_the_new_one()
    {
        await using RawServer login = new(_ => new Reply.Answer(301, "text/html", "") { Header = "Location: https://renamed.my.salesforce.com/services/oauth2/token" });
        using SalesforceSession session = Session(login);

        SyncFault.Misconfigured fault = (await Should.ThrowAsync<SalesforceException>(() => session.GetAsync(default))).Fault.ShouldBeOfType<SyncFault.Misconfigured>();

        fault.Code.ShouldBe("LOGIN_MOVED");
        fault.WhatToDo.ShouldContain("https://renamed.my.salesforce.com");
        login.Arrivals.Count.ShouldBe(1);
    }

    private static Task<IReadOnlyList<WriteResult>> UpdateAsync(SoapClient soap) => soap.UpdateAsync("Account", StubOrg.OneAccount, "actorsync/1", default);

    private static SalesforceSession Session(RawServer login) =>
        new(new SalesforceCredentials.ClientCredentials(login.Url, "key", "secret"), new SalesforceOptions(), TimeProvider.System);

    private static Reply.Answer Token(int number, Uri instance) =>
        new(200, "application/json", $$"""{"access_token":"00D!t{{number}}","instance_url":"{{instance.GetLeftPart(UriPartial.Authority)}}"}""");

    // No test waits for the machine's DNS.
    private sealed class WithoutName(string host, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.RequestUri!.Host == host
                ? throw new HttpRequestException(HttpRequestError.NameResolutionError, "no such host")
                : base.SendAsync(request, cancellationToken);
    }
}
