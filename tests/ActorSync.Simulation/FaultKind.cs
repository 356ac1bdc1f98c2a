namespace ActorSync.Simulation;

/// <summary>What can go wrong. Each kind is drawn from a generator of its own, so that leaving one out changes nothing else.</summary>
internal enum FaultKind
{
    /// <summary>A node dies between two steps; another one starts later.</summary>
    Crash,

    /// <summary>A node stands still, sometimes for longer than its lease, and wakes in the middle of what it did.</summary>
    Pause,

    /// <summary>A statement fails, or the answer of a commit is lost.</summary>
    LostConnection,

    /// <summary>A write never reaches Salesforce, and nobody says so.</summary>
    LostCall,

    /// <summary>A write is applied and its answer is lost.</summary>
    LostAnswer,

    /// <summary>A write lands after the caller has given up, within the settle limit.</summary>
    LateLanding,

    /// <summary>An answer takes long.</summary>
    SlowAnswer,

    /// <summary>Some records of a call are locked by others.</summary>
    LockedRecords,

    /// <summary>The session has expired: the call does not run.</summary>
    LostSession,

    /// <summary>Salesforce refuses everything for a while.</summary>
    Outage,

    /// <summary>A read fails.</summary>
    FailedRead,

    /// <summary>Somebody's transaction in Salesforce commits late, under an earlier SystemModstamp.</summary>
    LateCommit,

    /// <summary>Change events tell of reads again, late and out of order.</summary>
    StrayEvents,

    /// <summary>A change event is told twice.</summary>
    DuplicatedEvents,

    /// <summary>A change event comes behind later ones.</summary>
    ReorderedEvents,

    /// <summary>Several change events come as one message.</summary>
    MergedEvents,

    /// <summary>Change events are missing, and Salesforce says so.</summary>
    MissedEvents,

    /// <summary>The stream of change events stands still for a while.</summary>
    StalledStream,

    /// <summary>The application holds a row lock or an uncommitted insert for a while.</summary>
    RowLock,

    /// <summary>The application rolls back, all or to a savepoint.</summary>
    Rollback,

    /// <summary>A trigger of the application rewrites rows.</summary>
    Trigger,

    /// <summary>A message of a record fails whenever it is decided.</summary>
    PoisonedMessage,

    /// <summary>Values that Salesforce refuses.</summary>
    BadValue,

    /// <summary>Clocks of nodes, database and Salesforce differ.</summary>
    ClockSkew,
}

/// <summary>How often each kind was injected.</summary>
internal sealed class FaultTally
{
    private readonly long[] _counts = new long[Enum.GetValues<FaultKind>().Length];

    public long this[FaultKind kind] => _counts[(int)kind];

    public void Count(FaultKind kind) => _counts[(int)kind]++;

    public void Add(FaultTally other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }
}
