namespace ActorSync.Demo.Traffic;

/// <summary>How fast traffic runs.</summary>
/// <param name="edits">Edits of each side, as fast as <see cref="PerSecondMax"/> allows; null: a gentle pace for ever.</param>
internal sealed class TrafficPace(int? edits, TimeProvider clock)
{
    private const int PerSecondMax = 120;
    private const int PerSecondGentle = 25;
    private const int AheadMax = 50;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    /// <summary>Edits until there are enough, or until stopped.</summary>
    /// <param name="other">The other side: this one waits for it when it is far ahead, so that both edit at the same time.</param>
    public async Task RunAsync(EditTally tally, EditTally other, Func<Task> edit, CancellationToken stop)
    {
        var perSecond = edits is null ? PerSecondGentle : PerSecondMax;
        while (tally.Total < (edits ?? long.MaxValue))
        {
            // What a busy machine misses is not made up for in a burst: the allowance never exceeds one tick.
            var before = tally.Total;
            while (tally.Total - before < Math.Max(1, perSecond * Tick.TotalSeconds) && tally.Total < other.Total + AheadMax)
            {
                stop.ThrowIfCancellationRequested();
                await edit();
            }

            await Task.Delay(Tick, clock, stop);
        }
    }
}
