using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce.Session;

/// <summary>
/// A sign-in to one org with its own connections. Signs in at first use, signs in again when a call learns that the session
/// expired (once, however many calls learn it), and can revoke it. Safe for concurrent use.
/// </summary>
public sealed class SalesforceSession : IDisposable
{
    private readonly SemaphoreSlim signingIn = new(1, 1);
    private readonly SalesforceCredentials credentials;
    private readonly OAuthEndpoint endpoint;
    private volatile AccessToken? current;
    private volatile ApiUsage? usage;
    private string? rotatedToken;

    /// <summary>Nothing is sent until the first call.</summary>
    public SalesforceSession(SalesforceCredentials credentials, SalesforceOptions options, TimeProvider time)
        : this(credentials, options, time, HttpExchange.CreateHandler(options, useProxy: !credentials.LoginUrl.IsAbsoluteUri || !credentials.LoginUrl.IsLoopback))
    {
    }

    internal SalesforceSession(SalesforceCredentials credentials, SalesforceOptions options, TimeProvider time, HttpMessageHandler handler)
    {
        this.credentials = credentials;
        Options = options;
        Time = time;
        Exchange = new HttpExchange(options, handler);
        endpoint = new OAuthEndpoint(Exchange, options, time);
    }

    /// <summary>The limits and times of this connection.</summary>
    public SalesforceOptions Options { get; }

    /// <summary>The org's API requests as last reported by any answer; null before the first.</summary>
    public ApiUsage? Usage
    {
        get => usage;
        internal set => usage = value;
    }

    internal TimeProvider Time { get; }

    internal HttpExchange Exchange { get; }

    /// <summary>The present session; signs in if there is none.</summary>
    /// <exception cref="SalesforceException">The sign-in failed: <c>Misconfigured</c> with what to do, or <c>NotExecuted</c> or <c>Throttled</c> for an unreachable or busy host.</exception>
    public Task<AccessToken> GetAsync(CancellationToken cancellation) =>
        current is { } token ? Task.FromResult(token) : SignInAsync(stale: null, cancellation);

    /// <summary>A session other than <paramref name="stale"/>: signs in unless somebody already has.</summary>
    /// <exception cref="SalesforceException">As <see cref="GetAsync"/>.</exception>
    public Task<AccessToken> RenewAsync(AccessToken stale, CancellationToken cancellation) => SignInAsync(stale, cancellation);

    /// <summary>Ends the present session, if any, at the org and forgets it.</summary>
    /// <exception cref="SalesforceException">The org could not be told; the session is forgotten all the same.</exception>
    public async Task RevokeAsync(CancellationToken cancellation)
    {
        if (current is { } token)
        {
            current = null;
            await endpoint.RevokeAsync(token, cancellation);
        }
    }

    /// <summary>Ends a session of somebody else, such as the coordinator's former term. A token that is already dead is no error.</summary>
    /// <exception cref="SalesforceException">The org could not be told.</exception>
    public Task RevokeAsync(AccessToken token, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(token);
        return endpoint.RevokeAsync(token, cancellation);
    }

    /// <summary>Closes the connections. Does not revoke the session.</summary>
    public void Dispose()
    {
        Exchange.Dispose();
        signingIn.Dispose();
    }

    private async Task<AccessToken> SignInAsync(AccessToken? stale, CancellationToken cancellation)
    {
        await signingIn.WaitAsync(cancellation);
        try
        {
            if (current is { } other && (stale is null || !ReferenceEquals(other, stale)))
            {
                return other;
            }

            TokenAnswer answer = await endpoint.SignInAsync(credentials, rotatedToken, cancellation);
            AccessToken token = new(new Uri(answer.InstanceUrl), answer.AccessToken);
            current = token;
            await KeepRotatedAsync(answer.RefreshToken, cancellation);
            return token;
        }
        finally
        {
            signingIn.Release();
        }
    }

    private async ValueTask KeepRotatedAsync(string? refreshToken, CancellationToken cancellation)
    {
        if (credentials is SalesforceCredentials.RefreshToken original && refreshToken is not null
            && refreshToken != (rotatedToken ?? original.Token))
        {
            rotatedToken = refreshToken;
            if (Options.RefreshTokenRotated is { } told)
            {
                await told(refreshToken, cancellation);
            }
        }
    }
}
