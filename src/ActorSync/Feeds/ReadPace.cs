using ActorSync.Salesforce.Budget;

namespace ActorSync.Feeds;

/// <summary>Which reads the API budget lets a feed make, and how far apart its polls are.</summary>
/// <param name="objects">Feeds that share the budget.</param>
internal sealed class ReadPace(ApiBudget budget, int objects)
{
    /// <summary>A feed that may not read looks again after this.</summary>
    public static readonly TimeSpan HeldPause = TimeSpan.FromSeconds(1);

    /// <summary>The time between polls as the budget has it now.</summary>
    /// <param name="usual">While there is plenty.</param>
    public TimeSpan Slowed(TimeSpan usual) => budget.PollPause(usual, objects);

    /// <summary>True if the budget holds a page of the initial load.</summary>
    public bool AllowsLoad => budget.Allows(ApiUse.Load);

    /// <summary>True if it holds what records wait for.</summary>
    public bool AllowsReadBack => budget.Allows(ApiUse.Read);

    /// <summary>True if it holds a poll.</summary>
    public bool AllowsPoll => budget.Allows(ApiUse.Poll);
}
