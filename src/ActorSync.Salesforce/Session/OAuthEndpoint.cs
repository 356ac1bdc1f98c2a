using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce.Session;

/// <summary>The org's <c>/services/oauth2</c> endpoints. Forms go in the body, never in the URL, which others log.</summary>
internal sealed class OAuthEndpoint(HttpExchange exchange, SalesforceOptions options, TimeProvider time)
{
    private const string FormType = "application/x-www-form-urlencoded";
    private const int FormBytesMax = 64 * 1024;

    public async Task<TokenAnswer> SignInAsync(SalesforceCredentials credentials, string? rotatedToken, CancellationToken cancellation)
    {
        string operation = $"sign-in at {credentials.LoginUrl.OriginalString}";
        if (SignInFaults.OfCredentials(credentials, options) is { } fault)
        {
            throw new SalesforceException(fault, operation);
        }

        List<KeyValuePair<string, string>> form = TokenForm(credentials, rotatedToken, operation);
        Uri url = new(credentials.LoginUrl, "/services/oauth2/token");
        using RequestDeadline deadline = new(time, options.ReadDeadline, cancellation);
        using ExchangeAnswer answer = await SendSignInAsync(operation, url, form, deadline);
        return Read(answer, credentials, form, operation);
    }

    public async Task RevokeAsync(AccessToken token, CancellationToken cancellation)
    {
        string operation = $"revoke of a session at {token.InstanceUrl.Host}";
        using RequestDeadline deadline = new(time, options.ReadDeadline, cancellation);
        using ExchangeAnswer answer = await SendAsync(
            operation, new Uri(token.InstanceUrl, "/services/oauth2/revoke"), [new("token", token.Secret)], deadline);

        // 400 is the answer for a token that is already dead (RFC 7009 would say 200): it is as gone as it was to be.
        if (answer.Status is not (HttpStatusCode.OK or HttpStatusCode.BadRequest))
        {
            throw new SalesforceException(SignInFaults.OfForeignAnswer(token.InstanceUrl, answer.Status, answer.ContentType), operation);
        }
    }

    private async Task<ExchangeAnswer> SendSignInAsync(
        string operation, Uri url, List<KeyValuePair<string, string>> form, RequestDeadline deadline)
    {
        try
        {
            return await SendAsync(operation, url, form, deadline);
        }
        catch (SalesforceException e) when (TransportFaults.IsBadCertificate(e.InnerException))
        {
            throw new SalesforceException(SignInFaults.OfBadCertificate(url, e.Fault.Message), operation, e.InnerException);
        }
    }

    private async Task<ExchangeAnswer> SendAsync(
        string operation, Uri url, List<KeyValuePair<string, string>> form, RequestDeadline deadline)
    {
        using PooledBytes body = new(FormBytesMax);
        string text = string.Join('&', form.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
        body.Write(Encoding.UTF8.GetBytes(text));
        ExchangeRequest request = new(operation, CallKind.SignIn, HttpMethod.Post, url) { Body = body, ContentType = FormType };
        return await exchange.SendAsync(request, deadline);
    }

    private List<KeyValuePair<string, string>> TokenForm(SalesforceCredentials credentials, string? rotatedToken, string operation)
    {
        if (credentials is SalesforceCredentials.JwtBearer jwt)
        {
            return [new("grant_type", JwtAssertion.GrantType), new("assertion", Assertion(jwt, operation))];
        }

        (string grantType, string? secret, string? token) = credentials switch
        {
            SalesforceCredentials.ClientCredentials client => ("client_credentials", client.ClientSecret, null),
            SalesforceCredentials.RefreshToken refresh => ("refresh_token", refresh.ClientSecret, rotatedToken ?? refresh.Token),
            _ => throw new System.Diagnostics.UnreachableException($"unknown credentials {credentials}"),
        };
        List<KeyValuePair<string, string>> form = [new("grant_type", grantType), new("client_id", credentials.ClientId)];
        if (secret is not null)
        {
            form.Add(new("client_secret", secret));
        }

        if (token is not null)
        {
            form.Add(new("refresh_token", token));
        }

        return form;
    }

    private string Assertion(SalesforceCredentials.JwtBearer credentials, string operation)
    {
        try
        {
            using SigningKey key = SigningKey.Read(credentials.KeyFile);
            return JwtAssertion.Make(credentials, key, time.GetUtcNow());
        }
        catch (SigningKeyException e)
        {
            throw new SalesforceException(SignInFaults.OfSigningKey(e), operation);
        }
    }

    private TokenAnswer Read(
        ExchangeAnswer answer, SalesforceCredentials credentials, List<KeyValuePair<string, string>> form, string operation)
    {
        if (answer.Status == HttpStatusCode.OK && TryRead(answer.Body, OAuthJson.Default.TokenAnswer) is { } token)
        {
            return SignInFaults.MayCarrySecrets(InstanceOf(token, operation), options)
                ? token
                : throw new SalesforceException(SignInFaults.PlainHttp(new Uri(token.InstanceUrl)), operation);
        }

        if (answer.Status != HttpStatusCode.OK && TryRead(answer.Body, OAuthJson.Default.TokenRefusal) is { } refusal)
        {
            string[] secrets = [.. form.Where(pair => pair.Key is "client_secret" or "refresh_token" or "assertion").Select(pair => pair.Value)];
            string message = OneLine.Of($"{refusal.Description ?? "refused"} (HTTP {(int)answer.Status}).", secrets);
            throw new SalesforceException(SignInFaults.OfRefusal(credentials, OneLine.Of(refusal.Error, secrets), message), operation);
        }

        throw new SalesforceException(
            answer.MovedTo is { } moved && moved.Host != credentials.LoginUrl.Host
                ? SignInFaults.OfMovedLogin(credentials.LoginUrl, answer.Status, moved)
                : SignInFaults.OfForeignAnswer(credentials.LoginUrl, answer.Status, answer.ContentType),
            operation);
    }

    private static Uri InstanceOf(TokenAnswer token, string operation) =>
        Uri.TryCreate(token.InstanceUrl, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url!
            : throw new SalesforceException(
                new SyncFault.NotExecuted("BAD_INSTANCE_URL", $"the sign-in named {OneLine.Of(token.InstanceUrl)} as the org's address.", TimeSpan.Zero), operation);

    private static T? TryRead<T>(PooledBytes body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            body.Position = 0;
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
