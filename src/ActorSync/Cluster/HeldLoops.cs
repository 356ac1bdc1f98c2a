using ActorSync.Runtime.Sharding;

namespace ActorSync.Cluster;

/// <summary>The loops that run under some leases of this node: they are started together and stopped together. What they have outside then may take longer than the leases are held.</summary>
internal sealed class HeldLoops : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly Task _running;
    private readonly Func<bool, CancellationToken, Task> _carry;

    private HeldLoops(IReadOnlyList<HeldLease> leases, Func<CancellationToken, CancellationToken, IEnumerable<Task>> start, Func<bool, CancellationToken, Task> carry)
    {
        (Leases, _carry) = (leases, carry);
        _running = Task.WhenAll(start(_stop.Token, _abandon.Token).Select(FailTogetherAsync).ToArray());
    }

    /// <summary>What the loops run under.</summary>
    public IReadOnlyList<HeldLease> Leases { get; }

    /// <summary>Completes when the loops have ended, or when the first has failed.</summary>
    public Task Ended => _running;

    /// <summary>Cancelled when the loops have been told to end.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <param name="start">Given when to stop, and when to wait no longer for what is outside.</param>
    /// <param name="carry">What becomes of what is outside when the loops have ended; given whether the leases are still held, and when to wait no longer for it. Null: nothing is.</param>
    public static HeldLoops Start(IReadOnlyList<HeldLease> leases, Func<CancellationToken, CancellationToken, IEnumerable<Task>> start, Func<bool, CancellationToken, Task>? carry = null) =>
        new(leases, start, carry ?? ((_, _) => Task.CompletedTask));

    /// <summary>Lets the loops end. When it returns nothing runs under the leases any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>After the loops have ended: completes when nothing of them is outside any more, or nobody waits for it.</summary>
    /// <param name="isHeld">The leases are still held: nobody else waits for them.</param>
    public Task CarryAsync(bool isHeld) => _carry(isHeld, _abandon.Token);

    /// <summary>From now on what is outside may take no longer than this.</summary>
    public void AbandonAfter(TimeSpan carriedMax)
    {
        if (carriedMax > TimeSpan.Zero)
        {
            _abandon.CancelAfter(carriedMax);
        }
        else
        {
            _abandon.Cancel();
        }
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
