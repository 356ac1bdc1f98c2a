using ActorSync.Records;
using ActorSync.Runtime.Turns;

namespace ActorSync.Failovers;

/// <summary>Failovers that were noticed, and what has become of what they left in doubt.</summary>
internal interface IFailovers
{
    /// <summary>All of them, oldest first.</summary>
    Task<IReadOnlyList<Failover>> ReadAsync(CancellationToken stop);

    /// <summary>Of these records, up to which place in the change log Salesforce has been asked about their writes since a failover. Others are not in the answer.</summary>
    Task<IReadOnlyDictionary<(short Mapping, Guid Entity), long>> AnsweredAsync(int failover, IReadOnlyCollection<OfferedWrite> writes, CancellationToken stop);

    /// <summary>Notes that Salesforce has been asked about these writes.</summary>
    Task AnswerAsync(Turn turn, int failover, IReadOnlyCollection<OfferedWrite> writes, CancellationToken stop);

    /// <summary>Those of some submissions that were started, or may have been sent, before a failover was noticed.</summary>
    Task<IReadOnlySet<Guid>> LeftInDoubtAsync(Turn turn, Failover failover, IReadOnlyCollection<Guid> submissions, CancellationToken stop);

    /// <summary>Notes what was corrected.</summary>
    Task CorrectAsync(Turn turn, int failover, IReadOnlyCollection<Correction> corrections, CancellationToken stop);
}
