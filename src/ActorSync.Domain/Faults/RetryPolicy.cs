namespace ActorSync.Domain.Faults;

/// <summary>
/// When to try again: exponential with full-range jitter below it, bounded in delay and in number of attempts. Pure: the random number is passed in.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary>Delay after the first failed attempt, before jitter. More than zero.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>No delay is longer than this, whatever the attempt. At least <see cref="FirstDelay"/>.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Attempts in all, the first one included. 1 means: never try again.</summary>
    public int AttemptsMax { get; init; } = 8;

    /// <summary>Share of each delay that is random, 0 (none) to 1 (all of it).</summary>
    public double JitterShare { get; init; } = 0.5;

    /// <summary>
    /// The delay before the next attempt, or null when <paramref name="attempt"/> was the last one.
    /// </summary>
    /// <param name="attempt">Number of the attempt that just failed, from 1.</param>
    /// <param name="random">A random number in [0, 1).</param>
    public TimeSpan? DelayAfter(int attempt, double random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(random);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(random, 1.0);
        if (attempt >= AttemptsMax)
        {
            return null;
        }

        double whole = Math.Min(FirstDelay.TotalMilliseconds * Math.Pow(2, attempt - 1), DelayMax.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(whole * (1 - (JitterShare * random)));
    }

    /// <summary>As <see cref="DelayAfter(int, double)"/>, but never shorter than what the fault itself asks for.</summary>
    public TimeSpan? DelayAfter(int attempt, double random, SyncFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        TimeSpan floor = fault switch
        {
            SyncFault.Throttled throttled => throttled.WaitAtLeast,
            SyncFault.NotExecuted notExecuted => notExecuted.RetryAfter,
            _ => TimeSpan.Zero,
        };
        return DelayAfter(attempt, random) is { } delay ? (delay < floor ? floor : delay) : null;
    }
}
