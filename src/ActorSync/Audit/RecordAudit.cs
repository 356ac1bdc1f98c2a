using System.Collections.Immutable;
using ActorSync.Domain.Mapping;
using ActorSync.Records;
using ActorSync.Retention;
using Npgsql;

namespace ActorSync.Audit;

/// <summary>The history of one record of one object.</summary>
/// <param name="ArchivedIn">Files that hold, or may hold, what is older; empty if there are none, or if they were read.</param>
internal sealed record RecordTimelineReport(string Object, Guid ExternalId, ImmutableArray<TimelineLine> Lines, ImmutableArray<string> ArchivedIn);

/// <summary>Reads histories from the journal.</summary>
/// <param name="archive">Folder of the files of what is archived of it; null leaves them out.</param>
internal sealed class RecordAudit(NpgsqlDataSource database, IReadOnlyList<ObjectMapping> mappings, string? archive)
{
    private static readonly RecordCodec Codec = new();

    /// <summary>The histories of a UUID, one for each object that has a record of it; empty when none has.</summary>
    public async Task<IReadOnlyList<RecordTimelineReport>> OfAsync(Guid record, CancellationToken stop)
    {
        await using var moment = await AuditMoment.OpenAsync(database, stop);
        var archived = await moment.ArchivedAsync(stop);
        await using var files = new ArchivedEntries(archive is null ? [] : await archived.FindAsync(archive, stop), stop);
        var reports = new List<RecordTimelineReport>();
        foreach (var mapping in mappings.OrderBy(mapping => mapping.Number))
        {
            var events = new List<JournaledEvent>();
            await foreach (var entry in JournalMerge.OfAsync(files.OfMapping(mapping.Number, record).Append(moment.EntriesAsync(mapping, record, stop)), stop))
            {
                events.Add(new JournaledEvent(entry.Seq, entry.At, entry.Type, Codec.ReadEvent(entry.Type, entry.Body)));
            }

            var elsewhere = archive is null ? await ElsewhereAsync(moment, archived, mapping, record, stop) : [];
            if (events.Count > 0 || !elsewhere.IsEmpty)
            {
                reports.Add(new RecordTimelineReport(mapping.ObjectName, record, RecordTimeline.Of(events), elsewhere));
            }
        }

        return reports;
    }

    private static async Task<ImmutableArray<string>> ElsewhereAsync(AuditMoment moment, ArchivedJournal archived, ObjectMapping mapping, Guid record, CancellationToken stop)
    {
        await foreach (var (_, _, since) in moment.SnapshotsAsync(mapping, record, stop))
        {
            return archived.FilesOf(since);
        }

        return [];
    }
}
