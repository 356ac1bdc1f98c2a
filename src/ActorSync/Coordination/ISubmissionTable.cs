using ActorSync.Records;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>Submissions: what is started and has no outcome is the coordinator's state.</summary>
internal interface ISubmissionTable
{
    /// <summary>Everything started and not finished, oldest first: after a recovery, all of it is in doubt but for what has a <see cref="Submission.Carrier"/>.</summary>
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

    /// <summary>Brings the answer of a call to whoever holds the coordinator. In one statement, and only while the node that made the call lives, by the store's clock.</summary>
    /// <param name="answer">JSON.</param>
    /// <returns>False when the node is dead, or nobody waits for the answer any more: it is finished, in doubt, or was brought.</returns>
    Task<bool> BringAsync(Guid carrier, Guid submission, string answer, CancellationToken stop);

    /// <summary>What became of calls that other coordinators have left outside. One that is taken for lost is noted as doubtful, and what is brought of it later is not taken.</summary>
    Task<IReadOnlyList<CarriedCall>> CarriedAsync(IReadOnlyCollection<Guid> submissions, CancellationToken stop);

    /// <summary>Removes an answer that was brought, in the turn that handles it.</summary>
    Task TakeBroughtAsync(Turn turn, Guid submission, CancellationToken stop);

    /// <summary>The writes of submissions, also of finished ones where these are kept for a mapping that is fed by change events. Others are not in the answer.</summary>
    Task<IReadOnlyDictionary<Guid, IReadOnlyList<OfferedWrite>>> SentAsync(IReadOnlyCollection<Guid> submissions, CancellationToken stop);
}
