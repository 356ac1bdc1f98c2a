using System.Net;
using System.Security.Cryptography;
using ActorSync.Domain.Faults;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.TestKit;
using ActorSync.TestKit.Seeds;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>The client's assertions at an org that verifies them by hand.</summary>
public sealed class JwtBearerTests : IDisposable
{
    // Of an app that is not the org's.
    private static readonly string OtherKey = MakeKey();

    private readonly TemporaryFolder folder = TemporaryFolder.Create();

    public JwtBearerTests() => File.WriteAllText(folder["key.pem"], TestKey.Pkcs8);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Key_signs_in_as_its_user_and_again_when_the_session_has_expired()
    {
        await using OrgServer org = await StartAsync(TestKey.Certificate);
        using SalesforceSession session = new(Credentials(org), new SalesforceOptions(), TimeProvider.System);
        SoapClient soap = new(session);

        (await soap.GetUserInfoAsync(default)).UserName.ShouldBe(org.UserName);
        AccessToken first = await session.GetAsync(default);
        org.ExpireSessions();

        (await soap.GetUserInfoAsync(default)).UserName.ShouldBe(org.UserName);
        (await session.GetAsync(default)).Secret.ShouldNotBe(first.Secret);
    }

    [Fact]
    public async Task Key_is_read_at_each_sign_in_so_that_it_can_be_replaced()
    {
        await using OrgServer org = await StartAsync(TestKey.PublicKey);
        FakeClock clock = new(TimeProvider.System.GetUtcNow());
        using SalesforceSession session = new(Credentials(org), new SalesforceOptions(), clock);
        File.WriteAllText(folder["key.pem"], OtherKey);
        await Should.ThrowAsync<SalesforceException>(() => session.GetAsync(default));

        File.WriteAllText(folder["key.pem"], TestKey.Pkcs1);
        clock.Advance(session.Options.SignInRefusalKept);

        (await session.GetAsync(default)).InstanceUrl.ShouldBe(org.Url);
    }

    [Theory]
    [InlineData("user", "invalid_grant", "user hasn't approved this consumer", "pre-authorized")]
    [InlineData("consumer", "invalid_client_id", "client identifier invalid", "consumer key")]
    [InlineData("audience", "invalid_grant", "audience is invalid", "The audience is https://elsewhere.example")]
    [InlineData("slow clock", "invalid_grant", "expired authorization code", "clock")]
    [InlineData("fast clock", "invalid_grant", "invalid assertion", "clock")]
    [InlineData("key", "invalid_grant", "invalid assertion", "certificate")]
    [InlineData("inactive", "inactive_user", "user is inactive", "Activate")]
    [InlineData("no file", "BAD_SIGNING_KEY", "does not exist", "path")]
    [InlineData("encrypted", "BAD_SIGNING_KEY", "is encrypted", "openssl pkey")]
    public async Task What_is_wrong_is_told_in_one_line_with_what_to_do_and_without_the_key(string wrong, string code, string message, string whatToDo)
    {
        await using OrgServer org = await StartAsync(TestKey.Certificate);
        SalesforceCredentials.JwtBearer credentials = wrong switch
        {
            "user" => Credentials(org, user: org.Model.HumanUser.Username),
            "consumer" => Credentials(org, consumerKey: "wrong"),
            "audience" => Credentials(org, audience: "https://elsewhere.example"),
            "no file" => Credentials(org, key: "none.pem"),
            _ => Credentials(org),
        };
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        FakeClock clock = new(wrong == "slow clock" ? now.AddMinutes(-10) : wrong == "fast clock" ? now.AddMinutes(10) : now);
        if (wrong is "key" or "encrypted")
        {
            File.WriteAllText(folder["key.pem"], wrong == "key" ? OtherKey : TestKey.Encrypted);
        }
        else if (wrong == "inactive")
        {
            org.Faults.Add(new OrgFault.Error("inactive_user", "user is inactive"), new CallMatch("token"));
        }

        using SalesforceSession session = new(credentials, new SalesforceOptions(), clock);
        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => session.GetAsync(default));

        SyncFault.Misconfigured fault = e.Fault.ShouldBeOfType<SyncFault.Misconfigured>();
        fault.Code.ShouldBe(code);
        fault.Message.ShouldContain(message);
        fault.WhatToDo.ShouldContain(whatToDo);
        e.Message.ShouldNotContain("\n");
        TestKey.ShouldNotBeIn(e.ToString() + credentials);
    }

    [Fact]
    public async Task Assertion_that_the_answer_repeats_is_in_no_message()
    {
        string? sent = null;
        await using RawServer server = new(arrival =>
        {
            sent = arrival.Body.Split("assertion=")[1];
            return new Reply.Answer(400, "application/json", $$"""{"error":"invalid_grant","error_description":"invalid assertion {{sent}}"}""");
        });
        using SalesforceSession session = new(new SalesforceCredentials.JwtBearer(server.Url, "key", "sync@acme.example", folder["key.pem"]), new SalesforceOptions(), TimeProvider.System);

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => session.GetAsync(default));

        server.Arrivals.ShouldHaveSingleItem().Body.ShouldStartWith("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey");
        e.ToString().ShouldNotContain(sent!);
        e.ToString().ShouldContain("invalid assertion ***");
    }

    // alg none, a signature of nothing, no JSON, and what is not even three parts.
    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJpc3MiOiIzTVZHOS5hY3RvcnN5bmMuc2ltdWxhdG9yIiwiZXhwIjoiMSJ9.")]
    public async Task Simulator_refuses_what_is_no_assertion(string assertion)
    {
        await using OrgServer org = await StartAsync(TestKey.Certificate);
        using HttpClient http = new();
        using FormUrlEncodedContent form = new([new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), new("assertion", assertion)]);

        using HttpResponseMessage answer = await http.PostAsync(new Uri(org.Url, "/services/oauth2/token"), form);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("invalid_");
    }

    [Fact]
    public async Task Simulator_whose_app_has_no_certificate_takes_no_assertion()
    {
        await using OrgServer org = await StartAsync(null);
        using SalesforceSession session = new(Credentials(org), new SalesforceOptions(), TimeProvider.System);

        (await Should.ThrowAsync<SalesforceException>(() => session.GetAsync(default))).Fault.Message.ShouldContain("invalid assertion");
    }

    private static Task<OrgServer> StartAsync(string? certificate) =>
        OrgServer.StartAsync(new OrgServerOptions { JwtCertificate = certificate }, CancellationToken.None);

    private SalesforceCredentials.JwtBearer Credentials(OrgServer org, string? user = null, string? consumerKey = null, string? audience = null, string key = "key.pem") =>
        new(org.Url, consumerKey ?? org.ClientId, user ?? org.UserName, folder[key], audience);

    private static string MakeKey()
    {
        using RSA key = RSA.Create(2048);
        return key.ExportPkcs8PrivateKeyPem();
    }
}
