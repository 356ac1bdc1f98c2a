using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>Token, revoke, introspect and userinfo under <c>/services/oauth2/</c>, and the identity URL under <c>/id/</c>.</summary>
internal sealed class OAuthEndpoint(OrgServices org)
{
    public const string Prefix = "/services/oauth2/";
    public const string IdentityPrefix = "/id/";

    private readonly OAuthGrants _grants = new(org);
    private readonly OAuthIdentity _identity = new(org.Model);

    public async Task HandleAsync(HttpContext http)
    {
        var operation = http.Request.Path.Value!.StartsWith(IdentityPrefix, StringComparison.Ordinal) ? "userinfo" : http.Request.Path.Value[Prefix.Length..];
        var form = await ReadFormAsync(http);
        var client = ClientCredentials.Read(http.Request, form);
        var baseUrl = $"{http.Request.Scheme}://{http.Request.Host}";
        CallAnswering? answering = operation switch
        {
            "token" => new(false, _ => Token(http, form, client, baseUrl), Failed),
            "revoke" => new(false, _ => Revoke(form), Failed),
            "introspect" => new(false, _ => Introspect(form, client), Failed),
            "userinfo" => new(true, s => Answer.Json(200, json => _identity.Write(json, s.Session!.UserId, baseUrl)), UserInfoFailed),
            _ => null,
        };
        if (answering is null)
        {
            await Answer.Text(404, "text/plain", $"No such resource: {http.Request.Path}").SendAsync(http);
            return;
        }

        var call = new OrgCall("oauth", operation, [], client.Id.Length > 0 ? client.Id : null, 0) { SessionId = BearerToken.Read(http.Request) };
        await org.Pipeline.RunAsync(http, call, answering);
    }

    /// <summary>Form fields of the body, or the query's for GET.</summary>
    private static async Task<Dictionary<string, string>> ReadFormAsync(HttpContext http)
    {
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> fields =
            http.Request.HasFormContentType ? await http.Request.ReadFormAsync() : http.Request.Query;
        return fields.ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal);
    }

    private Answer Token(HttpContext http, Dictionary<string, string> form, ClientCredentials client, string baseUrl) =>
        HttpMethods.IsPost(http.Request.Method)
            ? _grants.Grant(form, client, baseUrl)
            : Failed(new OrgFaultException("invalid_request", "HTTP method not supported."));

    private Answer Revoke(Dictionary<string, string> form)
    {
        var token = form.GetValueOrDefault("token", "");
        return org.Sessions.Revoke(token) || _grants.RevokeRefreshToken(token)
            ? Answer.Empty(200)
            : throw new OrgFaultException("invalid_token", $"invalid token: {token}");
    }

    private Answer Introspect(Dictionary<string, string> form, ClientCredentials client)
    {
        _grants.RequireClient(client);
        var session = org.Sessions.Find(form.GetValueOrDefault("token", ""));
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("active", session is not null);
            if (session is not null)
            {
                json.WriteString("scope", OAuthGrants.Scope);
                json.WriteString("client_id", org.Credentials.ClientId);
                json.WriteString("username", org.Model.Users.First(u => u.Id == session.UserId).Username);
                json.WriteString("sub", $"{org.Model.OrganizationId}/{session.UserId}");
                json.WriteString("token_type", "access_token");
                json.WriteNumber("iat", session.IssuedAt.ToUnixTimeSeconds());
            }

            json.WriteEndObject();
        });
    }

    /// <summary>OAuth errors are lower case; a fault set up with an API code keeps its meaning.</summary>
    private static Answer Failed(OrgFaultException fault) => Answer.Json(400, json =>
    {
        json.WriteStartObject();
        json.WriteString("error", fault.ExceptionCode.ToLowerInvariant());
        json.WriteString("error_description", fault.Message);
        json.WriteEndObject();
    });

    /// <summary>userinfo answers a bad token in plain text.</summary>
    private static Answer UserInfoFailed(OrgFaultException fault) =>
        fault.ExceptionCode == "INVALID_SESSION_ID" ? Answer.Text(403, "text/html;charset=UTF-8", "Bad_OAuth_Token") : Failed(fault);
}
