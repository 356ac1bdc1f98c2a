namespace ActorSync.Runtime.Turns;

/// <summary>Asks, in one cheap statement, whether a turn could find anything: the store's snapshot moved since the last look, or an envelope is due.</summary>
internal sealed class PollGate(ITurnStore store, int[] addresses, TimeProvider clock)
{
    private static readonly TimeSpan LookAnywayInterval = TimeSpan.FromMilliseconds(500);

    private string _snapshot = "";
    private long _lookedAt = clock.GetTimestamp();

    public async Task<bool> HasWorkAsync(CancellationToken stop)
    {
        var (snapshot, hasDueMail) = await store.GlanceAsync(addresses, stop);
        var moved = snapshot != _snapshot || clock.GetElapsedTime(_lookedAt) > LookAnywayInterval;
        if (moved)
        {
            _snapshot = snapshot;
            _lookedAt = clock.GetTimestamp();
        }

        return moved || hasDueMail;
    }
}
