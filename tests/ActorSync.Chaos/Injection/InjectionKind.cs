namespace ActorSync.Chaos.Injection;

/// <summary>What is done to the cluster. Faults of the org are switched on for the whole of the traffic, everything else happens at a moment.</summary>
internal enum InjectionKind
{
    /// <summary>kill -9 of a node, started again some seconds later.</summary>
    Kill,

    /// <summary>kill -9 of a node, started again so that it kills itself at a named step of a submission.</summary>
    CrashPoint,

    /// <summary>SIGSTOP of a node for half to three lease times, then SIGCONT: a holder that wakes up late.</summary>
    Stop,

    /// <summary>A node loses PostgreSQL and keeps Salesforce.</summary>
    CutDatabase,

    /// <summary>A node loses Salesforce and keeps PostgreSQL.</summary>
    CutSalesforce,

    /// <summary>A node loses both.</summary>
    CutBoth,

    /// <summary>SIGTERM of a node, started again when it has ended.</summary>
    Terminate,

    /// <summary>PostgreSQL is stopped, by a fast shutdown or an immediate one, and started again.</summary>
    RestartDatabase,

    /// <summary>The faults of <see cref="FaultPlan"/>.</summary>
    OrgFaults,
}
