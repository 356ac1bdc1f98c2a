using ActorSync.Runtime.Sharding;

namespace ActorSync.Cluster;

/// <summary>The loops that run under some leases of this node: they are started together and stopped together.</summary>
internal sealed class HeldLoops : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly Task _running;

    private HeldLoops(IReadOnlyList<HeldLease> leases, Func<CancellationToken, CancellationToken, IEnumerable<Task>> start)
    {
        Leases = leases;
        _running = Task.WhenAll(start(_stop.Token, _abandon.Token).Select(FailTogetherAsync).ToArray());
    }

    /// <summary>What the loops run under.</summary>
    public IReadOnlyList<HeldLease> Leases { get; }

    /// <summary>Completes when the loops have ended, or when the first has failed.</summary>
    public Task Ended => _running;

    /// <summary>Cancelled when the loops have been told to end.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <param name="start">Given when to stop, and when to wait no longer for what is outside.</param>
    public static HeldLoops Start(IReadOnlyList<HeldLease> leases, Func<CancellationToken, CancellationToken, IEnumerable<Task>> start) => new(leases, start);

    /// <summary>Lets the loops end. When it returns nothing of them runs any more.</summary>
    /// <param name="drainMax">How long what is outside may take.</param>
    public async Task StopAsync(TimeSpan drainMax)
    {
        await _stop.CancelAsync();
        if (drainMax > TimeSpan.Zero)
        {
            _abandon.CancelAfter(drainMax);
        }
        else
        {
            await _abandon.CancelAsync();
        }

        await _running;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _abandon.Dispose();
    }

    // One loop that fails does not leave the others behind.
    private async Task FailTogetherAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch
        {
            await _stop.CancelAsync();
            throw;
        }
    }
}
