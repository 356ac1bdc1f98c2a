using System.Text.Json;
using ActorSync.Domain.Submissions;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>Submissions as events of the coordinator's journal and as the state that is left of them, always in one turn. A submission that somebody else has finished or taken up says that the lease is
/// no longer ours, before the fence would: a node that wakes up late with an answer learns it here.</summary>
internal sealed class SubmissionJournal(ISubmissionTable table, HeldLease lease)
{
    private static readonly ActorId Coordinator = new(0, Guid.Empty);

    /// <summary>Everything started and not finished.</summary>
    public Task<IReadOnlyList<Submission>> OpenAsync(CancellationToken stop) => table.OpenAsync(stop);

    /// <summary>Starts submissions: from the commit of this turn on they may be outside.</summary>
    public async Task StartAsync(Turn turn, IReadOnlyList<Submission> submissions, CancellationToken stop)
    {
        await table.StartAsync(turn, lease, submissions, stop);
        foreach (var submission in submissions)
        {
            var started = new SubmissionStarted(
                submission.Id, submission.Mapping, submission.Operation, submission.Api == SubmissionApi.Bulk ? "bulk" : "soap",
                [.. submission.Writes.Select(write => new SubmittedWrite(write.Entity, write.WriteNo))]);
            turn.Journal(lease, Coordinator, "submission-started", JsonSerializer.Serialize(started, SubmissionJson.Default.SubmissionStarted));
        }
    }

    /// <summary>Notes the job that is to carry a submission: only after the commit of this turn it may be given records.</summary>
    public async Task OpenJobAsync(Turn turn, Guid submission, string job, CancellationToken stop)
    {
        if (!await table.OpenJobAsync(turn, submission, job, stop))
        {
            throw new StaleLeaseException($"submission {submission} has an outcome already, or another job");
        }

        turn.Journal(lease, Coordinator, "submission-job", JsonSerializer.Serialize(new SubmissionJobOpened(submission, job), SubmissionJson.Default.SubmissionJobOpened));
    }

    /// <summary>Notes that the answer of a submission is lost.</summary>
    public async Task DoubtAsync(Turn turn, Guid submission, string reason, CancellationToken stop)
    {
        await table.DoubtAsync(turn, submission, stop);
        turn.Journal(lease, Coordinator, "submission-doubted", JsonSerializer.Serialize(new SubmissionDoubted(submission, reason), SubmissionJson.Default.SubmissionDoubted));
    }

    /// <summary>Notes that the answer for some writes of a submission is lost, in the turn that mails the outcomes of the others; throws if it was finished before.</summary>
    public async Task LeaveAsync(Turn turn, Guid submission, IReadOnlyList<OfferedWrite> lost, int told, string reason, CancellationToken stop)
    {
        if (!await table.LeaveAsync(turn, submission, lost, stop))
        {
            throw new StaleLeaseException($"submission {submission} has an outcome already");
        }

        turn.Journal(
            lease, Coordinator, "submission-doubted", JsonSerializer.Serialize(new SubmissionDoubted(submission, reason) { Told = told }, SubmissionJson.Default.SubmissionDoubted));
    }

    /// <summary>Finishes a submission; throws if it was finished before, so that no outcome is mailed twice.</summary>
    public async Task FinishAsync(Turn turn, SubmissionFinished finished, CancellationToken stop)
    {
        var body = JsonSerializer.Serialize(finished, SubmissionJson.Default.SubmissionFinished);
        if (!await table.FinishAsync(turn, finished.Id, body, stop))
        {
            throw new StaleLeaseException($"submission {finished.Id} has an outcome already");
        }

        turn.Journal(lease, Coordinator, "submission-finished", body);
    }
}
