using ActorSync.Domain.Mapping;
using ActorSync.Operations;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Feeds;

/// <summary>Mails images to their records and moves the feed's cursor, in one turn.</summary>
/// <param name="readBegan">The database's clock before what they show could have been read.</param>
internal delegate Task MailImages(IReadOnlyList<ReadRecord> images, DateTimeOffset readBegan, FeedCursor next, CancellationToken stop);

/// <summary>Reads all records of an object once, a page at a step: by SOAP in the order of their ids, or, where there are many, by a query job (<see cref="JobLoad"/>). The cursor
/// says how it goes on, so a load that was killed is taken up where it was.</summary>
/// <param name="bulk">Null where there are no query jobs.</param>
/// <param name="options">Null: by SOAP, without counting first.</param>
internal sealed class ObjectLoad(
    ObjectMapping mapping, ObjectReader reader, IPartnerApi soap, IBulkQueryApi? bulk, Func<CancellationToken, Task<DateTimeOffset>> now, MailImages mail, int pageRowsMax,
    LoadOptions? options, TimeProvider clock, SyncLog log)
{
    private readonly JobLoad? _byJob = bulk is null || options is null ? null : new JobLoad(mapping, reader, bulk, now, mail, pageRowsMax, options, clock, log);
    private bool _rated;

    /// <summary>True while a load is on its way that takes more than the step it began with.</summary>
    public static bool HasBegun(FeedCursor cursor) => cursor is { Phase: FeedCursor.Loading } && (cursor.LoadedTo.Length > 0 || cursor.Load is not null);

    /// <summary>Goes one step on.</summary>
    /// <param name="cursor">Where the feed stands; what it becomes is mailed.</param>
    /// <returns>How long there is nothing to do for the load.</returns>
    public async Task<TimeSpan> StepAsync(FeedCursor cursor, CancellationToken stop)
    {
        if (cursor is { Load: null, LoadedTo: "" } && options is not null)
        {
            await PlanAsync(cursor, stop);
            return TimeSpan.Zero;
        }

        if (cursor.Load is { ByJob: true })
        {
            // A job of a configuration that had them: without them the load begins again.
            return _byJob is null ? await GiveUpJobAsync(cursor, stop) : await _byJob.StepAsync(cursor, stop);
        }

        await ReadPageAsync(cursor, stop);
        return TimeSpan.Zero;
    }

    private async Task PlanAsync(FeedCursor cursor, CancellationToken stop)
    {
        long? total;
        try
        {
            total = (await soap.QueryAsync($"SELECT COUNT() FROM {mapping.ObjectName}", includeDeleted: false, stop)).TotalSize;
        }
        catch (SalesforceException error) when (error.Fault.Code is "QUERY_TIMEOUT" or "REQUEST_RUNNING_TOO_LONG" or "OPERATION_TOO_LARGE" or "DEADLINE_PASSED")
        {
            // More than the org can count in a call.
            total = null;
        }

        var load = new LoadCursor(_byJob is not null && (total ?? long.MaxValue) >= options!.BulkRowsMin, total);
        await mail([], await now(stop), cursor with { Load = load }, stop);
        log.Say($"{mapping.ObjectName}: initial load of {total?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "uncounted"} records begins, by {(load.ByJob ? "a Bulk query job" : "SOAP")}");
    }

    private async Task ReadPageAsync(FeedCursor cursor, CancellationToken stop)
    {
        var after = cursor.LoadedTo.Length == 0 ? "" : $" WHERE Id > '{cursor.LoadedTo}'";
        var readBegan = await now(stop);
        var rows = await soap.RowsAsync($"{reader.Select}{after} ORDER BY Id LIMIT {pageRowsMax}", includeDeleted: false, stop);
        var images = rows.Select(reader.Image).ToArray();
        var next = cursor with { Loaded = cursor.Loaded + images.Length, Load = Rated(cursor, readBegan) };
        next = images.Length < pageRowsMax ? Over(next) : next with { LoadedTo = images[^1].Sfid };
        await mail(images, readBegan, next, stop);
        await CrashPoints.ReachAsync(CrashPoint.AfterLoadPage);
        if (next.Phase == FeedCursor.Live)
        {
            log.Say($"{mapping.ObjectName}: {next.Loaded} records read, changes are polled from now on");
        }
    }

    private LoadCursor? Rated(FeedCursor cursor, DateTimeOffset at)
    {
        var load = cursor.Load is { } known && !(_rated && known.RateAt is not null) ? known with { RateAt = at, RateFrom = cursor.Loaded } : cursor.Load;
        _rated = true;
        return load is null ? null : load with { MovedAt = at };
    }

    private async Task<TimeSpan> GiveUpJobAsync(FeedCursor cursor, CancellationToken stop)
    {
        await mail([], await now(stop), cursor with { Loaded = 0, LoadedTo = "", Load = new LoadCursor(false, cursor.Load!.Total) }, stop);
        return TimeSpan.Zero;
    }

    /// <summary>The cursor of a load that has read everything.</summary>
    public static FeedCursor Over(FeedCursor cursor) => cursor with { Phase = FeedCursor.Live, LoadedTo = "", Load = null };
}
