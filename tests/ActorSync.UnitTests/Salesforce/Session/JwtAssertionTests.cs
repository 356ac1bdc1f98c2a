using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Session;
using ActorSync.TestKit;
using ActorSync.TestKit.Seeds;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Session;

/// <summary>What is signed is read here as RFC 7515 says, without the library that made it.</summary>
public sealed class JwtAssertionTests : IDisposable
{
    private static readonly Uri Login = new("https://acme.my.salesforce.com");

    private readonly TemporaryFolder folder = TemporaryFolder.Create();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Assertion_claims_what_salesforce_asks_for_and_nothing_else()
    {
        FakeClock clock = new();

        string[] parts = Make(new SalesforceCredentials.JwtBearer(Login, "3MVG9.key", "sync@acme.example", folder["key.pem"]), clock.GetUtcNow()).Split('.');

        using JsonDocument header = JsonDocument.Parse(Json(parts[0]));
        header.RootElement.EnumerateObject().Select(field => (field.Name, field.Value.GetString())).Order().ShouldBe([("alg", "RS256"), ("typ", "JWT")]);
        using JsonDocument claims = JsonDocument.Parse(Json(parts[1]));
        claims.RootElement.EnumerateObject().Select(claim => claim.Name).Order().ShouldBe(["aud", "exp", "iss", "sub"]);
        claims.RootElement.GetProperty("iss").GetString().ShouldBe("3MVG9.key");
        claims.RootElement.GetProperty("sub").GetString().ShouldBe("sync@acme.example");
        claims.RootElement.GetProperty("aud").GetString().ShouldBe("https://acme.my.salesforce.com");
        TimeSpan life = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64()) - clock.GetUtcNow();
        life.ShouldBe(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Signature_is_verified_with_the_public_key()
    {
        string[] parts = Make(new SalesforceCredentials.JwtBearer(Login, "key", "sync@acme.example", folder["key.pem"]), new FakeClock().GetUtcNow()).Split('.');
        using RSA key = RSA.Create();
        key.ImportFromPem(TestKey.PublicKey);

        bool Verifies(string text) => key.VerifyData(Encoding.ASCII.GetBytes(text), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Verifies($"{parts[0]}.{parts[1]}").ShouldBeTrue();
        Verifies($"{parts[0]}.{parts[1]}x").ShouldBeFalse();
    }

    [Theory]
    [InlineData("https://login.salesforce.com", null, "https://login.salesforce.com")]
    [InlineData("https://acme.my.salesforce.com", "https://test.salesforce.com", "https://test.salesforce.com")]
    public void Audience_is_the_login_url_unless_it_is_given(string login, string? audience, string expected) =>
        new SalesforceCredentials.JwtBearer(new Uri(login), "key", "sync@acme.example", "key.pem", audience).Audience.ShouldBe(expected);

    [Theory]
    [InlineData("invalid_grant", "user hasn't approved this consumer", "pre-authorized")]
    [InlineData("invalid_grant", "audience is invalid", "The audience is https://acme.my.salesforce.com")]
    [InlineData("invalid_grant", "Audience validation failed", "The audience is https://acme.my.salesforce.com")]
    [InlineData("invalid_grant", "assertion is expired", "clock of this machine")]
    [InlineData("invalid_grant", "expired authorization code", "clock of this machine")]
    [InlineData("invalid_grant", "invalid assertion", "certificate that belongs to /keys/sync.pem")]
    [InlineData("invalid_grant", "user is inactive", "Activate and unlock sync@acme.example")]
    [InlineData("invalid_grant", "something else", "login history")]
    [InlineData("invalid_client_id", "client identifier invalid", "consumer key of the app")]
    [InlineData("invalid_client", "invalid client credentials", "certificate that belongs to /keys/sync.pem")]
    [InlineData("app_not_found", "External client app is not installed in this org", "My Domain of the org that has the app")]
    [InlineData("inactive_user", "user is inactive", "Activate the integration user")]
    [InlineData("invalid_app_access", "user is not admin approved to access this app", "Allow the integration user")]
    [InlineData("unsupported_grant_type", "grant type not supported", "Enable this OAuth flow")]
    [InlineData("inactive_org", "organization is inactive", "owner")]
    public void Every_refusal_says_what_to_change(string error, string description, string says)
    {
        SyncFault.Misconfigured fault = SignInFaults.OfRefusal(new SalesforceCredentials.JwtBearer(Login, "key", "sync@acme.example", "/keys/sync.pem"), error, $"{description} (HTTP 400).")
            .ShouldBeOfType<SyncFault.Misconfigured>();

        fault.Code.ShouldBe(error);
        fault.Message.ShouldBe($"{description} (HTTP 400).");
        fault.WhatToDo.ShouldContain(says);
    }

    private string Make(SalesforceCredentials.JwtBearer credentials, DateTimeOffset now)
    {
        File.WriteAllText(folder["key.pem"], TestKey.Pkcs8);
        using SigningKey key = SigningKey.Read(credentials.KeyFile);
        return JwtAssertion.Make(credentials, key, now);
    }

    private static string Json(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));
}
