using System.Net;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class OAuthTests
{
    [Fact]
    public async Task Client_credentials_in_the_form_give_a_token_shaped_like_a_real_one()
    {
        await using var org = await OrgCaller.StartAsync();
        using var answer = await org.TokenAsync(("grant_type", "client_credentials"), ("client_id", org.Server.ClientId), ("client_secret", org.Server.ClientSecret));
        var json = await JsonAsync(answer);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        json.GetProperty("access_token").GetString()!.ShouldMatch(@"^(00D\w{12,15})![.\w]*$");
        json.GetProperty("instance_url").GetString().ShouldBe(org.Server.Url.ToString().TrimEnd('/'));
        json.GetProperty("token_type").GetString().ShouldBe("Bearer");
        long.Parse(json.GetProperty("issued_at").GetString()!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(1_600_000_000_000);
    }

    [Fact]
    public async Task Client_credentials_by_basic_authentication_give_a_token()
    {
        await using var org = await OrgCaller.StartAsync();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{org.Server.ClientId}:{org.Server.ClientSecret}"));
        org.Http.DefaultRequestHeaders.Authorization = new("Basic", basic);
        using var answer = await org.TokenAsync(("grant_type", "client_credentials"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("client_credentials", "wrong", null, "invalid_client_id", "client identifier invalid")]
    [InlineData("client_credentials", null, "wrong", "invalid_client", "invalid client credentials")]
    [InlineData("made_up", null, null, "unsupported_grant_type", "grant type not supported")]
    [InlineData("refresh_token", null, null, "invalid_grant", "expired access/refresh token")]
    [InlineData("password", null, null, "invalid_grant", "authentication failure - Invalid Password")]
    public async Task A_refused_grant_says_why_in_the_words_of_the_real_one(string grant, string? id, string? secret, string error, string description)
    {
        await using var org = await OrgCaller.StartAsync();
        using var answer = await org.TokenAsync(("grant_type", grant), ("client_id", id ?? org.Server.ClientId), ("client_secret", secret ?? org.Server.ClientSecret));
        var json = await JsonAsync(answer);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        json.GetProperty("error").GetString().ShouldBe(error);
        json.GetProperty("error_description").GetString().ShouldBe(description);
    }

    [Fact]
    public async Task Refresh_and_password_grants_give_working_sessions()
    {
        await using var org = await OrgCaller.StartAsync();
        using var refreshed = await org.TokenAsync(("grant_type", "refresh_token"), ("client_id", org.Server.ClientId), ("refresh_token", org.Server.RefreshToken));
        using var signedIn = await org.TokenAsync(
            ("grant_type", "password"), ("client_id", org.Server.ClientId), ("client_secret", org.Server.ClientSecret), ("username", org.Server.UserName), ("password", org.Server.Password));
        foreach (var answer in new[] { refreshed, signedIn })
        {
            org.Http.DefaultRequestHeaders.Authorization = new("Bearer", (await JsonAsync(answer)).GetProperty("access_token").GetString());
            (await org.RestAsync(HttpMethod.Get, "/limits")).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_revoked_session_is_refused_and_leaves_the_others_alone()
    {
        await using var org = await OrgCaller.StartAsync();
        var first = org.Token;
        await org.SignInAsync();
        org.Token.ShouldNotBe(first);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("token", first)]);
        using var revoked = await org.Http.PostAsync(new Uri("/services/oauth2/revoke", UriKind.Relative), form);
        revoked.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await org.SoapFaultAsync("<getServerTimestamp/>", session: first)).Code.ShouldBe("sf:INVALID_SESSION_ID");
        (await org.RestAsync(HttpMethod.Get, "/limits")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Userinfo_names_the_user_and_the_org()
    {
        await using var org = await OrgCaller.StartAsync();
        using var answer = await org.Http.GetAsync(new Uri("/services/oauth2/userinfo", UriKind.Relative));
        var json = await JsonAsync(answer);
        json.GetProperty("organization_id").GetString().ShouldBe(org.Server.Model.OrganizationId);
        json.GetProperty("preferred_username").GetString().ShouldBe(org.Server.UserName);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();
}
