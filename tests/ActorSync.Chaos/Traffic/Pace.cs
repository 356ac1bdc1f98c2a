namespace ActorSync.Chaos.Traffic;

/// <summary>So many a second. What a busy machine misses is not made up for in a burst.</summary>
internal sealed class Pace(double perSecond, TimeProvider clock)
{
    private readonly TimeSpan _between = TimeSpan.FromSeconds(1 / perSecond);
    private DateTimeOffset _next = clock.GetUtcNow();

    /// <summary>Waits for the next turn, or for the stop.</summary>
    public async Task NextAsync(CancellationToken stop)
    {
        _next += _between;
        var now = clock.GetUtcNow();
        if (_next <= now)
        {
            _next = now;
            return;
        }

        await Task.Delay(_next - now, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
