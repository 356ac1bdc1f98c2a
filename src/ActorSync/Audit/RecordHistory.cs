using System.Collections.Immutable;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;

namespace ActorSync.Audit;

/// <summary>The mapped row as the table holds it, canonical.</summary>
internal sealed record TableRow(RowStamp Stamp, string? Sfid, FieldValues Fields);

/// <summary>One thing that the journal says otherwise than the database.</summary>
/// <param name="Where">snapshot, row, or a field of the row.</param>
internal sealed record HistoryDifference(string Object, Guid ExternalId, string Where, string? Journal, string? Stored)
{
    public override string ToString() => $"{Object} {ExternalId}: {Where}: the journal says {Journal ?? "nothing"}, stored is {Stored ?? "nothing"}";
}

/// <summary>What a record's journal folds to, held against its snapshot and its row (invariant I6). Pure.</summary>
internal static class RecordHistory
{
    private static readonly RecordCodec Codec = new();

    /// <summary>Everything in which journal, snapshot and row disagree; empty when they agree.</summary>
    /// <param name="snapshot">State as stored (JSON), null if there is none.</param>
    /// <param name="row">The row, null if there is none.</param>
    public static ImmutableArray<HistoryDifference> Compare(ObjectMapping mapping, Guid externalId, IReadOnlyList<RecordEvent> events, string? snapshot, TableRow? row)
    {
        var differences = ImmutableArray.CreateBuilder<HistoryDifference>();
        void Differ(string where, string? journal, string? stored) =>
            differences.Add(new HistoryDifference(mapping.ObjectName, externalId, where, journal, stored));

        var folded = Codec.WriteState(RecordEvolve.Fold(RecordState.Initial, events));
        // jsonb keeps no order of members: the stored text is written again by the same codec.
        var stored = snapshot is null ? null : Codec.WriteState(Codec.ReadState(snapshot));
        if (folded != stored && !(stored is null && events.Count == 0))
        {
            Differ("snapshot", folded, stored);
        }

        var implied = ImpliedRow.Fold(events);
        if (implied.Stamp != row?.Stamp)
        {
            Differ("row version", implied.Stamp?.ToString(), row?.Stamp.ToString());
        }
        else if (row is not null)
        {
            CompareFields(mapping, implied, row, Differ);
        }

        return differences.ToImmutable();
    }

    private static void CompareFields(ObjectMapping mapping, ImpliedRow implied, TableRow row, Action<string, string?, string?> differ)
    {
        foreach (var field in mapping.Fields.Where(field => field.Name != mapping.ExternalIdField))
        {
            var said = CanonicalValue.Of(field, implied.Fields[field.Name]);
            if (said != row.Fields[field.Name])
            {
                differ($"field {field.Name}", said, row.Fields[field.Name]);
            }
        }

        if (implied.Sfid is not null && implied.Sfid != row.Sfid)
        {
            differ("sfid", implied.Sfid, row.Sfid);
        }
    }
}
