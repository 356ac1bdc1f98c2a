namespace ActorSync.Salesforce.Session;

/// <summary>
/// A sign-in to one org with its own connections. Signs in at first use, signs in again when a call learns that the session
/// expired (once, however many calls learn it), and can revoke it. Safe for concurrent use.
/// </summary>
public sealed class SalesforceSession : IDisposable
{
    /// <summary>Nothing is sent until the first call.</summary>
    public SalesforceSession(SalesforceCredentials credentials, SalesforceOptions options, TimeProvider time)
    {
        Credentials = credentials;
        Options = options;
        Time = time;
    }

    /// <summary>The limits and times of this connection.</summary>
    public SalesforceOptions Options { get; }

    /// <summary>The org's API requests as last reported by any answer; null before the first.</summary>
    public ApiUsage? Usage { get; internal set; }

    internal SalesforceCredentials Credentials { get; }

    internal TimeProvider Time { get; }

    /// <summary>The present session; signs in if there is none.</summary>
    /// <exception cref="SalesforceException">The sign-in failed: <c>Misconfigured</c> with what to do, or <c>NotExecuted</c> for an unreachable or busy host.</exception>
    public Task<AccessToken> GetAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>A session other than <paramref name="stale"/>: signs in unless somebody already has.</summary>
    public Task<AccessToken> RenewAsync(AccessToken stale, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Ends the present session, if any, at the org and forgets it.</summary>
    public Task RevokeAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Ends a session of somebody else, such as the coordinator's former term. A token that is already dead is no error.</summary>
    public Task RevokeAsync(AccessToken token, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Closes the connections. Does not revoke the session.</summary>
    public void Dispose()
    {
    }
}
