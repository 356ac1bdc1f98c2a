using System.Collections.Immutable;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Retention;
using Npgsql;

namespace ActorSync.Audit;

/// <summary>What a check of journals found.</summary>
/// <param name="Records">Records compared.</param>
/// <param name="Events">Journaled events folded.</param>
/// <param name="Undecided">Records with captured changes that no turn has decided yet: they are not compared.</param>
/// <param name="Differences">At most <see cref="HistoryCheck.DifferencesMax"/>.</param>
/// <param name="DifferencesLeftOut">Found but not kept.</param>
/// <param name="BegunBefore">Records whose journal begins, or may begin, in files that were not given: they are not compared.</param>
/// <param name="ArchivedUntil">The journal of earlier times is in files alone; null while nothing is archived.</param>
internal sealed record HistoryReport(
    long Records, long Events, long Undecided, ImmutableArray<HistoryDifference> Differences, long DifferencesLeftOut, long BegunBefore = 0, DateTimeOffset? ArchivedUntil = null)
{
    /// <summary>True when every journal folds to its snapshot and to its row.</summary>
    public bool Agrees => Differences.IsEmpty;
}

/// <summary>Folds journals and holds them against snapshots and rows, all as of one moment: it may run beside a working node. Streams; memory does not grow with the table.</summary>
/// <param name="archive">Folder of the files of what is archived of the journal; null leaves out the records that begin in them.</param>
internal sealed class HistoryCheck(NpgsqlDataSource database, IReadOnlyList<ObjectMapping> mappings, string? archive = null)
{
    /// <summary>Differences kept for the report.</summary>
    public const int DifferencesMax = 100;

    private static readonly RecordCodec Codec = new();

    private readonly ImmutableArray<HistoryDifference>.Builder _differences = ImmutableArray.CreateBuilder<HistoryDifference>();
    private long _records;
    private long _events;
    private long _undecided;
    private long _leftOut;
    private long _begunBefore;

    /// <summary>Checks one record, or all.</summary>
    /// <param name="only">The record's UUID; null checks every record of every mapping.</param>
    public async Task<HistoryReport> RunAsync(Guid? only, CancellationToken stop)
    {
        await using var moment = await AuditMoment.OpenAsync(database, stop);
        var undecided = await moment.UndecidedAsync(stop);
        var archived = await moment.ArchivedAsync(stop);
        await using var files = new ArchivedEntries(archive is null ? [] : await archived.FindAsync(archive, stop), stop);
        foreach (var mapping in mappings.OrderBy(mapping => mapping.Number))
        {
            await CheckAsync(moment, mapping, only, undecided, archived, files, stop);
        }

        return new HistoryReport(_records, _events, _undecided, _differences.ToImmutable(), _leftOut, _begunBefore, archived.Until);
    }

    private async Task CheckAsync(
        AuditMoment moment, ObjectMapping mapping, Guid? only, HashSet<RecordId> undecided, ArchivedJournal archived, ArchivedEntries files, CancellationToken stop)
    {
        var places = files.OfMapping(mapping.Number, only).Append(moment.EntriesAsync(mapping, only, stop));
        await using var journal = JournalMerge.OfAsync(places, stop).GetAsyncEnumerator(stop);
        await using var snapshots = moment.SnapshotsAsync(mapping, only, stop).GetAsyncEnumerator(stop);
        await using var rows = moment.RowsAsync(mapping, only, stop).GetAsyncEnumerator(stop);
        var (more, moreSnapshots, moreRows) = (await journal.MoveNextAsync(), await snapshots.MoveNextAsync(), await rows.MoveNextAsync());
        var events = new List<RecordEvent>();
        while (more || moreSnapshots || moreRows)
        {
            // All three come in the order of the UUID: the smallest is next.
            var next = Least(more ? journal.Current.Actor.Entity : null, moreSnapshots ? snapshots.Current.Id : null, moreRows ? rows.Current.Id : null);
            events.Clear();
            for (; more && journal.Current.Actor.Entity == next; more = await journal.MoveNextAsync())
            {
                events.Add(Codec.ReadEvent(journal.Current.Type, journal.Current.Body));
            }

            string? snapshot = null;
            var isWhole = true;
            if (moreSnapshots && snapshots.Current.Id == next)
            {
                snapshot = snapshots.Current.State;
                isWhole = archive is not null || !archived.HasBeginningOf(snapshots.Current.Since);
                moreSnapshots = await snapshots.MoveNextAsync();
            }

            TableRow? row = null;
            if (moreRows && rows.Current.Id == next)
            {
                row = rows.Current.Row;
                moreRows = await rows.MoveNextAsync();
            }

            if (isWhole)
            {
                Compare(mapping, next, events, snapshot, row, undecided);
            }
            else
            {
                _begunBefore++;
            }
        }
    }

    private void Compare(ObjectMapping mapping, Guid id, List<RecordEvent> events, string? snapshot, TableRow? row, HashSet<RecordId> undecided)
    {
        if (undecided.Contains(new RecordId(mapping.Number, id)))
        {
            _undecided++;
            return;
        }

        _records++;
        _events += events.Count;
        foreach (var difference in RecordHistory.Compare(mapping, id, events, snapshot, row))
        {
            if (_differences.Count < DifferencesMax)
            {
                _differences.Add(difference);
            }
            else
            {
                _leftOut++;
            }
        }
    }

    private static Guid Least(params ReadOnlySpan<Guid?> ids)
    {
        Guid? least = null;
        foreach (var id in ids)
        {
            least = id is { } candidate && (least is null || candidate < least) ? candidate : least;
        }

        return least!.Value;
    }
}
