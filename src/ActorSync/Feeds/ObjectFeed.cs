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
using ActorSync.Salesforce.Soap;

namespace ActorSync.Feeds;

/// <summary>How a feed polls.</summary>
/// <param name="Interval">Between polls.</param>
/// <param name="Overlap">How far back a deep poll looks: writes may commit this much later than their SystemModstamp says.</param>
/// <param name="OverlapInterval">Between deep polls; the others look back only <see cref="ObjectFeed.ShortOverlap"/>.</param>
/// <param name="DeletedInterval">Between calls of getDeleted, which finds what the recycle bin no longer shows.</param>
internal sealed record FeedOptions(TimeSpan Interval, TimeSpan Overlap, TimeSpan OverlapInterval, TimeSpan DeletedInterval, int PageRowsMax);

/// <summary>Reads one object: the initial load, then changes and deletions by polling, and single records when an actor asks for a fresh look.
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
    SyncLog log)
{
    /// <summary>What every poll reads again: SystemModstamp is cut to whole seconds, and commits of one second come in any order.</summary>
    public static readonly TimeSpan ShortOverlap = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ReadBackInterval = TimeSpan.FromMilliseconds(200);

    // Envelopes that wait for the record shards while a load goes on.
    private const int LoadEnvelopesMax = 200;

    // Requests for fresh reads that are answered together.
    private const int AskedEnvelopesMax = 100;

    private readonly ObjectReader _reader = new(mapping, organizationId);
    private readonly SeenImages _seen = new();
    private FeedCursor? _cursor;
    private long _polledAt;
    private long _polledDeepAt;
    private long _askedDeletedAt;
    private long _readBackAt;
    private int _troubles;
    private long _troubledAt;
    private TimeSpan _troublePause;

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
        // Trouble is waited out whatever wakes this feed.
        if (clock.GetElapsedTime(_troubledAt) is var since && since < _troublePause)
        {
            return _troublePause - since;
        }

        try
        {
            if (_cursor?.Phase == FeedCursor.Live ? !pace.AllowsReadBack : !pace.AllowsLoad)
            {
                return ReadPace.HeldPause;
            }

            _cursor ??= await StartCursorAsync(stop);
            if (_cursor.Phase == FeedCursor.Loading)
            {
                // The load must not run ahead of the records it fills.
                if (await stores.Turns.CountShardMailAsync(LoadEnvelopesMax, stop) >= LoadEnvelopesMax)
                {
                    return TimeSpan.FromMilliseconds(20);
                }

                await LoadPageAsync(stop);
            }
            else
            {
                await ReadBackAsync(stop);
                await PollWhenDueAsync(stop);
            }

            (_troubles, _troublePause) = (0, TimeSpan.Zero);
            return _cursor.Phase == FeedCursor.Loading ? TimeSpan.Zero : UntilNextPoll();
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
            _troubles = Math.Min(_troubles + 1, 6);
            _troublePause = options.Interval * Math.Pow(2, _troubles - 1);
            _troubledAt = clock.GetTimestamp();
            return _troublePause;
        }
    }

    private async Task<FeedCursor> StartCursorAsync(CancellationToken stop)
    {
        if (lease.Cursor != "{}")
        {
            return JsonSerializer.Deserialize(lease.Cursor, FeedJson.Default.FeedCursor)!;
        }

        // Changes are polled from before the load began, so nothing can fall between the two.
        var now = await soap.GetServerTimestampAsync(stop);
        log.Say($"{mapping.ObjectName}: initial load begins");
        return new FeedCursor(FeedCursor.Loading, "", 0, now - options.Overlap, now - options.Overlap);
    }

    private async Task LoadPageAsync(CancellationToken stop)
    {
        var cursor = _cursor!;
        var after = cursor.LoadedTo.Length == 0 ? "" : $" WHERE Id > '{cursor.LoadedTo}'";
        var readBegan = await stores.Turns.NowAsync(stop);
        var page = await soap.QueryAsync($"{_reader.Select}{after} ORDER BY Id LIMIT {options.PageRowsMax}", includeDeleted: false, stop);
        var images = page.Rows.Select(_reader.Image).ToArray();
        var next = images.Length < options.PageRowsMax
            ? cursor with { Phase = FeedCursor.Live, Loaded = cursor.Loaded + images.Length }
            : cursor with { LoadedTo = images[^1].Sfid, Loaded = cursor.Loaded + images.Length };
        await MailAsync(images, readBegan, next, [], stop);
        if (next.Phase == FeedCursor.Live)
        {
            log.Say($"{mapping.ObjectName}: {next.Loaded} records read, changes are polled from now on");
        }
    }

    private async Task PollWhenDueAsync(CancellationToken stop)
    {
        if ((_polledAt != 0 && clock.GetElapsedTime(_polledAt) < pace.Interval) || !pace.AllowsPoll)
        {
            return;
        }

        var deep = _polledDeepAt == 0 || clock.GetElapsedTime(_polledDeepAt) >= options.OverlapInterval;
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
            await PollAsync(_cursor!.Since - ShortOverlap, stop);
        }

        if (_askedDeletedAt == 0 || clock.GetElapsedTime(_askedDeletedAt) >= options.DeletedInterval)
        {
            _askedDeletedAt = clock.GetTimestamp();
            await AskDeletedAsync(stop);
        }
    }

    private async Task PollAsync(DateTimeOffset from, CancellationToken stop)
    {
        var position = $"SystemModstamp >= {Soql(from)}";
        while (true)
        {
            var readBegan = await stores.Turns.NowAsync(stop);
            var page = await soap.QueryAsync(
                $"{_reader.Select} WHERE {position} ORDER BY SystemModstamp, Id LIMIT {options.PageRowsMax}", includeDeleted: true, stop);
            var images = page.Rows.Select(_reader.Image).ToArray();
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
        var answer = await soap.GetDeletedAsync(mapping.ObjectName, start, now + TimeSpan.FromMinutes(1), stop);
        var deleted = answer.Records.Where(record => _seen.IsDeletionNews(CanonicalValue.Id18(record.Id), record.DeletedDate)).ToArray();
        var covered = answer.LatestDateCovered < now ? answer.LatestDateCovered : now;
        await MailAsync([], readBegan, _cursor with { DeletedSince = covered > _cursor.DeletedSince ? covered : _cursor.DeletedSince }, deleted, stop);
        _seen.RememberDeleted(deleted.Select(record => CanonicalValue.Id18(record.Id)));
    }

    private async Task ReadBackAsync(CancellationToken stop)
    {
        // A field whose write is still outside is asked for again after each look: not more often than this.
        if (_readBackAt != 0 && clock.GetElapsedTime(_readBackAt) < ReadBackInterval)
        {
            return;
        }

        _readBackAt = clock.GetTimestamp();
        var (envelopes, sfids) = await AskedAsync(stop);
        if (envelopes.Count == 0)
        {
            return;
        }

        foreach (var ids in sfids.Chunk(500))
        {
            var readBegan = await stores.Turns.NowAsync(stop);
            var page = await soap.QueryAsync(
                $"{_reader.Select} WHERE Id IN ({string.Join(", ", ids.Select(id => $"'{id}'"))}) LIMIT {options.PageRowsMax}", includeDeleted: true, stop);
            var images = page.Rows.Select(_reader.Image).ToArray();
            await MailAsync(images, readBegan, _cursor!, [], stop, ids.Length == sfids.Count ? envelopes : []);
            _seen.RememberDeleted(images.Where(image => image.Deleted).Select(image => image.Sfid));
        }

        if (sfids.Count > 500)
        {
            await MailAsync([], await stores.Turns.NowAsync(stop), _cursor!, [], stop, envelopes);
        }
    }

    // Requests stay in the mailbox until their answers are mailed: a crash in between asks again.
    private async Task<(IReadOnlyList<long> Envelopes, IReadOnlyList<string> Sfids)> AskedAsync(CancellationToken stop)
    {
        var (envelopes, sfids) = (new List<long>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var envelope in await stores.Turns.PeekMailAsync(lease.Address, AskedEnvelopesMax, stop))
        {
            envelopes.Add(envelope.Id);
            sfids.UnionWith(JsonSerializer.Deserialize(envelope.Body, FeedJson.Default.ReadBackEnvelope)!.Sfids);
        }

        return (envelopes, [.. sfids]);
    }

    private async Task MailAsync(
        IReadOnlyList<ReadRecord> images, DateTimeOffset readBegan, FeedCursor next, IReadOnlyList<DeletedRecord> deleted, CancellationToken stop, IReadOnlyList<long>? answered = null)
    {
        await using var turn = await stores.Turns.BeginAsync(stop);
        turn.Now = readBegan;
        turn.Advance(lease);
        lease.Cursor = JsonSerializer.Serialize(next, FeedJson.Default.FeedCursor);
        mail.Send(turn, await FeedRouting.DeliverAsync(turn, stores.Links, mapping, organizationId, images, deleted, readBegan, stop));
        if (answered is { Count: > 0 })
        {
            await turn.RemoveMailAsync(lease.Address, answered, stop);
        }

        await turn.CommitAsync(stop);
        _cursor = next;
        if (images.Count > 0 || deleted.Count > 0)
        {
            records.Signal();
        }
    }

    private TimeSpan UntilNextPoll()
    {
        var rest = pace.Interval - clock.GetElapsedTime(_polledAt);
        return rest < TimeSpan.FromMilliseconds(5) ? TimeSpan.FromMilliseconds(5) : rest < ReadBackInterval ? rest : ReadBackInterval;
    }

    private static string Soql(DateTimeOffset at) => CanonicalValue.Instant(at);
}
