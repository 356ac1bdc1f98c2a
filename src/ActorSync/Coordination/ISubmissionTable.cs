using ActorSync.Records;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>Submissions: what is started and has no outcome is the coordinator's state.</summary>
internal interface ISubmissionTable
{
    /// <summary>Everything started and not finished, oldest first: after a recovery, all of it is in doubt.</summary>
    Task<IReadOnlyList<Submission>> OpenAsync(CancellationToken stop);

    /// <summary>Starts submissions: from the commit of this turn on they may be outside.</summary>
    Task StartAsync(Turn turn, HeldLease lease, IReadOnlyList<Submission> submissions, CancellationToken stop);

    /// <summary>Notes the Bulk job of a submission; false if it is finished, or has another job.</summary>
    Task<bool> OpenJobAsync(Turn turn, Guid submission, string job, CancellationToken stop);

    /// <summary>Notes that the answer of a submission is lost.</summary>
    Task DoubtAsync(Turn turn, Guid submission, CancellationToken stop);

    /// <summary>Notes that the answer for some writes of a submission is lost: they are all that is left of it. False if it is finished.</summary>
    Task<bool> LeaveAsync(Turn turn, Guid submission, IReadOnlyList<OfferedWrite> lost, CancellationToken stop);

    /// <summary>Finishes a submission; false if it was finished before.</summary>
    /// <param name="outcome">JSON.</param>
    Task<bool> FinishAsync(Turn turn, Guid submission, string outcome, CancellationToken stop);

    /// <summary>The writes of submissions, also of finished ones where these are kept for a mapping that is fed by change events. Others are not in the answer.</summary>
    Task<IReadOnlyDictionary<Guid, IReadOnlyList<OfferedWrite>>> SentAsync(IReadOnlyCollection<Guid> submissions, CancellationToken stop);
}
