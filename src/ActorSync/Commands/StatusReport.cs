using System.Collections.Immutable;
using ActorSync.Feeds;

namespace ActorSync.Commands;

/// <summary>What the engine's tables say at one moment. Times and ages are the database's.</summary>
internal sealed record StatusReport(
    DateTimeOffset At,
    ImmutableArray<NodeStatus> Nodes,
    int FreeAddresses,
    ImmutableArray<MappingStatus> Mappings,
    ChangeLogStatus ChangeLog,
    SubmissionStatus Submissions,
    OfferStatus Offers,
    long Envelopes,
    long OwedRows,
    long ParkedRecords,
    ImmutableArray<ParkedEntry> Parked)
{
    /// <summary>Parked records listed, with what each waits for; the others are only counted.</summary>
    public const int ParkedMax = 20;

    /// <summary>API requests and their budget.</summary>
    public required ApiStatus Api { get; init; }

    /// <summary>The newest failover or restore that may have lost commits; null when there was none.</summary>
    public FailoverStatus? Failover { get; init; }

    /// <summary>Nothing is on its way: no undecided change, no offer, no submission, no envelope, no row to write.</summary>
    public bool IsQuiet => ChangeLog.Undecided == 0 && Submissions.Outstanding == 0 && Offers.Waiting == 0 && Envelopes == 0 && OwedRows == 0;

    /// <summary>What is still on its way, for a person; empty when nothing is.</summary>
    public string Moving => string.Join(", ", new (long Count, string What)[]
    {
        (ChangeLog.Undecided, "undecided changes"),
        (Offers.Waiting, "offers waiting"),
        (Submissions.OutstandingRecords, "records submitted"),
        (Submissions.InDoubt, "submissions in doubt"),
        (Envelopes, "envelopes"),
        (OwedRows, "rows to write"),
    }.Where(part => part.Count > 0).Select(part => FormattableString.Invariant($"{part.Count} {part.What}")));
}

/// <summary>A failover that may have lost commits.</summary>
/// <param name="SurvivedAt">Commits since then may be lost.</param>
/// <param name="InDoubt">Submissions about which Salesforce has not been asked yet.</param>
/// <param name="Corrected">Records that were corrected from Salesforce.</param>
internal sealed record FailoverStatus(int Number, DateTimeOffset NoticedAt, DateTimeOffset SurvivedAt, long InDoubt, long Corrected);

/// <summary>A mapped object.</summary>
/// <param name="Rows">Rows of the table: exact up to 10,000, then PostgreSQL's estimate.</param>
/// <param name="Records">Records known to the engine, tombstones included; exact as above.</param>
/// <param name="Feed">The feed's cursor as it keeps it (JSON); null while it has not started.</param>
/// <param name="State">new, loading, live, paused or failed.</param>
/// <param name="Reason">Who paused it, or why it failed; null otherwise.</param>
/// <param name="Load">The load on its way; null when there is none.</param>
internal sealed record MappingStatus(
    short Number, string Object, string Table, long Rows, long Records, long Parked, string? Feed, string State, string? Reason, LoadStatus? Load);

/// <summary>How far a load is.</summary>
/// <param name="Read">Records read.</param>
/// <param name="Total">Records there were when it began; null: uncounted.</param>
/// <param name="RowsPerSecond">Since it began or was last taken up; null before the second page.</param>
/// <param name="SecondsLeft">At that rate; null while nobody can say.</param>
/// <param name="By">soap, or the id of the query job.</param>
internal sealed record LoadStatus(long Read, long? Total, double? RowsPerSecond, double? SecondsLeft, string By)
{
    /// <summary>The load of a cursor.</summary>
    public static LoadStatus? Of(FeedCursor cursor)
    {
        if (cursor.Phase != FeedCursor.Loading)
        {
            return null;
        }

        var load = cursor.Load;
        var took = (load?.MovedAt - load?.RateAt)?.TotalSeconds;
        double? rate = took > 0 ? (cursor.Loaded - load!.RateFrom) / took : null;
        double? left = rate > 0 && load!.Total is { } total ? Math.Max(0, total - cursor.Loaded) / rate : null;
        return new LoadStatus(cursor.Loaded, load?.Total, rate, left, load is { ByJob: true } ? load.Job ?? "a query job to be made" : "soap");
    }
}

/// <summary>Captured changes that no turn has decided.</summary>
/// <param name="OldestAgeSeconds">Age of the oldest; null when there is none.</param>
internal sealed record ChangeLogStatus(long Undecided, double? OldestAgeSeconds);

/// <summary>Submissions started and not finished.</summary>
/// <param name="InDoubt">Of these, those whose answer was lost.</param>
internal sealed record SubmissionStatus(long Outstanding, long OutstandingRecords, long InDoubt, double? OldestAgeSeconds);

/// <summary>Writes offered and not yet cut into a submission.</summary>
internal sealed record OfferStatus(long Waiting);
