namespace ActorSync.Feeds;

/// <summary>How a load is done.</summary>
/// <param name="BulkRowsMin">From so many records on a query job reads them.</param>
/// <param name="ObjectsMax">Objects that load at a time.</param>
/// <param name="PollInterval">Between the first questions about a job; it doubles from one to the next ...</param>
/// <param name="PollIntervalMax">... up to this.</param>
internal sealed record LoadOptions(int BulkRowsMin, int ObjectsMax, TimeSpan PollInterval, TimeSpan PollIntervalMax)
{
    /// <summary>Rows of a page of a job's results that are asked for at first.</summary>
    public int JobPageRowsMax { get; init; } = 10_000;
}
