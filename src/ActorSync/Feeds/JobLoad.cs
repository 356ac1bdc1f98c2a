using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Operations;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;

namespace ActorSync.Feeds;

/// <summary>A load by a query job of Bulk API 2.0. The job is journaled before it is waited for, and what has been taken of its results moves the cursor in the turn of the images:
/// whoever takes the load up asks for the same job and goes on behind the last turn. Every image of it is as old as the job, so it counts as read before the job was made.
/// A job that failed, was called off or is gone is followed by another one, and after a few by SOAP. Its own trouble delays nobody: the polls go on.</summary>
internal sealed class JobLoad(
    ObjectMapping mapping, ObjectReader reader, IBulkQueryApi bulk, Func<CancellationToken, Task<DateTimeOffset>> now, MailImages mail, int pageRowsMax, LoadOptions options,
    TimeProvider clock, SyncLog log)
{
    // Jobs lost one after the other before SOAP takes over.
    private const int JobsLostMax = 3;

    // Answers in a row that refuse a job in a way nobody knows.
    private const int RefusedMax = 5;

    // Answers in a row that say that there is no such job, before it is believed.
    private const int MissingMax = 3;

    // Answers in a row with results that nobody can read, before the job is given up.
    private const int UnreadableMax = 5;

    private QueryJobPage? _page;
    private string? _pageOf;
    private string? _complete;
    private int _rowsMax = options.JobPageRowsMax;
    private int _questions;
    private int _missing;
    private int _troubles;
    private bool _rated;
    private long _waitsFrom;
    private TimeSpan _wait;

    public async Task<TimeSpan> StepAsync(FeedCursor cursor, CancellationToken stop)
    {
        if (_wait - clock.GetElapsedTime(_waitsFrom) is var left && left > TimeSpan.Zero)
        {
            return left;
        }

        _wait = TimeSpan.Zero;
        try
        {
            var load = cursor.Load!;
            await (load.Job is null ? CreateAsync(cursor, stop) : _complete != load.Job ? AskAsync(cursor, load.Job, stop) : TakeAsync(cursor, load.Job, stop));
        }
        catch (SalesforceException error) when (!stop.IsCancellationRequested)
        {
            await MeetAsync(cursor, error, stop);
        }

        return _wait;
    }

    private async Task CreateAsync(FeedCursor cursor, CancellationToken stop)
    {
        var readBegan = await now(stop);
        var job = await bulk.CreateAsync(reader.Select, stop);
        await CrashPoints.ReachAsync(CrashPoint.AfterQueryJob);
        await mail([], readBegan, cursor with { Loaded = 0, Load = cursor.Load! with { Job = job, JobReadBegan = readBegan, Locator = null, Taken = 0 } }, stop);
        log.Say($"{mapping.ObjectName}: Bulk query job {job} reads it");
        (_questions, _missing) = (0, 0);
        Wait(options.PollInterval);
    }

    private async Task AskAsync(FeedCursor cursor, string job, CancellationToken stop)
    {
        var told = await bulk.ReadAsync(job, stop);
        (_missing, _troubles) = (0, 0);
        switch (told.State)
        {
            case BulkJobState.JobComplete:
                (_complete, _page, _pageOf) = (job, null, null);
                break;
            case BulkJobState.Failed or BulkJobState.Aborted:
                await LoseAsync(cursor, $"is {told.State}: {told.ErrorMessage ?? "no reason was given"}", stop);
                break;
            default:
                var wait = options.PollInterval * Math.Pow(2, Math.Min(_questions++, 10));
                Wait(wait < options.PollIntervalMax ? wait : options.PollIntervalMax);
                break;
        }
    }

    private async Task TakeAsync(FeedCursor cursor, string job, CancellationToken stop)
    {
        var load = cursor.Load!;
        if (_page is null || _pageOf != load.Locator)
        {
            _page = await bulk.ResultsAsync(job, load.Locator, _rowsMax, stop);
            _pageOf = load.Locator;
            (_troubles, _missing) = (0, 0);
        }

        // The page may have fewer rows than were taken behind its locator, if fewer were asked for than then.
        var images = _page.Rows.Skip(load.Taken).Take(pageRowsMax).Select(reader.Image).ToArray();
        var taken = load.Taken + images.Length;
        var at = await now(stop);
        var next = cursor with { Loaded = cursor.Loaded + images.Length, Load = Rated(cursor, at) with { Taken = taken } };
        var isPageOver = taken >= _page.Rows.Count;
        if (isPageOver)
        {
            next = _page.Locator is { } locator
                ? next with { Load = next.Load with { Locator = locator, Taken = taken - _page.Rows.Count } }
                : ObjectLoad.Over(next);
        }

        await mail(images, load.JobReadBegan, next, stop);
        _page = isPageOver ? null : _page;
        await CrashPoints.ReachAsync(CrashPoint.AfterLoadPage);
        if (next.Phase == FeedCursor.Live)
        {
            log.Say($"{mapping.ObjectName}: {next.Loaded} records read, changes are polled from now on");
            await ForgetAsync(job, stop);
        }
    }

    private LoadCursor Rated(FeedCursor cursor, DateTimeOffset at)
    {
        var load = _rated && cursor.Load!.RateAt is not null ? cursor.Load! : cursor.Load! with { RateAt = at, RateFrom = cursor.Loaded };
        _rated = true;
        return load with { MovedAt = at };
    }

    private async Task MeetAsync(FeedCursor cursor, SalesforceException error, CancellationToken stop)
    {
        var job = cursor.Load!.Job;
        if (job is null && (error.Fault is SyncFault.Rejected or SyncFault.Misconfigured or { Code: "API_ERROR" or "FEATURENOTENABLED" or "NOT_FOUND" }
            || (error.Fault is SyncFault.Transient && _troubles >= RefusedMax)))
        {
            log.Say($"{mapping.ObjectName}: no Bulk query reads it ({error.Fault}); SOAP does");
            await BySoapAsync(cursor, stop);
        }
        else if (job is not null && error.Fault.Code == "NOT_FOUND" && ++_missing >= MissingMax)
        {
            await LoseAsync(cursor, "is gone", stop);
        }
        else if (job is not null && error.Fault.Code is "UNREADABLE_ANSWER" or "INVALID_QUERY_LOCATOR" or "API_VERSION_MISMATCH" && _troubles >= UnreadableMax)
        {
            await LoseAsync(cursor, $"has results that cannot be read: {error.Fault}", stop);
        }
        else if (error.Fault.Code == "ANSWER_TOO_LARGE" && _rowsMax > 1)
        {
            _rowsMax /= 2;
        }
        else
        {
            log.Trouble(error, $"the load of {mapping.ObjectName} could not go on; it tries again");
            var wait = options.PollInterval * Math.Pow(2, Math.Min(_troubles++, 10));
            Wait(wait < options.PollIntervalMax ? wait : options.PollIntervalMax);
        }
    }

    // Rows come in no order, so another job begins from its start. What was read is not read for nothing: it is told again, and changes nothing.
    private async Task LoseAsync(FeedCursor cursor, string why, CancellationToken stop)
    {
        var load = cursor.Load!;
        (_page, _complete, _missing, _troubles) = (null, null, 0, 0);
        log.Say($"{mapping.ObjectName}: Bulk query job {load.Job} {why}");
        if (load.JobsLost + 1 >= JobsLostMax)
        {
            log.Say($"{mapping.ObjectName}: {JobsLostMax} jobs were lost, SOAP reads it");
            await BySoapAsync(cursor, stop);
            return;
        }

        await mail([], await now(stop), cursor with { Loaded = 0, Load = load with { Job = null, Locator = null, Taken = 0, JobsLost = load.JobsLost + 1, RateAt = null } }, stop);
        _rated = false;
        Wait(options.PollInterval);
    }

    private async Task BySoapAsync(FeedCursor cursor, CancellationToken stop) =>
        await mail([], await now(stop), cursor with { Loaded = 0, LoadedTo = "", Load = new LoadCursor(false, cursor.Load!.Total) }, stop);

    // Its results would take their place in the org for seven days.
    private async Task ForgetAsync(string job, CancellationToken stop)
    {
        (_page, _complete) = (null, null);
        try
        {
            await bulk.DeleteAsync(job, stop);
        }
        catch (SalesforceException)
        {
            // The org forgets it by itself.
        }
    }

    private void Wait(TimeSpan wait) => (_waitsFrom, _wait) = (clock.GetTimestamp(), wait);
}
