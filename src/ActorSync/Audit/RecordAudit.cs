using System.Collections.Immutable;
using ActorSync.Domain.Mapping;
using ActorSync.Records;
using ActorSync.Runtime.Journal;

namespace ActorSync.Audit;

/// <summary>The history of one record of one object.</summary>
internal sealed record RecordTimelineReport(string Object, Guid ExternalId, ImmutableArray<TimelineLine> Lines);

/// <summary>Reads histories from the journal.</summary>
internal static class RecordAudit
{
    private static readonly RecordCodec Codec = new();

    /// <summary>The histories of a UUID, one for each object that has a record of it; empty when none has.</summary>
    public static async Task<IReadOnlyList<RecordTimelineReport>> OfAsync(
        JournalReader journal, IReadOnlyList<ObjectMapping> mappings, Guid record, CancellationToken stop)
    {
        var reports = new List<RecordTimelineReport>();
        foreach (var mapping in mappings)
        {
            var events = new List<JournaledEvent>();
            await foreach (var entry in journal.OfEntityAsync(record, mapping.Number, stop))
            {
                events.Add(new JournaledEvent(entry.Seq, entry.At, entry.Type, Codec.ReadEvent(entry.Type, entry.Body)));
            }

            if (events.Count > 0)
            {
                reports.Add(new RecordTimelineReport(mapping.ObjectName, record, RecordTimeline.Of(events)));
            }
        }

        return reports;
    }
}
