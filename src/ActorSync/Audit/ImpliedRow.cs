using System.Collections.Immutable;
using ActorSync.Domain.Records;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.Audit;

/// <summary>The mapped row that a record's journal implies: invariant I6 compares it with the row that is there. Immutable, pure.</summary>
internal sealed record ImpliedRow
{
    /// <summary>No row.</summary>
    public static readonly ImpliedRow None = new();

    /// <summary>Version of the row; null when there is none.</summary>
    public RowStamp? Stamp { get; init; }

    /// <summary>Values by field; a field that nobody has said anything about is absent and counts as empty.</summary>
    public FieldValues Fields { get; init; } = FieldValues.Empty;

    /// <summary>The row's sfid column.</summary>
    public string? Sfid { get; init; }

    // Which version of the row gave a field its value: the log may tell a later revision first.
    private ImmutableDictionary<string, RowStamp> Since { get; init; } = ImmutableDictionary<string, RowStamp>.Empty;

    // The last life that ended: a straggling change of it revives nothing.
    private long EndedBirth { get; init; }

    /// <summary>The row after one more event.</summary>
    public ImpliedRow After(RecordEvent @event) => @event switch
    {
        LocalChanged { Operation: RowOperation.Delete } e => Ended(e.Stamp),
        LocalChanged { Operation: RowOperation.Insert } e => e.Stamp.Birth <= EndedBirth ? this : Born(e.Stamp, e.New, null),
        LocalChanged e => Changed(e.Stamp, e.New),
        RowTouched e => Changed(e.Stamp, FieldValues.Empty),
        RowWritten { Operation: RowOperation.Delete } => Ended(Stamp ?? default),
        RowWritten { Operation: RowOperation.Insert, Stamp: { } stamp } e => Born(stamp, e.Fields, e.Status.Sfid),
        RowWritten { Stamp: { } stamp } e => Changed(stamp, e.Fields) with { Sfid = e.Status.Sfid ?? Sfid },
        _ => this,
    };

    /// <summary>The row after a run of events.</summary>
    public static ImpliedRow Fold(IEnumerable<RecordEvent> events) => events.Aggregate(None, (row, @event) => row.After(@event));

    private ImpliedRow Ended(RowStamp stamp) =>
        Stamp is { } present && present.Birth > stamp.Birth ? this : None with { EndedBirth = Math.Max(EndedBirth, stamp.Birth) };

    private ImpliedRow Born(RowStamp stamp, FieldValues fields, string? sfid) => new()
    {
        // A change of this very life may have been logged before its insert.
        Stamp = Stamp is { } present && present > stamp ? present : stamp,
        Fields = Stamp?.Birth == stamp.Birth ? fields.With(Fields) : fields,
        Sfid = sfid,
        Since = Stamp?.Birth == stamp.Birth ? Since : ImmutableDictionary<string, RowStamp>.Empty,
        EndedBirth = EndedBirth,
    };

    private ImpliedRow Changed(RowStamp stamp, FieldValues fields)
    {
        if (stamp.Birth <= EndedBirth || (Stamp is { } present && present.Birth > stamp.Birth))
        {
            return this;
        }

        var news = fields.Where((name, _) => !Since.TryGetValue(name, out var since) || since <= stamp);
        return this with
        {
            Stamp = Stamp is { } seen && seen > stamp ? seen : stamp,
            Fields = Fields.With(news),
            Since = Since.SetItems(news.Names.Select(name => KeyValuePair.Create(name, stamp))),
        };
    }
}
