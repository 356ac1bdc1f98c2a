namespace ActorSync.Configuration;

/// <summary>How changes in Salesforce are found by polling.</summary>
internal sealed record FeedConfig
{
    /// <summary>Time between polls of one object, 100 ms to 1 h.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How far behind the newest stamp the overlap is read again: transactions may commit late with an earlier SystemModstamp.</summary>
    public required TimeSpan Overlap { get; init; }

    /// <summary>How often the overlap is read again; from <see cref="Interval"/> to <see cref="Overlap"/>.</summary>
    public required TimeSpan OverlapInterval { get; init; }

    /// <summary>Time between <c>getDeleted</c> calls of one object.</summary>
    public required TimeSpan DeletedInterval { get; init; }

    /// <summary>Times of mappings that are fed by change events.</summary>
    public required CdcConfig Cdc { get; init; }

    /// <summary>Most records asked for per page of a query, 200 to 2,000.</summary>
    public required int PageRowsMax { get; init; }

    /// <summary>The initial load and reloads.</summary>
    public required LoadConfig Load { get; init; }
}

/// <summary>How all records of an object are read.</summary>
internal sealed record LoadConfig
{
    /// <summary>From so many records on by a query job of Bulk API 2.0, below by SOAP; 1 to 2,000,000,000.</summary>
    public required int BulkRowsMin { get; init; }

    /// <summary>Objects that load at a time, 1 to 100.</summary>
    public required int ObjectsMax { get; init; }
}

/// <summary>How mappings with <c>feed = cdc</c> are read.</summary>
internal sealed record CdcConfig
{
    /// <summary>Time between polls while the channel is heard, 1 s to 1 d: what no event tells is found by them.</summary>
    public required TimeSpan FallbackInterval { get; init; }

    /// <summary>Least time between two reads of records that events name, 10 ms to 1 min: each is one API request for up to 500 records.</summary>
    public required TimeSpan ReadInterval { get; init; }
}
