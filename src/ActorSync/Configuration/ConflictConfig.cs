namespace ActorSync.Configuration;

/// <summary>What happens when both sides changed one field; the default of mappings and fields that say nothing.</summary>
internal sealed record ConflictConfig
{
    public required ConflictPolicyConfig Policy { get; init; }

    /// <summary>Commit times closer than this are equal: <see cref="TieBreak"/> decides. 1 s to 5 min; SystemModstamp has seconds only.</summary>
    public required TimeSpan ClockTolerance { get; init; }

    public required TieBreakConfig TieBreak { get; init; }
}

/// <summary>Conflict policies that can be configured.</summary>
internal enum ConflictPolicyConfig
{
    /// <summary><c>latest-wins</c>: the later commit time wins, the tie-break inside the clock tolerance.</summary>
    LatestWins,

    /// <summary><c>salesforce-wins</c></summary>
    SalesforceWins,

    /// <summary><c>postgres-wins</c></summary>
    PostgresWins,

    /// <summary><c>manual</c>: the field waits in the record's inbox until somebody chooses.</summary>
    Manual,

    /// <summary><c>counter</c>: what both sides add is summed; of a single field only.</summary>
    Counter,
}

/// <summary>Who wins under <see cref="ConflictPolicyConfig.LatestWins"/> when the two commit times cannot be told apart.</summary>
internal enum TieBreakConfig
{
    /// <summary><c>salesforce-wins</c></summary>
    SalesforceWins,

    /// <summary><c>postgres-wins</c></summary>
    PostgresWins,
}
