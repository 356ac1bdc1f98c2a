namespace ActorSync.Operations;

/// <summary>Work that is done once an hour beside everything else. What fails is told, and tried again an hour later.</summary>
/// <param name="trouble">What could not be done, for the log.</param>
internal sealed class Chore(TimeProvider clock, SyncLog log, string trouble)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Does it now and every hour until stopped.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work(stop);
            }
            catch (Exception error)
            {
                if (!stop.IsCancellationRequested)
                {
                    log.Trouble(error, $"{trouble}; it is tried again in an hour");
                }
            }

            await Task.Delay(Interval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
