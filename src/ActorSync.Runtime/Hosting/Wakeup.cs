namespace ActorSync.Runtime.Hosting;

/// <summary>Lets one loop sleep until another has something for it, or a time has passed. Signals that come while nobody waits are kept as one.</summary>
/// <param name="followers">Signalled with it; null: none.</param>
public sealed class Wakeup(TimeProvider clock, IReadOnlyList<Wakeup>? followers = null) : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Lock _gate = new();

    /// <summary>Longest rest of a loop while signals can be missing: what other nodes do wakes nobody here.</summary>
    public TimeSpan RestMax { get; set; } = TimeSpan.MaxValue;

    /// <summary>A rest that is not longer than <see cref="RestMax"/>.</summary>
    public TimeSpan Within(TimeSpan rest) => rest < RestMax ? rest : RestMax;

    /// <summary>Wakes the waiter now, or the next one at once.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }

        foreach (var follower in followers ?? [])
        {
            follower.Signal();
        }
    }

    /// <summary>Waits for a signal, at most <paramref name="atMost"/>.</summary>
    /// <returns>True when it was signalled.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            await _signal.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Time is up: polling is the truth, signals only make it quicker.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();
}
