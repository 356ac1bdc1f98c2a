using ActorSync.Operations;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Coordination;

/// <summary>The calls that a coordinator leaves outside when its lease goes to another node. They stay here, with the node that made them, and their answers are brought to whoever holds the
/// coordinator then. Nothing of the coordinator's is written: an answer is data, and counts only while this node is known to live. Jobs of Bulk API are not carried, their state is asked for.</summary>
internal sealed class CarriedCalls(SubmissionCalls calls, ISubmissionTable submissions, NodeTerm term, TimeProvider clock, SyncLog log)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    // A database that hangs is no reason to stay for ever.
    private static readonly TimeSpan StatementMax = TimeSpan.FromSeconds(5);

    private readonly CancellationToken _lost = term.Lost;
    private bool _isGivenUp;

    /// <summary>Brings the answers as they come, until no call is left. The coordinator's loop has ended.</summary>
    /// <param name="abandon">The calls are cancelled: they have their last word, and no more is tried again.</param>
    public async Task RunAsync(CancellationToken abandon)
    {
        // Looked at before the answers are: what a call brings, it brings before it ends.
        for (var over = calls.AreOver; !_lost.IsCancellationRequested; over = calls.AreOver)
        {
            while (calls.Next is { } news)
            {
                if (news is { Answer: { } answer, Submission.Api: Domain.Submissions.SubmissionApi.Soap })
                {
                    await BringAsync(news.Submission, answer, abandon);
                }

                calls.Taken();
            }

            if (over)
            {
                return;
            }

            await calls.AnsweredAsync(_lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Has the answers journaled as they come, until no call is left: the coordinator's loop has ended, and its lease is still held. What does not answer in time is in doubt for the next holder, which asks
    /// of Bulk jobs what became of them.</summary>
    /// <param name="finish">Journals what has come; true if something had.</param>
    public async Task DrainAsync(Func<CancellationToken, Task<bool>> finish, CancellationToken abandon)
    {
        try
        {
            for (var over = calls.AreOver; await finish(abandon) || !over; over = calls.AreOver)
            {
                await calls.AnsweredAsync(abandon);
            }
        }
        catch (Exception error) when (error is OperationCanceledException || PostgresTrouble.IsEnvironment(error) || error is StaleLeaseException)
        {
            log.Trouble(error, "not every answer could be journaled before the stop; the rest is in doubt for the next holder");
        }
    }

    private async Task BringAsync(Submission submission, LaneAnswer answer, CancellationToken abandon)
    {
        var text = AnswerText.Write(answer);
        while (!_isGivenUp && !_lost.IsCancellationRequested)
        {
            try
            {
                var isBrought = await submissions.BringAsync(term.Id, submission.Id, text, _lost).WaitAsync(StatementMax, clock, _lost);
                log.Brought(submission, isBrought);
                return;
            }
            catch (Exception) when (_lost.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                log.Trouble(error, $"the answer of submission {submission.Id} could not be brought to the coordinator's next holder");
                _isGivenUp = abandon.IsCancellationRequested;
                if (!PostgresTrouble.IsEnvironment(error))
                {
                    return;
                }
            }

            await Task.Delay(RetryDelay, clock, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
