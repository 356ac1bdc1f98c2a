using System.Collections.Concurrent;
using System.Numerics;
using System.Threading.Channels;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Operations;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>The calls about submissions that are outside, and what they brought. A call ends when its news is in the coordinator's hands; none throws.</summary>
internal sealed class SubmissionCalls(
    SoapLane lane, BulkLane? bulk, DoubtProbe probe, ITurnStore turns, NodeTerm term, IReadOnlyDictionary<short, ObjectMapping> mappings, Wakeup wakeup, CoordinatorOptions options,
    TimeProvider clock, SyncLog log)
{
    // Answers read and not journaled yet; a call that finds no room waits with its answer in hand.
    private const int AnswersMax = 256;

    // Between lookups of one submission that fail: its records wait for them.
    private static readonly TimeSpan LookupPauseMax = TimeSpan.FromSeconds(10);

    private readonly Channel<SubmissionNews> _answers = Channel.CreateBounded<SubmissionNews>(AnswersMax);
    private readonly List<Task> _calls = [];
    private readonly ConcurrentDictionary<Guid, int> _missed = [];
    private readonly RetryPolicy _lookups = options.Retry with { AttemptsMax = int.MaxValue, DelayMax = options.Retry.DelayMax < LookupPauseMax ? options.Retry.DelayMax : LookupPauseMax };

    /// <summary>The next answer, which stays the next one until it is <see cref="Taken"/>; null: there is none.</summary>
    public SubmissionNews? Next => _answers.Reader.TryPeek(out var news) ? news : null;

    /// <summary>True when nothing is under way; answers may be left.</summary>
    public bool AreOver => _calls.TrueForAll(call => call.IsCompleted);

    /// <summary>The next answer is journaled.</summary>
    public void Taken() => _answers.Reader.TryRead(out _);

    /// <summary>Forgets the calls that have ended.</summary>
    public void Sweep() => _calls.RemoveAll(call => call.IsCompleted);

    /// <summary>Completes when there is an answer to take, or no call is left that could bring one.</summary>
    public async Task AnsweredAsync(CancellationToken stop) =>
        await await Task.WhenAny(Task.WhenAll(_calls), _answers.Reader.WaitToReadAsync(stop).AsTask()).WaitAsync(stop);

    /// <summary>Sends a submission that was journaled, or opens the job that is to carry it.</summary>
    /// <param name="began">When it was started, a timestamp of the clock.</param>
    public void Send(Submission submission, long began, CancellationToken abandon) =>
        _calls.Add(submission.Api == SubmissionApi.Bulk ? OpenJobAsync(submission, abandon) : SendAsync(submission, began, abandon));

    /// <summary>Gives a job that was journaled its records, and follows it.</summary>
    public void Run(Submission submission, CancellationToken stop) => _calls.Add(FollowAsync(submission, bulk!.RunAsync, stop));

    /// <summary>Learns what became of a job of an earlier term.</summary>
    public void Settle(Submission submission, CancellationToken stop) => _calls.Add(FollowAsync(submission, bulk!.SettleAsync, stop));

    /// <summary>Looks up every record of a submission that has settled.</summary>
    public void Probe(Submission submission, CancellationToken stop) => _calls.Add(ProbeAsync(submission, stop));

    private async Task SendAsync(Submission submission, long began, CancellationToken abandon)
    {
        LaneAnswer answer;
        try
        {
            answer = !term.IsTrusted ? NotSent("LEASE_LOST", "the lease was not trusted at the time of sending")
                : IsLate(began) ? NotSent("TOO_LATE", "its submission was started too long ago")
                : await lane.SendAsync(mappings[submission.Mapping], submission.Operation, submission.Writes, submission.Id, abandon);
        }
        catch (Exception error)
        {
            answer = new LaneAnswer(null, new SyncFault.InDoubt("UNKNOWN", error.Message));
        }

        await CrashPoints.ReachAsync(CrashPoint.AfterAnswer);
        await TellAsync(new SubmissionNews(submission) { Answer = answer });
    }

    private async Task OpenJobAsync(Submission submission, CancellationToken abandon)
    {
        (string? Job, LaneAnswer? Refused) opened;
        try
        {
            opened = await bulk!.OpenAsync(mappings[submission.Mapping], submission, abandon);
        }
        catch (Exception error)
        {
            // A job that nobody knows stays open and is never given a record.
            opened = (null, new LaneAnswer(null, new SyncFault.NotExecuted("NO_JOB", error.Message, TimeSpan.Zero)));
        }

        await TellAsync(new SubmissionNews(submission) { Job = opened.Job, Answer = opened.Refused });
    }

    private async Task FollowAsync(Submission submission, Func<ObjectMapping, Submission, CancellationToken, Task<LaneAnswer?>> follow, CancellationToken stop)
    {
        // Ten thousand records become CSV here: not on the time of the others.
        await Task.Yield();
        var answer = submission.JobId is null
            ? NotSent("NO_JOB", "it was started before this term, and no job was given its records")
            : await bulk!.KeepAsync(follow, mappings[submission.Mapping], submission, stop);
        if (answer is not null)
        {
            await CrashPoints.ReachAsync(CrashPoint.AfterAnswer);
            await TellAsync(new SubmissionNews(submission) { Answer = answer });
        }
    }

    private async Task ProbeAsync(Submission submission, CancellationToken stop)
    {
        IReadOnlyList<DoubtAnswer>? answers = null;
        try
        {
            var readBegan = await turns.NowAsync(stop);
            answers = await probe.AnswerAsync(mappings[submission.Mapping], submission, readBegan, stop);
            _missed.TryRemove(submission.Id, out _);
        }
        catch (Exception error)
        {
            await (stop.IsCancellationRequested ? Task.CompletedTask : RestAsync(submission.Id, error, stop));
        }

        await TellAsync(new SubmissionNews(submission) { Doubt = answers });
    }

    // In an outage every submission in doubt comes here again and again: said when it begins and ever less often, and not asked four times a second.
    private async Task RestAsync(Guid submission, Exception error, CancellationToken abandon)
    {
        var missed = _missed.AddOrUpdate(submission, 1, (_, times) => times + 1);
        var pause = _lookups.DelayAfter(missed, 0)!.Value;
        if (BitOperations.IsPow2(missed))
        {
            log.Trouble(error, $"submission {submission} could not be looked up yet; it stays in doubt and is looked up again{(missed > 1 ? $" (the {missed}th time)" : "")}");
        }

        await Task.Delay(pause, clock, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task TellAsync(SubmissionNews news)
    {
        await _answers.Writer.WriteAsync(news, CancellationToken.None);
        wakeup.Signal();
    }

    // The node's clock counts the time in which the machine sleeps.
    private bool IsLate(long began) => clock.GetElapsedTime(began) > CoordinatorOptions.SendWithin;

    private static LaneAnswer NotSent(string code, string reason) => new(null, new SyncFault.NotExecuted(code, reason, TimeSpan.Zero));
}
