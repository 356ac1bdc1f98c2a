using ActorSync.Domain.Faults;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Ready writes that leave as one submission.</summary>
internal sealed record ReadyCut(SubmissionApi Api, IReadOnlyList<ReadyWrite> Writes);

/// <summary>The writes that may be cut into submissions, and the rule by which they are.</summary>
internal interface IReadyWrites
{
    /// <summary>True when some are at hand.</summary>
    bool Any { get; }

    /// <summary>How many are at hand.</summary>
    int Count { get; }

    /// <summary>When the next write that waits for its due time may go; null when none does.</summary>
    DateTimeOffset? NextDue { get; }

    /// <summary>Reads what is offered.</summary>
    /// <param name="outside">Submissions started and not finished.</param>
    /// <returns>Whether anything new was read, and the store's clock.</returns>
    Task<(bool News, DateTimeOffset Now)> ReadAsync(IReadOnlyCollection<Submission> outside, CancellationToken stop);

    /// <summary>Births that wait for each other, and what each of these is to be offered without.</summary>
    IReadOnlyList<(ReadyWrite Write, FieldNames Fields)> Cycles();

    /// <summary>Forgets births that went back to their actors to be offered again.</summary>
    void Untie(IReadOnlyCollection<ReadyWrite> births, DateTimeOffset now);

    /// <summary>The submissions to start now.</summary>
    /// <param name="jobStartsMax">Jobs that may be among them.</param>
    IReadOnlyList<ReadyCut> Cut(IReadOnlyCollection<Submission> outside, DateTimeOffset now, int jobStartsMax = int.MaxValue);

    /// <summary>Forgets writes whose submission has been committed.</summary>
    void Remove(IEnumerable<ReadyWrite> writes);
}
