using ActorSync.Operations;

namespace ActorSync.Coordination;

/// <summary>Forgets what finished submissions have sent, once no change event can tell of it any more, and answers that came too late.</summary>
internal sealed class SentRetention(SubmissionTable submissions, TimeProvider clock, SyncLog log)
{
    /// <summary>Runs until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => new Chore(clock, log, "what old submissions have sent could not be forgotten").RunAsync(ForgetAsync, stop);

    private async Task ForgetAsync(CancellationToken stop)
    {
        await submissions.ForgetBroughtAsync(stop);
        while (!await submissions.ForgetSentAsync(stop))
        {
        }
    }
}
