namespace ActorSync.Feeds;

/// <summary>How a feed polls.</summary>
/// <param name="Interval">Between polls.</param>
/// <param name="Overlap">How far back a deep poll looks: writes may commit this much later than their SystemModstamp says.</param>
/// <param name="OverlapInterval">Between deep polls; the others look back only <see cref="ObjectFeed.ShortOverlap"/>.</param>
/// <param name="DeletedInterval">Between calls of getDeleted, which finds what the recycle bin no longer shows.</param>
internal sealed record FeedOptions(TimeSpan Interval, TimeSpan Overlap, TimeSpan OverlapInterval, TimeSpan DeletedInterval, int PageRowsMax)
{
    /// <summary>How the load is done; null: by SOAP.</summary>
    public LoadOptions? Load { get; init; }

    /// <summary>How objects are read that are fed by change events.</summary>
    public ChangeEventOptions ChangeEvents { get; init; } = ChangeEventOptions.None;
}

/// <summary>How objects are read that are fed by change events.</summary>
/// <param name="Objects">API names, whatever their case.</param>
/// <param name="FallbackInterval">Between polls while the events are heard.</param>
/// <param name="ReadInterval">Least time between two reads of records that events name.</param>
internal sealed record ChangeEventOptions(IReadOnlySet<string> Objects, TimeSpan FallbackInterval, TimeSpan ReadInterval)
{
    /// <summary>None is.</summary>
    public static readonly ChangeEventOptions None = new(new HashSet<string>(), TimeSpan.Zero, TimeSpan.Zero);
}
