using ActorSync.Operations;

namespace ActorSync.Coordination;

/// <summary>Forgets what finished submissions have sent, once no change event can tell of it any more, and answers that came too late.</summary>
internal sealed class SentRetention(SubmissionTable submissions, TimeProvider clock, SyncLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await submissions.ForgetBroughtAsync(stop);
                while (!await submissions.ForgetSentAsync(stop))
                {
                }
            }
            catch (Exception error)
            {
                if (!stop.IsCancellationRequested)
                {
                    log.Trouble(error, "what old submissions have sent could not be forgotten; it is tried again in an hour");
                }
            }

            await Task.Delay(Interval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
