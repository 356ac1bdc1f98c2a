namespace ActorSync.Runtime.Hosting;

/// <summary>Lets one loop sleep until another has something for it, or a time has passed. Signals that come while nobody waits are kept as one. A rest that ends by itself throws nothing:
/// an exception would cost more than the look behind it.</summary>
/// <param name="followers">Signalled with it; null: none.</param>
public sealed class Wakeup(TimeProvider clock, IReadOnlyList<Wakeup>? followers = null)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<bool>? _waiting;
    private bool _isSignalled;

    /// <summary>Longest rest of a loop while signals can be missing: what other nodes do wakes nobody here.</summary>
    public TimeSpan RestMax { get; set; } = TimeSpan.MaxValue;

    /// <summary>A rest that is not longer than <see cref="RestMax"/>.</summary>
    public TimeSpan Within(TimeSpan rest) => rest < RestMax ? rest : RestMax;

    /// <summary>Wakes the waiter now, or the next one at once.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            // One whose time was up in this moment has not been told: the next one is.
            _isSignalled = _waiting?.TrySetResult(true) != true;
            _waiting = null;
        }

        foreach (var follower in followers ?? [])
        {
            follower.Signal();
        }
    }

    /// <summary>Waits for a signal, at most <paramref name="atMost"/>. Polling is the truth, signals only make it quicker. One loop waits at a time.</summary>
    /// <returns>True when it was signalled.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken stop)
    {
        var waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isSignalled)
            {
                _isSignalled = false;
                return true;
            }

            if (atMost <= TimeSpan.Zero)
            {
                return false;
            }

            _waiting = waiting;
        }

        using var timeout = clock.CreateTimer(static waiting => ((TaskCompletionSource<bool>)waiting!).TrySetResult(false), waiting, atMost, Timeout.InfiniteTimeSpan);
        using var stopped = stop.UnsafeRegister(static (waiting, stop) => ((TaskCompletionSource<bool>)waiting!).TrySetCanceled(stop), waiting);
        return await waiting.Task;
    }
}
