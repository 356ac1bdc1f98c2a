using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce.Soap;
using ActorSync.Salesforce.Streaming;

namespace ActorSync.Feeds;

/// <summary>Commits a feed's cursor together with the messages it covers.</summary>
/// <param name="now">Time of the turn, database clock.</param>
internal delegate Task FeedCommit(FeedCursor next, DateTimeOffset now, Func<Turn, Task<IReadOnlyList<Delivery<RecordMessage>>>> deliver, CancellationToken stop);

/// <summary>Takes what the stream says of one object: change events become messages of their records, and what is missing is told and found otherwise. An event of a linked record is its
/// reason for a fresh read, which the record asks for itself; what no record can be told of before it is known whose it is, is read here first.</summary>
internal sealed class ChangeFeed(
    ChangeInbox inbox, SyncStores stores, ObjectMapping mapping, string organizationId, IPartnerApi soap, ObjectReader reader, int pageRowsMax, SyncLog log)
{
    /// <summary>News taken in one turn.</summary>
    public const int NewsMax = 500;

    // Records that the events of one turn name, unless a single one names more.
    private const int RecordsMax = 1_000;

    // Ids in one query.
    private const int IdsMax = 500;

    // Records that are told together that events are missing.
    private const int MissedRecordsMax = 2_000;

    // What was committed this much before the channel was heard first, the load and the polls show; clocks may differ by as much.
    private static readonly TimeSpan HeardTolerance = TimeSpan.FromMinutes(10);

    private readonly ChangeReader _changes = new(mapping);
    private readonly List<StreamNews> _pending = [];
    private bool _isHeard;
    private readonly bool _counts = Counts(mapping);

    /// <summary>Salesforce tells what happens, as far as is known.</summary>
    public bool IsHeard => inbox.IsHeard;

    /// <summary>Nothing that Salesforce has told is left to take: the channel is heard, and quiet.</summary>
    public bool HasTakenEverything => inbox.IsQuiet && _pending.Count == 0;

    /// <summary>Whether an object has counters: what their events say nothing else does.</summary>
    public static bool Counts(ObjectMapping mapping) => mapping.Fields.Any(field => mapping.PolicyOf(field.Name) == ConflictPolicy.Counter);

    /// <summary>It is known whether the channel can be heard: a load that begins now misses nothing that it could have been told.</summary>
    public bool IsAnswered => inbox.IsAnswered;

    /// <summary>Something may be missing, everybody who has to know has been told, and a poll of everything since the last one is to find the rest.</summary>
    public static bool WantsPoll(FeedCursor cursor) => cursor.Stream is { Missed: not null, MissedTo: Everybody };

    /// <summary>That poll has been made.</summary>
    public static FeedCursor Polled(FeedCursor cursor) =>
        WantsPoll(cursor) ? cursor with { Stream = cursor.Stream! with { Missed = null, MissedTo = null } } : cursor;

    // Behind every id.
    private const string Everybody = "~";

    /// <summary>Takes what is there, at most a turn of it.</summary>
    /// <returns>False when there was nothing.</returns>
    public async Task<bool> TakeAsync(FeedCursor cursor, FeedCommit commit, CancellationToken stop)
    {
        if (cursor.Stream is { Missed: { } reason, MissedTo: not Everybody } stream)
        {
            await TellMissedAsync(cursor, stream, reason, commit, stop);
            return true;
        }

        while (_pending.Count < NewsMax && inbox.TryTake(out var news))
        {
            _pending.Add(news!);
        }

        if (_pending.Count == 0)
        {
            return false;
        }

        // Nothing is dropped before its turn is committed.
        var taken = _pending[0] is StreamNews.Changed ? await TakeChangesAsync(cursor, commit, stop) : await TakeOtherAsync(cursor, _pending[0], commit, stop);
        _pending.RemoveRange(0, taken);
        return true;
    }

    /// <summary>Where the stream is to be read from, as a cursor has it.</summary>
    public static ReplayPosition PositionOf(FeedCursor? cursor) => cursor?.Stream switch
    {
        null => ReplayPosition.Newest,
        { ReplayId: { } id } => ReplayPosition.After(id),
        _ => ReplayPosition.Oldest,
    };

    private async Task<int> TakeOtherAsync(FeedCursor cursor, StreamNews news, FeedCommit commit, CancellationToken stop)
    {
        var now = await stores.Turns.NowAsync(stop);
        FeedCursor? next = news switch
        {
            StreamNews.Subscribed told => await HeardAsync(cursor, told.From, now, stop),
            StreamNews.Missed told => Missed(cursor, now, null, told.Why),
            StreamNews.Unreadable told => Missed(cursor, now, told.ReplayId ?? cursor.Stream?.ReplayId, $"an event could not be read: {told.Why}"),
            _ => null,
        };
        if (next is not null)
        {
            await CommitAsync(next, now, _ => Task.FromResult<IReadOnlyList<Delivery<RecordMessage>>>([]), commit, stop);
        }

        return 1;
    }

    private async Task<FeedCursor?> HeardAsync(FeedCursor cursor, ReplayPosition from, DateTimeOffset now, CancellationToken stop)
    {
        if (!_isHeard)
        {
            _isHeard = true;
            log.Say($"{mapping.ObjectName}: change events are heard{(from.IsEvent ? $", from behind event {from}" : "")}");
        }

        if (cursor.Stream is not null)
        {
            return null;
        }

        // Of records that are linked already the stream has not told everything: their counters may have been read, or sent, before.
        var heard = cursor with { Stream = new StreamCursor(now, null) };
        return _counts && (await LinksAsync("", 1, stop)).Count > 0 ? Missed(heard, now, null, "records were in sync before change events were heard") : heard;
    }

    private async Task<IReadOnlyList<(string Sfid, ActorId Actor)>> LinksAsync(string after, int recordsMax, CancellationToken stop)
    {
        await using var turn = await stores.Turns.BeginAsync(stop);
        return await stores.Links.PageAsync(turn, mapping.Number, after, recordsMax, stop);
    }

    private FeedCursor Missed(FeedCursor cursor, DateTimeOffset now, long? replayId, string why)
    {
        log.Alert($"{mapping.ObjectName}: change events were missed ({why}); {(_counts ? "open counters wait for somebody, and " : "")}a poll of everything since the last one finds what they would have told");
        return cursor with { Stream = (cursor.Stream ?? new StreamCursor(now, null)) with { ReplayId = replayId, Missed = why, MissedTo = _counts ? null : Everybody } };
    }

    private async Task TellMissedAsync(FeedCursor cursor, StreamCursor stream, string reason, FeedCommit commit, CancellationToken stop)
    {
        var now = await stores.Turns.NowAsync(stop);
        var page = await LinksAsync(stream.MissedTo ?? "", MissedRecordsMax, stop);
        var next = cursor with { Stream = stream with { MissedTo = page.Count < MissedRecordsMax ? Everybody : page[^1].Sfid } };
        await CommitAsync(
            next, now,
            _ => Task.FromResult<IReadOnlyList<Delivery<RecordMessage>>>([.. page.Select(link => new Delivery<RecordMessage>(link.Actor, new RecordMessage.ChangesMissed(link.Sfid, reason, now)))]),
            commit, stop);
    }

    private async Task<int> TakeChangesAsync(FeedCursor cursor, FeedCommit commit, CancellationToken stop)
    {
        // Received before this moment: a read that begins after it shows them.
        var seen = await stores.Turns.NowAsync(stop);
        var batch = Batch();
        var heardAt = cursor.Stream?.HeardAt ?? seen;
        // In the order of the commits, should they not have come in it.
        var told = batch.Where(news => news.Event.CommittedAt >= heardAt - HeardTolerance)
            .OrderBy(news => news.Event.CommitNumber).ThenBy(news => news.Event.SequenceNumber).ToArray();
        var changes = _changes.Read(told.Select(news => news.Event), await stores.Submissions.SentAsync(ChangeReader.Submissions(told.Select(news => news.Event)), stop), seen);
        var ids = await ToReadAsync(changes, stop);
        var (images, readBegan) = ids.Count == 0 ? ([], seen) : await ReadAsync(ids, stop);
        var nearMisses = changes.Count(change => change.IsNearMiss);
        var stream = (cursor.Stream ?? new StreamCursor(seen, null)) with { ReplayId = batch[^1].ReplayId };
        if (_counts && batch[^1].Event.CommittedAt - mapping.ClockTolerance is var toldAt && !(stream.ToldAt >= toldAt))
        {
            stream = stream with { ToldAt = toldAt };
        }

        var next = cursor with { Stream = stream with { NearMisses = stream.NearMisses + nearMisses } };
        // One that was told before, as everything that is kept is told again after a gap, begins nothing anew.
        if (told.LastOrDefault(news => ChangeReader.NamesNoRecords(news.Event) && news.Event.CommitNumber > stream.OverflowAt) is { } overflow)
        {
            next = next with { Stream = next.Stream with { OverflowAt = overflow.Event.CommitNumber } };
            next = Missed(next, seen, next.Stream.ReplayId, $"{overflow.Event.Type} names no records, everything is read again").ToReload();
        }

        await CommitAsync(next, seen, turn => DeliverAsync(turn, changes, images, seen, readBegan, stop), commit, stop);
        SyncMetrics.NearMisses.Add(nearMisses, new KeyValuePair<string, object?>("object", mapping.ObjectName));
        return batch.Count;
    }

    private List<StreamNews.Changed> Batch()
    {
        var batch = new List<StreamNews.Changed>();
        var records = 0;
        foreach (var news in _pending)
        {
            if (news is not StreamNews.Changed changed || (batch.Count > 0 && records + changed.Event.RecordIds.Count > RecordsMax))
            {
                break;
            }

            batch.Add(changed);
            records += changed.Event.RecordIds.Count;
        }

        return batch;
    }

    // What changed at a linked record it asks for itself, once it has taken the event. Everything else is read to know whose it is, or whether it lives.
    private async Task<IReadOnlyList<string>> ToReadAsync(IReadOnlyList<RecordChange> changes, CancellationToken stop)
    {
        if (changes.Count == 0)
        {
            return [];
        }

        await using var turn = await stores.Turns.BeginAsync(stop);
        var linked = await stores.Links.FindAsync(turn, [.. changes.Select(change => change.Sfid).Distinct()], stop);
        return [.. changes.Where(change => change.IsRead || (change.Own is null && !linked.ContainsKey(change.Sfid))).Select(change => change.Sfid).Distinct()];
    }

    private async Task<(IReadOnlyList<ReadRecord> Images, DateTimeOffset ReadBegan)> ReadAsync(IReadOnlyList<string> sfids, CancellationToken stop)
    {
        // The images of several queries are as old as the first.
        var readBegan = await stores.Turns.NowAsync(stop);
        var images = new List<ReadRecord>(sfids.Count);
        foreach (var ids in sfids.Chunk(Math.Min(IdsMax, pageRowsMax)))
        {
            var rows = await soap.RowsAsync(
                $"{reader.Select} WHERE Id IN ({string.Join(", ", ids.Select(id => $"'{id}'"))}) LIMIT {pageRowsMax}", includeDeleted: true, stop);
            images.AddRange(rows.Select(reader.Image));
        }

        return (images, readBegan);
    }

    private async Task<IReadOnlyList<Delivery<RecordMessage>>> DeliverAsync(
        Turn turn, IReadOnlyList<RecordChange> changes, IReadOnlyList<ReadRecord> images, DateTimeOffset seen, DateTimeOffset readBegan, CancellationToken stop)
    {
        if (changes.Count == 0)
        {
            return [];
        }

        var linked = await stores.Links.FindAsync(turn, [.. changes.Select(change => change.Sfid).Distinct()], stop);
        var shown = images.Where(image => !image.Deleted).ToDictionary(image => image.Sfid, StringComparer.Ordinal);
        var deliveries = new List<Delivery<RecordMessage>>();
        foreach (var change in changes)
        {
            ActorId? actor = linked.TryGetValue(change.Sfid, out var record) ? record.Kind == mapping.Number ? record : null
                : change.Own is { } own ? new ActorId(mapping.Number, own.Entity)
                : shown.TryGetValue(change.Sfid, out var image) ? new ActorId(mapping.Number, image.ExternalId ?? RecordIds.Derived(organizationId, change.Sfid))
                : null;
            if (actor is { } found && change.Message(seen) is { } message)
            {
                deliveries.Add(new Delivery<RecordMessage>(found, message));
            }
        }

        // What is deleted for good no read shows.
        var read = images.Select(image => image.Sfid).ToHashSet(StringComparer.Ordinal);
        var gone = changes.Where(change => change.IsDeletion && !read.Contains(change.Sfid)).DistinctBy(change => change.Sfid).Select(change => new DeletedRecord(change.Sfid, change.AsOf)).ToArray();
        deliveries.AddRange(await FeedRouting.DeliverAsync(turn, stores.Links, mapping, organizationId, images, gone, readBegan, stop));
        return deliveries;
    }

    private async Task CommitAsync(
        FeedCursor next, DateTimeOffset now, Func<Turn, Task<IReadOnlyList<Delivery<RecordMessage>>>> deliver, FeedCommit commit, CancellationToken stop)
    {
        await commit(next, now, deliver, stop);
        inbox.Position = PositionOf(next);
    }
}
