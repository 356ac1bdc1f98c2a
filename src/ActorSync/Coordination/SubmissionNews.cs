using ActorSync.Domain.Records;

namespace ActorSync.Coordination;

/// <summary>What a call brought to the coordinator; nothing, when a look at what is in doubt failed.</summary>
internal sealed record SubmissionNews(Submission Submission)
{
    /// <summary>The Bulk job that was opened for it.</summary>
    public string? Job { get; init; }

    /// <summary>What Salesforce said.</summary>
    public LaneAnswer? Answer { get; init; }

    /// <summary>What was found of each of its writes.</summary>
    public IReadOnlyList<DoubtAnswer>? Doubt { get; init; }
}
