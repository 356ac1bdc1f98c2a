namespace ActorSync.Configuration;

/// <summary>The actor runtime: shards, leases, turns and what they may hold.</summary>
internal sealed record RuntimeConfig
{
    /// <summary>Number of shards, a power of two from 1 to 4,096, fixed when the database is initialised.</summary>
    public required int ShardCount { get; init; }

    public required LeaseConfig Lease { get; init; }

    public required TurnConfig Turn { get; init; }

    public required PollConfig Poll { get; init; }

    public required WriteBackConfig WriteBack { get; init; }

    public required ActorCacheConfig ActorCache { get; init; }

    /// <summary>What the process may take in memory, in bytes.</summary>
    public required long MemoryMax { get; init; }
}

/// <summary>Ownership of addresses. Always <c>Ttl &gt; 3 x Renew</c> and <c>Margin &lt; Ttl / 2</c>.</summary>
internal sealed record LeaseConfig
{
    /// <summary>A lease not renewed for this long is free to take, by the database's clock.</summary>
    public required TimeSpan Ttl { get; init; }

    /// <summary>Time between renewals.</summary>
    public required TimeSpan Renew { get; init; }

    /// <summary>The holder stops trusting its lease this long before it expires, counted from when the renewal started.</summary>
    public required TimeSpan Margin { get; init; }
}

/// <summary>Size of one turn; whichever limit is met first ends it.</summary>
internal sealed record TurnConfig
{
    /// <summary>Most messages one turn takes, 1 to 50,000.</summary>
    public required int MessagesMax { get; init; }

    /// <summary>Time after which a turn takes no more messages; within the trust window of the lease.</summary>
    public required TimeSpan TimeBudget { get; init; }

    /// <summary>Turns that run at the same time, each of its own part of the node's shards, 1 to 64.</summary>
    public required int Workers { get; init; }
}

/// <summary>Adaptive interval at which a worker looks for new changes. Always <c>Min &lt;= Max</c>.</summary>
internal sealed record PollConfig
{
    /// <summary>Interval while there is traffic.</summary>
    public required TimeSpan Min { get; init; }

    /// <summary>Interval when nothing is found.</summary>
    public required TimeSpan Max { get; init; }

    /// <summary>Interval of PostgreSQL's own looks when idle.</summary>
    public required TimeSpan WatchInterval { get; init; }
}

/// <summary>Writes into the mapped tables.</summary>
internal sealed record WriteBackConfig
{
    /// <summary>Most rows of one statement, 1 to 1,000.</summary>
    public required int RowsMax { get; init; }

    /// <summary>How long a statement may wait for the application's locks; shorter than the turn's time budget.</summary>
    public required TimeSpan LockTimeout { get; init; }

    /// <summary>When a row that was locked or moved is tried again.</summary>
    public required TimeSpan RetryDelay { get; init; }
}

/// <summary>States of record actors kept in memory between turns.</summary>
internal sealed record ActorCacheConfig
{
    /// <summary>Most records kept; at least what one turn can touch.</summary>
    public required int RecordsMax { get; init; }

    /// <summary>About what they may take in memory, in bytes.</summary>
    public required long BytesMax { get; init; }
}
