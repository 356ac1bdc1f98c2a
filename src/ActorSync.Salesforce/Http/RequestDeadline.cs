namespace ActorSync.Salesforce.Http;

/// <summary>
/// The absolute end of one request by the timestamps of a clock, which are to count the time in which the process or the machine was suspended; what the wall clock is set to does
/// not matter. Timers may stand still while a machine sleeps: one looks again every <see cref="RecheckPeriod"/>, so that a suspension is noticed at most one period after waking.
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    internal static readonly TimeSpan RecheckPeriod = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time;
    private readonly TimeSpan allowed;
    private readonly long startedAt;
    private readonly CancellationToken caller;
    private readonly CancellationTokenSource expiry;
    private readonly CancellationTokenSource either;
    private readonly ITimer recheck;

    public RequestDeadline(TimeProvider time, TimeSpan allowed, CancellationToken caller)
    {
        this.time = time;
        this.allowed = allowed;
        this.caller = caller;
        startedAt = time.GetTimestamp();
        expiry = new CancellationTokenSource(allowed, time);
        either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, caller);
        recheck = time.CreateTimer(static state => ((RequestDeadline)state!).Recheck(), this, RecheckPeriod, RecheckPeriod);
    }

    /// <summary>Cancelled at the deadline, or when the caller gives up.</summary>
    public CancellationToken Token => either.Token;

    public bool IsPast => time.GetElapsedTime(startedAt) >= allowed;

    public bool CallerGaveUp => caller.IsCancellationRequested;

    public TimeSpan Allowed => allowed;

    public void ThrowIfCallerGaveUp() => caller.ThrowIfCancellationRequested();

    public void Dispose()
    {
        recheck.Dispose();
        either.Dispose();
        expiry.Dispose();
    }

    private void Recheck()
    {
        if (!IsPast)
        {
            return;
        }

        try
        {
            expiry.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended while this callback was on its way.
        }
    }
}
