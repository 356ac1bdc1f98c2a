using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>The grants of the token endpoint. Error codes and descriptions are Salesforce's.</summary>
internal sealed class OAuthGrants(OrgServices org)
{
    public const string Scope = "api refresh_token";

    private int _refreshTokenRevoked;

    /// <exception cref="OrgFaultException">An OAuth error code with its description.</exception>
    public Answer Grant(Dictionary<string, string> form, ClientCredentials client, string baseUrl)
    {
        switch (form.GetValueOrDefault("grant_type", ""))
        {
            case "client_credentials":
                RequireClient(client);
                return Issue(baseUrl);
            case "refresh_token":
                RequireClientId(client);
                RequireSecret(client, optional: true);
                Require(RefreshTokenLives && form.GetValueOrDefault("refresh_token") == org.Credentials.RefreshToken, "invalid_grant", "expired access/refresh token");
                return Issue(baseUrl);
            case AssertionGrant.GrantType:
                Require(
                    form.GetValueOrDefault("client_id", org.Credentials.ClientId) == org.Credentials.ClientId, "invalid_client_id", "client identifier invalid");
                AssertionGrant.Check(form.GetValueOrDefault("assertion", ""), org.Credentials, baseUrl, org.Clock.GetUtcNow());
                return Issue(baseUrl);
            case "password":
                RequireClient(client);
                Require(
                    org.Credentials.Accepts(form.GetValueOrDefault("username", ""), form.GetValueOrDefault("password", "")),
                    "invalid_grant",
                    "authentication failure - Invalid Password");
                return Issue(baseUrl);
            default:
                throw new OrgFaultException("unsupported_grant_type", "grant type not supported");
        }
    }

    public void RequireClient(ClientCredentials client)
    {
        RequireClientId(client);
        RequireSecret(client, optional: false);
    }

    public bool RevokeRefreshToken(string token) =>
        token == org.Credentials.RefreshToken && Interlocked.Exchange(ref _refreshTokenRevoked, 1) == 0;

    private bool RefreshTokenLives => Volatile.Read(ref _refreshTokenRevoked) == 0;

    private void RequireClientId(ClientCredentials client) => Require(client.Id == org.Credentials.ClientId, "invalid_client_id", "client identifier invalid");

    private void RequireSecret(ClientCredentials client, bool optional) =>
        Require(client.Secret == org.Credentials.ClientSecret || (optional && client.Secret.Length == 0), "invalid_client", "invalid client credentials");

    private static void Require(bool holds, string error, string description)
    {
        if (!holds)
        {
            throw new OrgFaultException(error, description);
        }
    }

    private Answer Issue(string baseUrl)
    {
        var session = org.Sessions.Issue(org.Model.IntegrationUser.Id);
        var id = $"{baseUrl}{OAuthEndpoint.IdentityPrefix}{org.Model.OrganizationId}/{session.UserId}";
        var issuedAt = session.IssuedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(org.Credentials.ClientSecret), Encoding.UTF8.GetBytes(id + issuedAt));
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("access_token", session.Id);
            json.WriteString("signature", Convert.ToBase64String(signature));
            json.WriteString("scope", Scope);
            json.WriteString("instance_url", baseUrl);
            json.WriteString("id", id);
            json.WriteString("token_type", "Bearer");
            json.WriteString("issued_at", issuedAt);
            json.WriteString("api_instance_url", baseUrl);
            json.WriteEndObject();
        });
    }
}
