using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Session;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Session;

public sealed class SalesforceCredentialsTests
{
    private const string Secret = "s3cr3t";

    [Fact]
    public void Secrets_are_in_no_text()
    {
        Uri url = new("https://acme.my.salesforce.com");

        new SalesforceCredentials.ClientCredentials(url, "key", Secret).ToString().ShouldBe("ClientCredentials at acme.my.salesforce.com");
        new SalesforceCredentials.RefreshToken(url, "key", Secret, Secret).ToString().ShouldBe("RefreshToken at acme.my.salesforce.com");
        new SalesforceCredentials.JwtBearer(url, "key", "sync@acme.example", "/keys/sync.pem").ToString().ShouldBe("JwtBearer at acme.my.salesforce.com");
        new AccessToken(url, Secret).ToString().ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData("https://login.salesforce.com", "WRONG_HOST")]
    [InlineData("https://test.salesforce.com", "WRONG_HOST")]
    [InlineData("https://acme.lightning.force.com", "WRONG_HOST")]
    [InlineData("http://acme.my.salesforce.com", "PLAIN_HTTP")]
    [InlineData("ftp://acme", "BAD_LOGIN_URL")]
    public void Wrong_login_url_is_told_before_anything_is_sent(string url, string code)
    {
        SyncFault.Misconfigured fault = SignInFaults.OfCredentials(new SalesforceCredentials.ClientCredentials(new Uri(url), "key", Secret), new SalesforceOptions())
            .ShouldBeOfType<SyncFault.Misconfigured>();

        fault.Code.ShouldBe(code);
        fault.WhatToDo.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("https://acme.my.salesforce.com")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://org:8080")]
    public void Right_login_url_is_accepted(string url) =>
        SignInFaults.OfCredentials(new SalesforceCredentials.ClientCredentials(new Uri(url), "key", Secret), new SalesforceOptions()).ShouldBeNull();

    [Fact]
    public void Assertions_work_at_the_shared_login() =>
        SignInFaults.OfCredentials(new SalesforceCredentials.JwtBearer(new Uri("https://test.salesforce.com"), "key", "sync@acme.example", "key.pem"), new SalesforceOptions()).ShouldBeNull();

    [Fact]
    public void Refresh_tokens_work_at_the_shared_login() =>
        SignInFaults.OfCredentials(new SalesforceCredentials.RefreshToken(new Uri("https://login.salesforce.com"), "key", null, "token"), new SalesforceOptions()).ShouldBeNull();
}
