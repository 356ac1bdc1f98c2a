using System.Runtime.ExceptionServices;
using System.Text.Json;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Feeds;

/// <summary>Reads one object: the initial load, then changes and deletions by polling, change events where it is fed by them, and single records when an actor asks for a fresh look.
/// All reads of one object are made one after the other, so that their order is the order of evidence. Each page is a turn that mails the images to their
/// records and moves the cursor together.</summary>
internal sealed class ObjectFeed(
    SyncStores stores,
    HeldLease lease,
    NodeTerm term,
    ObjectMapping mapping,
    string organizationId,
    IPartnerApi soap,
    RecordMail mail,
    Wakeup wakeup,
    Wakeup records,
    FeedOptions options,
    ReadPace pace,
    TimeProvider clock,
    SyncLog log,
    ChangeInbox? inbox = null,
    IBulkQueryApi? bulk = null,
    MappingGate? gate = null)
{
    /// <summary>What every poll reads again: SystemModstamp is cut to whole seconds, and commits of one second come in any order.</summary>
    public static readonly TimeSpan ShortOverlap = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ReadBackInterval = TimeSpan.FromMilliseconds(200);

    // However slow the polls are: somebody waits for these.
    private static readonly TimeSpan ReadBackIntervalMax = TimeSpan.FromSeconds(30);

    // Between questions about records that no read shows, whatever the interval of those that nobody asked for.
    private static readonly TimeSpan GoneInterval = TimeSpan.FromSeconds(1);

    // getDeleted refuses what lies further back than 15 days; clocks may differ.
    private static readonly TimeSpan DeletedAgeMax = TimeSpan.FromDays(15) - TimeSpan.FromHours(1);

    private static readonly TimeSpan AnswerInterval = TimeSpan.FromMilliseconds(20);

    // Envelopes that wait for the record shards while a load goes on.
    private const int LoadEnvelopesMax = 200;

    private readonly ObjectReader _reader = new(mapping, organizationId);
    private readonly SeenImages _seen = new();
    private readonly ChangeFeed? _changes = inbox is null ? null : new ChangeFeed(inbox, stores, mapping, organizationId, soap, new ObjectReader(mapping, organizationId), options.PageRowsMax, log);
    private readonly TroublePause _trouble = new(inbox is null ? options.Interval : options.ChangeEvents.ReadInterval, options.Interval, clock);
    private ObjectLoad? _load;
    private ReadBacks? _readBacks;
    private ToldNote? _told;
    private FeedCursor? _cursor;
    private DateTimeOffset? _pagedFrom;
    private long _polledAt;
    private long _polledDeepAt;
    private long _askedDeletedAt;
    private bool _asksDeleted;
    private long _readBackAt;
    private long _changesTakenAt;

    /// <summary>Runs until the term is lost or the node stops. A failed read is tried again; nothing is skipped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && !term.Lost.IsCancellationRequested)
            {
                var pause = await StepAsync(stop);
                if (pause > TimeSpan.Zero)
                {
                    await wakeup.WaitAsync(pause, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop: what was not mailed is read again.
        }
    }

    /// <summary>Reads a page of the load, or what was asked for and what is due. Never throws but for a stop.</summary>
    /// <returns>How long to rest before the next step, unless woken.</returns>
    public async Task<TimeSpan> StepAsync(CancellationToken stop)
    {
        if (_trouble.Left is var left && left > TimeSpan.Zero)
        {
            return left;
        }

        try
        {
            if (gate is not null && await gate.HoldsAsync(stop))
            {
                return MappingGate.LookInterval;
            }

            if (!pace.AllowsReadBack)
            {
                return ReadPace.HeldPause;
            }

            if (lease.Cursor == "{}" && _changes is { IsAnswered: false })
            {
                // Changes are heard from before the load begins, too.
                return AnswerInterval;
            }

            _cursor ??= await StartCursorAsync(stop);
            _cursor = gate?.Begin(_cursor) ?? _cursor;
            await TakeChangesAsync(stop);
            _told ??= _changes is not null && stores.Told?.Tells(mapping.Number) == true ? new ToldNote(_changes, stores.Told, stores.Turns, mapping, clock) : null;
            if (_told is not null && await _told.DueAsync(_cursor, stop) is { } noted)
            {
                await MailAsync([], noted.Stream!.ToldAt!.Value, noted, [], stop);
            }

            var loads = gate?.MayLoad(_cursor) ?? _cursor.Phase == FeedCursor.Loading;
            var (pause, trouble) = loads ? await TryLoadAsync(_cursor, stop) : (TimeSpan.MaxValue, null);
            // While a load goes on that takes more than a page, or waits for its turn, people see their edits, and records that ask are answered.
            if (!loads || gate is not null || ObjectLoad.HasBegun(_cursor))
            {
                await ReadBackAsync(stop);
                await AskDeletedSoonAsync(stop);
                await PollWhenDueAsync(stop);
            }

            trouble?.Throw();
            gate?.Succeed();
            _trouble.Succeed();
            return _cursor.Phase == FeedCursor.Loading && pause < UntilNextPoll() ? pause : UntilNextPoll();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (StaleLeaseException error)
        {
            log.Trouble(error, $"the lease of feed {mapping.ObjectName} was taken over");
            term.End();
            return TimeSpan.Zero;
        }
        catch (Exception error)
        {
            log.Trouble(error, $"feed {mapping.ObjectName} could not read; it tries again");
            var pause = _trouble.Meet();
            await (gate?.MeetAsync(error, stop) ?? Task.CompletedTask);
            return pause;
        }
    }

    private async Task<FeedCursor> StartCursorAsync(CancellationToken stop)
    {
        if (FeedCursor.Of(lease) is { } cursor)
        {
            return cursor;
        }

        // Changes are polled from before the load began, so nothing can fall between the two.
        var now = await soap.GetServerTimestampAsync(stop);
        log.Say($"{mapping.ObjectName}: initial load begins");
        return new FeedCursor(FeedCursor.Loading, "", 0, now - options.Overlap, now - options.Overlap);
    }

    // What the load cannot do is thrown when the polls have had their turn: an object that is read again stays in sync however long that takes.
    private async Task<(TimeSpan Pause, ExceptionDispatchInfo? Trouble)> TryLoadAsync(FeedCursor cursor, CancellationToken stop)
    {
        try
        {
            return (await LoadAsync(cursor, stop), null);
        }
        catch (SalesforceException error)
        {
            return (TimeSpan.MaxValue, ExceptionDispatchInfo.Capture(error));
        }
    }

    private async Task<TimeSpan> LoadAsync(FeedCursor cursor, CancellationToken stop)
    {
        if (!pace.AllowsLoad)
        {
            return ReadPace.HeldPause;
        }

        // The load must not run ahead of the records it fills.
        if (await stores.Turns.CountShardMailAsync(LoadEnvelopesMax, stop) >= LoadEnvelopesMax)
        {
            return TimeSpan.FromMilliseconds(20);
        }

        _load ??= new ObjectLoad(
            mapping, _reader, soap, bulk, stores.Turns.NowAsync, (images, readBegan, next, cancel) => MailAsync(images, readBegan, next, [], cancel), options.PageRowsMax, options.Load, clock, log);
        return await _load.StepAsync(cursor, stop);
    }

    private TimeSpan PollInterval => pace.Slowed(_changes is { IsHeard: true } ? options.ChangeEvents.FallbackInterval : options.Interval);

    // Somebody waits for these, however slow the polls are.
    private TimeSpan ReadInterval => Shorter(pace.Slowed(_changes is null ? ReadBackInterval : options.ChangeEvents.ReadInterval), ReadBackIntervalMax);

    // One turn of what has been heard, then the records that it names are read before more is taken.
    private async Task TakeChangesAsync(CancellationToken stop)
    {
        if (_changes is null || (_changesTakenAt != 0 && clock.GetElapsedTime(_changesTakenAt) < options.ChangeEvents.ReadInterval))
        {
            return;
        }

        if (await _changes.TakeAsync(_cursor!, CommitAsync, stop))
        {
            _changesTakenAt = clock.GetTimestamp();
        }
    }

    private async Task PollWhenDueAsync(CancellationToken stop)
    {
        var missed = ChangeFeed.WantsPoll(_cursor!);
        if ((_polledAt != 0 && clock.GetElapsedTime(_polledAt) < PollInterval && !missed) || !pace.AllowsPoll)
        {
            return;
        }

        var deep = missed || _polledDeepAt == 0 || clock.GetElapsedTime(_polledDeepAt) >= options.OverlapInterval;
        var polledAt = _polledAt = clock.GetTimestamp();
        if (deep)
        {
            // From where the last deep poll began: polls that failed, and a feed without a holder, leave no gap behind.
            var since = _cursor!.Since;
            await PollAsync((_cursor.DeepSince ?? since) - options.Overlap, stop);
            _polledDeepAt = polledAt;
            if (_cursor.DeepSince != since)
            {
                await MailAsync([], await stores.Turns.NowAsync(stop), _cursor with { DeepSince = since }, [], stop);
            }
        }
        else
        {
            await PollAsync((_pagedFrom ?? _cursor!.Since) - ShortOverlap, stop);
        }

        if (missed || _askedDeletedAt == 0 || clock.GetElapsedTime(_askedDeletedAt) >= options.DeletedInterval)
        {
            _askedDeletedAt = clock.GetTimestamp();
            await AskDeletedAsync(stop);
        }

        if (missed)
        {
            await MailAsync([], await stores.Turns.NowAsync(stop), ChangeFeed.Polled(_cursor!), [], stop);
        }
    }

    private async Task PollAsync(DateTimeOffset from, CancellationToken stop)
    {
        var position = $"SystemModstamp >= {Soql(from)}";
        // What changes behind a page while the next ones are read has a stamp that the poll has passed: the next poll begins where this one did.
        var began = _cursor!.Since;
        _pagedFrom = _pagedFrom < began ? _pagedFrom : began;
        for (var pages = 1; ; pages++)
        {
            var readBegan = await stores.Turns.NowAsync(stop);
            var rows = await soap.RowsAsync(
                $"{_reader.Select} WHERE {position} ORDER BY SystemModstamp, Id LIMIT {options.PageRowsMax}", includeDeleted: true, stop);
            var images = rows.Select(_reader.Image).ToArray();
            var since = images.Length > 0 && images[^1].SystemModstamp > _cursor!.Since ? images[^1].SystemModstamp : _cursor!.Since;
            var news = images.Where(_seen.IsNews).ToArray();
            if (news.Length > 0 || since != _cursor.Since)
            {
                await MailAsync(news, readBegan, _cursor with { Since = since }, [], stop);
                _seen.Remember(news);
            }

            if (images.Length < options.PageRowsMax)
            {
                _seen.ForgetBefore((_cursor.DeepSince ?? _cursor.Since) - options.Overlap - ShortOverlap);
                _pagedFrom = pages > 1 ? began : null;
                return;
            }

            var stamp = Soql(images[^1].SystemModstamp);
            position = $"(SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{images[^1].Sfid}'))";
        }
    }

    // What left the recycle bin is in no query; getDeleted still names it for 15 days. It cuts seconds and wants more than a minute.
    private async Task AskDeletedAsync(CancellationToken stop)
    {
        var readBegan = await stores.Turns.NowAsync(stop);
        var now = await soap.GetServerTimestampAsync(stop);
        var start = _cursor!.DeletedSince - TimeSpan.FromMinutes(2);
        if (start < now - DeletedAgeMax)
        {
            log.Alert($"{mapping.ObjectName}: deletions from {Soql(start)} to {Soql(now - DeletedAgeMax)} cannot be asked for any more, Salesforce keeps 15 days; what left the recycle bin in that time stays in the table");
            start = now - DeletedAgeMax;
        }

        var answer = await soap.GetDeletedAsync(mapping.ObjectName, start, now + TimeSpan.FromMinutes(1), stop);
        var deleted = answer.Records.Where(record => _seen.IsDeletionNews(CanonicalValue.Id18(record.Id), record.DeletedDate)).ToArray();
        var covered = answer.LatestDateCovered < now ? answer.LatestDateCovered : now;
        await MailAsync([], readBegan, _cursor with { DeletedSince = covered > _cursor.DeletedSince ? covered : _cursor.DeletedSince }, deleted, stop);
        _seen.RememberDeleted(deleted.Select(record => CanonicalValue.Id18(record.Id)));
    }

    private async Task ReadBackAsync(CancellationToken stop)
    {
        // A field whose write is still outside is asked for again after each look: not more often than this.
        if (_readBackAt != 0 && clock.GetElapsedTime(_readBackAt) < ReadInterval)
        {
            return;
        }

        _readBackAt = clock.GetTimestamp();
        _readBacks ??= new ReadBacks(
            stores, lease, _reader, soap, _seen, (images, readBegan, answered, cancel) => MailAsync(images, readBegan, _cursor!, [], cancel, answered), options.PageRowsMax, clock);
        var gone = await _readBacks.AnswerAsync(stop);
        if (gone.Count > 0)
        {
            // Not even in the recycle bin: getDeleted tells, also whom it has told before.
            _seen.Forget(gone);
            _asksDeleted = true;
        }
    }

    // At once, but for a question that was asked a moment ago: then it is put off.
    private async Task AskDeletedSoonAsync(CancellationToken stop)
    {
        if (_asksDeleted && (_askedDeletedAt == 0 || clock.GetElapsedTime(_askedDeletedAt) >= GoneInterval))
        {
            _askedDeletedAt = clock.GetTimestamp();
            await AskDeletedAsync(stop);
            _asksDeleted = false;
        }
    }

    private async Task MailAsync(
        IReadOnlyList<ReadRecord> images, DateTimeOffset readBegan, FeedCursor next, IReadOnlyList<DeletedRecord> deleted, CancellationToken stop, IReadOnlyList<long>? answered = null) =>
        await CommitAsync(next, readBegan, turn => FeedRouting.DeliverAsync(turn, stores.Links, mapping, organizationId, images, deleted, readBegan, stop), answered ?? [], stop);

    private Task CommitAsync(FeedCursor next, DateTimeOffset now, Func<Turn, Task<IReadOnlyList<Delivery<RecordMessage>>>> deliver, CancellationToken stop) =>
        CommitAsync(next, now, deliver, [], stop);

    private async Task CommitAsync(
        FeedCursor next, DateTimeOffset now, Func<Turn, Task<IReadOnlyList<Delivery<RecordMessage>>>> deliver, IReadOnlyList<long> answered, CancellationToken stop)
    {
        await using var turn = await stores.Turns.BeginAsync(stop);
        turn.Now = now;
        turn.Advance(lease);
        lease.Cursor = JsonSerializer.Serialize(next, FeedJson.Default.FeedCursor);
        var deliveries = await deliver(turn);
        mail.Send(turn, deliveries);
        if (answered.Count > 0)
        {
            await turn.RemoveMailAsync(lease.Address, answered, stop);
        }

        await turn.CommitAsync(stop);
        _cursor = next;
        if (deliveries.Count > 0)
        {
            records.Signal();
        }
    }

    private TimeSpan UntilNextPoll()
    {
        // A poll that is due and that the budget does not hold is looked at again after a while, not without a pause.
        var rest = pace.AllowsPoll ? PollInterval - clock.GetElapsedTime(_polledAt) : ReadPace.HeldPause;
        rest = Shorter(rest, ReadBackInterval);
        if (_changes is not null)
        {
            // Woken too early for what there is to read: not a moment later than it may be read.
            rest = Shorter(Shorter(rest, Until(_readBackAt, ReadInterval)), Until(_changesTakenAt, options.ChangeEvents.ReadInterval));
        }

        return rest < TimeSpan.FromMilliseconds(5) ? TimeSpan.FromMilliseconds(5) : rest;
    }

    private TimeSpan Until(long last, TimeSpan interval) => last != 0 && clock.GetElapsedTime(last) is var since && since < interval ? interval - since : TimeSpan.MaxValue;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static string Soql(DateTimeOffset at) => CanonicalValue.Instant(at);
}
