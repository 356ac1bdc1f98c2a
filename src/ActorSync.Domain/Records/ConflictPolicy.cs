namespace ActorSync.Domain.Records;

/// <summary>Who wins a field that both sides changed (record-semantics, rule 5).</summary>
public enum ConflictPolicy
{
    /// <summary>The later commit wins; inside the clock tolerance the mapping's tie-break decides.</summary>
    LatestWins,

    /// <summary>Salesforce's value wins.</summary>
    SalesforceWins,

    /// <summary>PostgreSQL's value wins.</summary>
    PostgresWins,

    /// <summary>Nobody wins by itself: both values wait in the record's inbox, and the field stays as it is on both sides until somebody chooses.</summary>
    Manual,

    /// <summary>Numbers: what both sides added is added up. Needs every change of Salesforce as a change event, in order.</summary>
    Counter,
}

/// <summary>One of the two sides.</summary>
public enum Side
{
    /// <summary>The mapped table.</summary>
    Postgres,

    /// <summary>The Salesforce object.</summary>
    Salesforce,
}

/// <summary>Decides one conflict. Pure.</summary>
public static class ConflictRule
{
    /// <summary>The winner of a field changed on both sides.</summary>
    /// <param name="policy">The field's policy.</param>
    /// <param name="localAt">When the local change committed or was captured, PostgreSQL's clock.</param>
    /// <param name="remoteAt">SystemModstamp of the remote image, Salesforce's clock, whole seconds.</param>
    /// <param name="clockTolerance">Below this distance the order of two clocks is unknown; 2 s by default.</param>
    /// <param name="tieBreak">Who wins when the order is unknown.</param>
    public static Side Winner(ConflictPolicy policy, DateTimeOffset localAt, DateTimeOffset remoteAt, TimeSpan clockTolerance, Side tieBreak) => policy switch
    {
        ConflictPolicy.SalesforceWins => Side.Salesforce,
        ConflictPolicy.PostgresWins => Side.Postgres,
        ConflictPolicy.LatestWins when (localAt - remoteAt).Duration() <= clockTolerance => tieBreak,
        ConflictPolicy.LatestWins => localAt > remoteAt ? Side.Postgres : Side.Salesforce,
        _ => throw new System.Diagnostics.UnreachableException($"policy {policy}"),
    };
}
