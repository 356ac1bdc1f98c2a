using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce.Session;

/// <summary>
/// A sign-in to one org with its own connections. Signs in at first use, signs in again when a call learns that the session
/// expired or that the org has moved, and can revoke it. One sign-in at a time: calls that want one meanwhile share it and its failure. Safe for concurrent use.
/// </summary>
public sealed class SalesforceSession : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource disposed = new();
    private readonly SalesforceCredentials credentials;
    private readonly OAuthEndpoint endpoint;
    private volatile AccessToken? current;
    private volatile ApiUsage? usage;
    private Task<AccessToken>? signingIn;
    private Refusal? refusal;
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
    public ApiUsage? Usage => usage;

    internal TimeProvider Time { get; }

    internal HttpExchange Exchange { get; }

    /// <summary>The present session; signs in if there is none.</summary>
    /// <exception cref="SalesforceException">
    /// The sign-in failed: <c>Misconfigured</c> with what to do, or <c>NotExecuted</c> or <c>Throttled</c> for an unreachable or busy host. A refusal is told again without
    /// asking for <see cref="SalesforceOptions.SignInRefusalKept"/>, or as long as the host says.
    /// </exception>
    public Task<AccessToken> GetAsync(CancellationToken cancellation) =>
        current is { } token ? Task.FromResult(token) : SignInAsync(stale: null, cancellation);

    /// <summary>A session other than <paramref name="stale"/>: signs in unless somebody already has.</summary>
    /// <exception cref="SalesforceException">As <see cref="GetAsync"/>.</exception>
    public Task<AccessToken> RenewAsync(AccessToken stale, CancellationToken cancellation) => SignInAsync(stale, cancellation);

    /// <summary>Ends the present session, if any, at the org and forgets it.</summary>
    /// <exception cref="SalesforceException">The org could not be told; the session is forgotten all the same.</exception>
    public async Task RevokeAsync(CancellationToken cancellation)
    {
        if (Forget(current) is { } token)
        {
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

    /// <summary>Closes the connections and gives up a sign-in under way. Does not revoke the session.</summary>
    public void Dispose()
    {
        disposed.Cancel();
        Exchange.Dispose();
        disposed.Dispose();
    }

    /// <summary>
    /// Sends to the org. Where its address does not resolve any more or points elsewhere, the org has moved (a My Domain renamed, an instance refreshed): the session
    /// is forgotten, and the next call signs in and is told the new one.
    /// </summary>
    /// <exception cref="SalesforceException">There is no answer, or the budget does not hold the call.</exception>
    internal async Task<ExchangeAnswer> SendAsync(ExchangeRequest request, AccessToken token, RequestDeadline deadline)
    {
        await TakeAsync(request, deadline);
        try
        {
            ExchangeAnswer answer = await Exchange.SendAsync(request, deadline);
            if (answer.MovedTo is not null)
            {
                Forget(token);
            }

            return answer;
        }
        catch (SalesforceException e) when (e.Fault is SyncFault.NotExecuted fault)
        {
            if (request.Counted is { } call)
            {
                Options.Budget?.GiveBack(call);
            }

            if (fault.Code == TransportFaults.HostNotFound)
            {
                Forget(token);
            }

            throw;
        }
    }

    /// <summary>What an answer tells of the org's API requests. Null, as of most faults, is no news: calls made since the last count stay added to it.</summary>
    internal void Learn(ApiUsage? told)
    {
        if (told is not null)
        {
            usage = told;
            Options.Budget?.Heard(told);
        }
    }

    /// <summary>What a fault tells of the org: that its API requests of the day are used up.</summary>
    internal void Learn(SyncFault fault)
    {
        if (SalesforceFaults.IsOfDailyLimit(fault))
        {
            Options.Budget?.HeardUsedUp();
        }
    }

    private async Task TakeAsync(ExchangeRequest request, RequestDeadline deadline)
    {
        if (request.Counted is not { } call || Options.Budget is not { } budget)
        {
            return;
        }

        try
        {
            await budget.TakeAsync(call, request.Operation, deadline.Token);
        }
        catch (OperationCanceledException e) when (!deadline.CallerGaveUp)
        {
            throw new SalesforceException(TransportFaults.TooLateToSend(deadline.Allowed), request.Operation, e);
        }
    }

    private AccessToken? Forget(AccessToken? token)
    {
        lock (gate)
        {
            current = ReferenceEquals(current, token) ? null : current;
            return token;
        }
    }

    /// <summary>Everybody waits for the same sign-in, each as long as he likes: it is nobody's own and goes on when one gives up.</summary>
    private Task<AccessToken> SignInAsync(AccessToken? stale, CancellationToken cancellation)
    {
        Task<AccessToken> shared;
        lock (gate)
        {
            if (current is { } other && !ReferenceEquals(other, stale))
            {
                return Task.FromResult(other);
            }

            if (refusal is { } told && Time.GetElapsedTime(told.At) < told.Kept)
            {
                return Task.FromException<AccessToken>(new SalesforceException(told.Fault, told.Operation));
            }

            // Not here: whoever signs in reads a file, and ends by taking this lock.
            CancellationToken ending = disposed.Token;
            shared = signingIn ??= Task.Run(() => SignInOnceAsync(ending), CancellationToken.None);
        }

        return shared.WaitAsync(cancellation);
    }

    private async Task<AccessToken> SignInOnceAsync(CancellationToken ending)
    {
        AccessToken? token = null;
        Refusal? refused = null;
        try
        {
            TokenAnswer answer = await endpoint.SignInAsync(credentials, rotatedToken, ending);
            token = new(new Uri(answer.InstanceUrl), answer.AccessToken);
            await KeepRotatedAsync(answer.RefreshToken, ending);
            return token;
        }
        catch (SalesforceException e) when (e.Fault is SyncFault.Misconfigured or SyncFault.Throttled)
        {
            refused = new(e.Fault, e.Operation, Time.GetTimestamp(), e.Fault is SyncFault.Throttled throttled ? throttled.WaitAtLeast : Options.SignInRefusalKept);
            throw;
        }
        finally
        {
            lock (gate)
            {
                (current, refusal, signingIn) = (token, refused, null);
            }
        }
    }

    /// <summary>Why there is no session, since when, and for how long nobody asks again.</summary>
    private sealed record Refusal(SyncFault Fault, string Operation, long At, TimeSpan Kept);

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
