using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Session;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

public sealed class SalesforceSessionTests
{
    private const string Secret = "the+client/secret";
    private const string RefreshSecret = "5Aep861.refresh";

    [Fact]
    public async Task Client_credentials_are_sent_in_the_body_only()
    {
        await using StubOrg org = new(_ => StubOrg.Updated);

        AccessToken token = await org.Session.GetAsync(default);

        token.Secret.ShouldBe("00D!t1");
        Arrival arrival = org.Server.Arrivals.ShouldHaveSingleItem();
        arrival.Method.ShouldBe("POST");
        arrival.Body.ShouldBe("grant_type=client_credentials&client_id=key&client_secret=the%2Bclient%2Fsecret");
        arrival.Headers["Content-Type"].ShouldBe("application/x-www-form-urlencoded");
    }

    [Fact]
    public async Task Rotated_refresh_token_is_told_and_used_next_time()
    {
        int calls = 0;
        List<string> told = [];
        await using RawServer server = new(arrival => Token(arrival, $",\"refresh_token\":\"rotated{++calls}\""));
        SalesforceOptions options = new()
        {
            RefreshTokenRotated = (token, _) =>
            {
                told.Add(token);
                return ValueTask.CompletedTask;
            },
        };
        using SalesforceSession session = new(new SalesforceCredentials.RefreshToken(server.Url, "key", null, RefreshSecret), options, TimeProvider.System);

        AccessToken first = await session.GetAsync(default);
        await session.RenewAsync(first, default);

        server.Arrivals[0].Body.ShouldBe("grant_type=refresh_token&client_id=key&refresh_token=5Aep861.refresh");
        server.Arrivals[1].Body.ShouldEndWith("&refresh_token=rotated1");
        told.ShouldBe(["rotated1", "rotated2"]);
    }

    [Fact]
    public async Task Many_calls_that_find_the_session_expired_sign_in_once()
    {
        await using StubOrg org = new(_ => StubOrg.Updated);
        AccessToken stale = await org.Session.GetAsync(default);

        AccessToken[] renewed = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => org.Session.RenewAsync(stale, default)));

        org.SignIns.ShouldBe(2);
        renewed.ShouldAllBe(token => token.Secret == "00D!t2");
    }

    [Fact]
    public async Task Revoke_ends_the_session_and_the_next_call_signs_in_again()
    {
        await using StubOrg org = new(_ => new Reply.Answer(200, "text/plain", ""));
        await org.Session.GetAsync(default);

        await org.Session.RevokeAsync(default);
        AccessToken next = await org.Session.GetAsync(default);

        org.Server.Arrivals[1].Path.ShouldBe("/services/oauth2/revoke");
        org.Server.Arrivals[1].Body.ShouldBe("token=00D%21t1");
        next.Secret.ShouldBe("00D!t2");
    }

    [Fact]
    public async Task Revoke_of_a_token_that_is_already_dead_is_no_error()
    {
        await using StubOrg org = new(_ => new Reply.Answer(400, "application/json", """{"error":"invalid_token","error_description":"invalid token"}"""));

        await org.Session.RevokeAsync(new AccessToken(org.Server.Url, "00D!predecessor"), default);

        org.Server.Arrivals.ShouldHaveSingleItem().Body.ShouldBe("token=00D%21predecessor");
    }

    [Theory]
    [InlineData(400, "invalid_client_id", "client identifier invalid", NextStep.FixConfiguration, "consumer key and secret")]
    [InlineData(400, "invalid_client", "invalid client credentials", NextStep.FixConfiguration, "consumer key and secret")]
    [InlineData(400, "invalid_grant", "no client credentials user enabled", NextStep.FixConfiguration, "run-as user")]
    [InlineData(400, "unsupported_grant_type", "grant type not supported", NextStep.FixConfiguration, "Enable this OAuth flow")]
    [InlineData(400, "inactive_user", "user is inactive", NextStep.FixConfiguration, "Activate")]
    [InlineData(400, "inactive_org", "organization is inactive", NextStep.FixConfiguration, "owner")]
    [InlineData(400, "invalid_app_access", "user is not admin approved to access this app", NextStep.FixConfiguration, "Allow the integration user")]
    [InlineData(400, "something_new", "what is this", NextStep.FixConfiguration, "login history")]
    [InlineData(400, "rate_limit_exceeded", "login rate exceeded", NextStep.Wait, "login rate exceeded")]
    [InlineData(500, "server_error", "try again", NextStep.SendAgain, "try again")]
    public async Task Refused_client_credentials_say_what_to_do_in_one_line(int status, string error, string description, NextStep step, string says) =>
        await ShouldFailAsync(
            url => new SalesforceCredentials.ClientCredentials(url, "key", Secret),
            new Reply.Answer(status, "application/json", $$"""{"error":"{{error}}","error_description":"{{description}} {{Secret}}"}"""),
            error, step, says);

    [Fact]
    public async Task Expired_refresh_token_says_to_sign_in_again() =>
        await ShouldFailAsync(
            url => new SalesforceCredentials.RefreshToken(url, "key", Secret, RefreshSecret),
            new Reply.Answer(400, "application/json", """{"error":"invalid_grant","error_description":"expired access/refresh token"}"""),
            "invalid_grant", NextStep.FixConfiguration, "sign in again");

    [Theory]
    [InlineData(404, "text/html", "<html>not here</html>", "WRONG_HOST", NextStep.FixConfiguration)]
    [InlineData(302, "text/html", "", "WRONG_HOST", NextStep.FixConfiguration)]
    [InlineData(200, "text/html", "<html>welcome</html>", "WRONG_HOST", NextStep.FixConfiguration)]
    [InlineData(200, "application/json", "{}", "WRONG_HOST", NextStep.FixConfiguration)]
    [InlineData(503, "text/html", "maintenance", "SIGN_IN_UNAVAILABLE", NextStep.SendAgain)]
    [InlineData(200, "application/json", """{"access_token":"00D!x","instance_url":"nonsense"}""", "BAD_INSTANCE_URL", NextStep.SendAgain)]
    [InlineData(200, "application/json", """{"access_token":"00D!x","instance_url":"http://acme.my.salesforce.com"}""", "PLAIN_HTTP", NextStep.FixConfiguration)]
    public async Task Host_that_does_not_answer_like_salesforce_is_told_in_one_line(int status, string type, string body, string code, NextStep step) =>
        await ShouldFailAsync(
            url => new SalesforceCredentials.ClientCredentials(url, "key", Secret), new Reply.Answer(status, type, body), code, step, "");

    [Fact]
    public async Task Port_where_nobody_listens_is_told_in_one_line()
    {
        using Socket bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Uri url = new($"http://127.0.0.1:{((IPEndPoint)bound.LocalEndPoint!).Port}");

        SyncFault fault = await FailAsync(new SalesforceCredentials.ClientCredentials(url, "key", Secret));

        fault.ShouldBeOfType<SyncFault.NotExecuted>().Code.ShouldBe("CONNECT_FAILED");
        fault.Message.ShouldContain($"127.0.0.1:{url.Port}");
        fault.Message.ShouldContain("refused", Case.Insensitive);
    }

    [Fact]
    public async Task Server_that_speaks_no_tls_is_told_in_one_line()
    {
        await using RawServer server = new(_ => new Reply.Close(), async client =>
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
            return client.GetStream();
        });

        SyncFault fault = await FailAsync(new SalesforceCredentials.ClientCredentials(Https(server), "key", Secret));

        fault.Code.ShouldBe("TLS_FAILED");
        fault.MayHaveRun.ShouldBeFalse();
    }

    [Fact]
    public async Task Certificate_that_is_not_trusted_is_a_misconfiguration_and_no_secret_is_sent()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await using RawServer server = new(_ => new Reply.Close(), async client =>
        {
            SslStream tls = new(client.GetStream());
            await tls.AuthenticateAsServerAsync(certificate);
            return tls;
        });

        SyncFault fault = await FailAsync(new SalesforceCredentials.ClientCredentials(Https(server), "key", Secret));

        SyncFault.Misconfigured misconfigured = fault.ShouldBeOfType<SyncFault.Misconfigured>(fault.ToString());
        misconfigured.Code.ShouldBe("TLS_FAILED");
        misconfigured.WhatToDo.ShouldContain("certificate");
        server.Arrivals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Server_that_never_completes_the_handshake_is_left_at_the_connect_timeout()
    {
        await using RawServer server = new(_ => new Reply.Hang());
        SalesforceOptions options = new() { ConnectTimeout = TimeSpan.FromMilliseconds(200) };

        SyncFault fault = await FailAsync(new SalesforceCredentials.ClientCredentials(Https(server), "key", Secret), options);

        fault.ShouldBeOfType<SyncFault.NotExecuted>(fault.ToString()).Code.ShouldBe("CONNECT_TIMED_OUT");
    }

    private static Uri Https(RawServer server) => new($"https://127.0.0.1:{server.Url.Port}");

    private static Reply.Answer Token(Arrival arrival, string more) => new(
        200, "application/json", $$"""{"access_token":"00D!x","instance_url":"http://{{arrival.Headers["Host"]}}"{{more}}}""");

    private static async Task ShouldFailAsync(Func<Uri, SalesforceCredentials> credentials, Reply reply, string code, NextStep step, string says)
    {
        await using RawServer server = new(_ => reply);

        SyncFault fault = await FailAsync(credentials(server.Url));

        fault.Code.ShouldBe(code);
        fault.NextStep.ShouldBe(step, fault.ToString());
        (fault.Message + (fault as SyncFault.Misconfigured)?.WhatToDo).ShouldContain(says);
        server.Arrivals.Count.ShouldBe(1);
    }

    private static async Task<SyncFault> FailAsync(SalesforceCredentials credentials, SalesforceOptions? options = null)
    {
        using SalesforceSession session = new(credentials, options ?? new SalesforceOptions(), TimeProvider.System);
        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => session.GetAsync(default));
        e.Message.ShouldNotContain("\n");
        e.ToString().ShouldNotContain(Secret);
        e.ToString().ShouldNotContain(RefreshSecret);
        return e.Fault;
    }
}
