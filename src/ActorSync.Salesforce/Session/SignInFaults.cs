using System.Net;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce.Session;

/// <summary>Every way a sign-in goes wrong, with what to do about it.</summary>
internal static class SignInFaults
{
    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RateLimitWait = TimeSpan.FromMinutes(1);

    /// <summary>What can be said before anything is sent; null if nothing is wrong.</summary>
    public static SyncFault? OfCredentials(SalesforceCredentials credentials, SalesforceOptions options)
    {
        Uri url = credentials.LoginUrl;
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            return new SyncFault.Misconfigured("BAD_LOGIN_URL", $"{url.OriginalString} is not an http or https address.", "Write https://MYDOMAIN.my.salesforce.com.");
        }

        if (!MayCarrySecrets(url, options))
        {
            return PlainHttp(url);
        }

        if (url.Host.EndsWith(".lightning.force.com", StringComparison.OrdinalIgnoreCase))
        {
            return new SyncFault.Misconfigured("WRONG_HOST", $"{url.Host} is the address for browsers.", "Use https://MYDOMAIN.my.salesforce.com.");
        }

        return credentials is SalesforceCredentials.ClientCredentials && IsSharedLogin(url)
            ? new SyncFault.Misconfigured("WRONG_HOST", $"{url.Host} does not take client credentials.", "Use the org's own My Domain, https://MYDOMAIN.my.salesforce.com (Setup, My Domain).")
            : null;
    }

    /// <summary>Secrets go over https, or stay in the local network (names without a dot) or on this machine.</summary>
    public static bool MayCarrySecrets(Uri url, SalesforceOptions options) =>
        url.Scheme == Uri.UriSchemeHttps || url.IsLoopback || !url.Host.Contains('.', StringComparison.Ordinal) || options.AllowPlainHttp;

    public static SyncFault PlainHttp(Uri url) =>
        new SyncFault.Misconfigured("PLAIN_HTTP", $"{url.Scheme}://{url.Host} would send secrets unencrypted.", "Use https.");

    /// <summary>The key that is to sign the assertion cannot.</summary>
    public static SyncFault OfSigningKey(SigningKeyException e) =>
        new SyncFault.Misconfigured("BAD_SIGNING_KEY", $"the signing key {e.Message}.", $"{char.ToUpperInvariant(e.WhatToDo[0])}{e.WhatToDo[1..]}.");

    /// <summary>The token endpoint refused in its own form.</summary>
    public static SyncFault OfRefusal(SalesforceCredentials credentials, string error, string message) =>
        credentials is SalesforceCredentials.JwtBearer jwt && AssertionRefusals.Of(jwt, error, message) is { } fault ? fault : OfRefusal(error, message, credentials);

    private static SyncFault OfRefusal(string error, string message, SalesforceCredentials credentials) => error switch
    {
        "invalid_client_id" or "invalid_client" or "invalid_client_credentials" =>
            new SyncFault.Misconfigured(error, message, "Compare client id and client secret with the consumer key and secret of the app in Setup."),
        "invalid_grant" when credentials is SalesforceCredentials.RefreshToken =>
            new SyncFault.Misconfigured(error, message, "The refresh token is expired, revoked or of another app: sign in again and store the new one."),
        "invalid_grant" =>
            new SyncFault.Misconfigured(error, message, "In the app's settings enable the client credentials flow, set its run-as user, and use the org's My Domain as login URL."),
        "unsupported_grant_type" or "unauthorized_client" =>
            new SyncFault.Misconfigured(error, message, "Enable this OAuth flow in the settings of the app."),
        "invalid_app_access" =>
            new SyncFault.Misconfigured(error, message, "Allow the integration user to use the app (profile or permission set, or the app's policy for permitted users)."),
        "inactive_user" =>
            new SyncFault.Misconfigured(error, message, "Activate the integration user."),
        "inactive_org" =>
            new SyncFault.Misconfigured(error, message, "The org is locked, closed or suspended: ask its owner."),
        "rate_limit_exceeded" =>
            new SyncFault.Throttled(error, message, RateLimitWait),
        "server_error" or "temporarily_unavailable" or "unknown_error" =>
            new SyncFault.NotExecuted(error, message, BusyRetryAfter),
        _ => new SyncFault.Misconfigured(error, message, "Check the settings of the app and the login history in Setup."),
    };

    /// <summary>The answer is not one of a token endpoint.</summary>
    public static SyncFault OfForeignAnswer(Uri url, HttpStatusCode status, string? contentType) => (int)status >= 500
        ? new SyncFault.NotExecuted("SIGN_IN_UNAVAILABLE", $"{url.Host} answered HTTP {(int)status}.", BusyRetryAfter)
        : new SyncFault.Misconfigured(
            "WRONG_HOST",
            $"{url.Host} answered HTTP {(int)status} {contentType ?? "without content type"} where a Salesforce sign-in answers JSON.",
            "Check the login URL; it is https://MYDOMAIN.my.salesforce.com.");

    /// <summary>The token endpoint redirects: the My Domain was renamed, or the org moved. Secrets do not follow a redirect; a person follows it once.</summary>
    public static SyncFault OfMovedLogin(Uri url, HttpStatusCode status, Uri moved) =>
        new SyncFault.Misconfigured(
            "LOGIN_MOVED", $"{url.Host} answered HTTP {(int)status} and points to {OneLine.Of(moved.Host)}.", $"If that is the org's My Domain now, write {OneLine.Of(moved.GetLeftPart(UriPartial.Authority))} as login URL.");

    /// <summary>A host whose certificate is not accepted needs a person; other connection failures may pass.</summary>
    public static SyncFault OfBadCertificate(Uri url, string message) =>
        new SyncFault.Misconfigured("TLS_FAILED", message, $"Check that {url.Host} is the right host and that this machine trusts its certificate (proxy, CA store, clock).");

    private static bool IsSharedLogin(Uri url) =>
        url.Host.Equals("login.salesforce.com", StringComparison.OrdinalIgnoreCase)
        || url.Host.Equals("test.salesforce.com", StringComparison.OrdinalIgnoreCase);
}
