using System.Collections.Immutable;
using ActorSync.Domain.Faults;

namespace ActorSync.Domain.Records;

/// <summary>Where a record stands between the two sides.</summary>
public enum Life
{
    /// <summary>Not known in Salesforce.</summary>
    Unborn,

    /// <summary>Linked to a living Salesforce record.</summary>
    Alive,

    /// <summary>Deleted in Salesforce; the row still has to go.</summary>
    DeletedRemotely,

    /// <summary>Gone on both sides; the state is a tombstone.</summary>
    Dead,
}

/// <summary>What a write asks of Salesforce.</summary>
public enum WriteOperation
{
    /// <summary>A birth: upsert by external id.</summary>
    Insert,

    /// <summary>Update by sfid.</summary>
    Update,

    /// <summary>Delete by sfid.</summary>
    Delete,
}

/// <summary>A net local change that is not offered yet.</summary>
/// <param name="Fields">New values of the fields to send.</param>
/// <param name="Base">Per field, the last value both sides agreed on; a field without one has none that is known.</param>
/// <param name="At">When the latest change in it was captured: what latest-wins compares.</param>
/// <param name="Stamp">Version of the row after the latest change in it.</param>
public sealed record LocalWrite(WriteOperation Operation, FieldValues Fields, FieldValues Base, DateTimeOffset At, RowStamp Stamp)
{
    /// <summary>Fields of intent: they are sent even if they are what both sides agree on; null for none.</summary>
    public FieldNames? Intents { get; init; }

    /// <summary>True of a field that is sent whatever its base. A value that is its own base was kept because it is one.</summary>
    internal bool Intends(string name) => Intents?.Contains(name) == true || (Fields.TryGet(name, out var value) && Base.Is(name, value));
}

/// <summary>The write that is with the coordinator or outside. At most one per record (invariant I5).</summary>
/// <param name="WriteNo">1, 2, 3 ... within the record; outcomes name it, so a straggler is recognised.</param>
/// <param name="Sfid">Addressee of an update or delete; null for a birth, until its record is known to be deleted.</param>
public sealed record OutstandingWrite(int WriteNo, string? Sfid, LocalWrite Write);

/// <summary>The pending-write barrier after an acknowledgement (rule 4): the field takes no evidence that is not certainly later than the answer.</summary>
/// <param name="Sent">Values we sent that may still echo, oldest first, the last one is what Salesforce acknowledged.</param>
/// <param name="AnsweredAt">Database clock after the answer was read.</param>
public sealed record FieldBar(ImmutableArray<string?> Sent, DateTimeOffset AnsweredAt)
{
    /// <summary>Values remembered per field; older ones can only echo from reads that began long before.</summary>
    public const int SentValuesMax = 16;

    /// <inheritdoc/>
    public bool Equals(FieldBar? other) => other is not null && AnsweredAt == other.AnsweredAt && Sent.SequenceEqual(other.Sent);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(AnsweredAt, Sent.Length);
}

/// <summary>What the engine still has to do to the mapped row.</summary>
/// <param name="Operation">Insert the row, update it, or delete it.</param>
/// <param name="Fields">Mapped values to write.</param>
/// <param name="Status">Engine-owned columns to write.</param>
public sealed record OwedRow(RowOperation Operation, FieldValues Fields, RowStatus Status)
{
    /// <summary>What a state owes once more values and status are owed to its row; nothing where there is no row.</summary>
    internal static OwedRow? Of(RecordState state, FieldValues fields, RowStatus status) => (state.Owed, state.Row) switch
    {
        ({ } owed, _) => owed with { Fields = owed.Fields.With(fields), Status = owed.Status.With(status) },
        (null, null) => null,
        _ => new OwedRow(RowOperation.Update, fields, status),
    };

    /// <summary>The same without some fields; null when nothing is left to write.</summary>
    internal OwedRow? Without(IEnumerable<string> names)
    {
        var left = Fields.Without(names);
        return Operation == RowOperation.Update && left.IsEmpty && Status == new RowStatus() ? null : this with { Fields = left };
    }
}

/// <summary>Engine-owned columns of a mapped row; a null member is left as it is.</summary>
/// <param name="Sfid">Salesforce id to set.</param>
/// <param name="SystemModstamp">Salesforce's stamp of the image in the row.</param>
/// <param name="LastOp">_hc_lastop.</param>
/// <param name="Error">_hc_err; an empty string clears it.</param>
public sealed record RowStatus(string? Sfid = null, DateTimeOffset? SystemModstamp = null, string? LastOp = null, string? Error = null)
{
    /// <summary>This status overlaid by a later one.</summary>
    public RowStatus With(RowStatus later) =>
        new(later.Sfid ?? Sfid, later.SystemModstamp ?? SystemModstamp, later.LastOp ?? LastOp, later.Error ?? Error);
}

/// <summary>Why a record waits for somebody.</summary>
/// <param name="Source">salesforce (a refused write), postgres (a refused row), doubt (an unprovable birth) or engine (a poison message).</param>
/// <param name="Code">Salesforce's status code or PostgreSQL's SQLSTATE.</param>
public sealed record ParkedError(string Source, string Operation, string Code, string Message, DateTimeOffset At)
{
    /// <summary>Salesforce refused a write.</summary>
    public const string Salesforce = "salesforce";

    /// <summary>PostgreSQL refused a row.</summary>
    public const string Postgres = "postgres";

    /// <summary>A birth may or may not have happened.</summary>
    public const string Doubt = "doubt";

    /// <summary>Code of a row that a read-only mapping does not let out.</summary>
    public const string ReadOnly = "READ_ONLY";

    /// <summary>A message that fails whenever it is decided, or sides that never agree.</summary>
    public const string Engine = "engine";
}

/// <summary>All a record actor knows. Immutable, compared by value; a field with nothing queued, outstanding, owed or barred has no value here: the row holds it.</summary>
public sealed record RecordState
{
    /// <summary>No field is barred. Stands before <see cref="Initial"/>, which holds it: static members are initialised in their order.</summary>
    public static ImmutableSortedDictionary<string, FieldBar> NoBars { get; } =
        ImmutableSortedDictionary.Create<string, FieldBar>(StringComparer.Ordinal);

    /// <summary>A record nobody has said anything about.</summary>
    public static readonly RecordState Initial = new();

    /// <summary>Rounds after which the record is parked instead: "After 3 automatic rounds on one field" (rule 4).</summary>
    public const int RoundsMax = 3;

    /// <summary>Former sfids remembered per record, latest last.</summary>
    public const int FormerSfidsMax = 16;

    /// <summary>18-character id of the living Salesforce record.</summary>
    public string? Sfid { get; init; }

    /// <summary>Ids this record had in earlier lives: evidence of them never touches the present one.</summary>
    public ImmutableArray<string> FormerSfids { get; init; } = [];

    /// <summary>Version of the mapped row last seen; null when there is no row.</summary>
    public RowStamp? Row { get; init; }

    /// <summary>Latest birth whose row is gone: a change of it that is logged late, behind the delete, says nothing any more.</summary>
    public long? EndedBirth { get; init; }

    /// <summary>How often in a row the application's triggers rewrote what the engine wrote (rule 4).</summary>
    public int Rounds { get; init; }

    /// <summary>Where the record stands.</summary>
    public Life Life { get; init; }

    /// <summary>Local changes not offered yet, in order; in merged mode at most a delete followed by an insert.</summary>
    public ImmutableArray<LocalWrite> Queue { get; init; } = [];

    /// <summary>The write that is offered or outside.</summary>
    public OutstandingWrite? Outstanding { get; init; }

    /// <summary>Number of the last write offered.</summary>
    public int LastWriteNo { get; init; }

    /// <summary>Barred fields, by name.</summary>
    public ImmutableSortedDictionary<string, FieldBar> Bars { get; init; } = NoBars;

    /// <summary>Database clock before the latest read that was taken as evidence began.</summary>
    public DateTimeOffset? EvidenceReadBegan { get; init; }

    /// <summary>SystemModstamp of the latest image taken.</summary>
    public DateTimeOffset? SystemModstamp { get; init; }

    /// <summary>A fresh read was asked for at this time and has not come yet.</summary>
    public DateTimeOffset? ReadBackAskedAt { get; init; }

    /// <summary>What the mapped row still has to be told.</summary>
    public OwedRow? Owed { get; init; }

    /// <summary>A birth that an operator skipped: the next change of its row makes it a birth again.</summary>
    public LocalWrite? SkippedBirth { get; init; }

    /// <summary>Set while the record waits for a correction.</summary>
    public ParkedError? Parked { get; init; }

    /// <summary>True when a delete of the linked record, or of the one whose birth is outside, is queued or outside.</summary>
    internal bool DeletePending =>
        (Outstanding is { Write.Operation: WriteOperation.Delete } write && write.Sfid == Sfid) || Queue.Any(waiting => waiting.Operation == WriteOperation.Delete);

    /// <summary>True when a write that is queued or outside says this value.</summary>
    internal bool Says(string field, string? value) =>
        Outstanding is { Write: { } outside } && outside.Fields.Is(field, value) || Queue.Any(waiting => waiting.Fields.Is(field, value));

    /// <summary>True while a birth is outside whose record is not known to be deleted.</summary>
    internal bool BirthOutside => Outstanding is { Sfid: null };

    /// <summary>True of a version of a row that is known to be gone.</summary>
    internal bool IsEnded(RowStamp stamp) => stamp.Birth <= EndedBirth || stamp.Birth < Row?.Birth;

    /// <inheritdoc/>
    public bool Equals(RecordState? other) =>
        other is not null
        && Sfid == other.Sfid && Row == other.Row && EndedBirth == other.EndedBirth && Rounds == other.Rounds && Life == other.Life && LastWriteNo == other.LastWriteNo
        && EvidenceReadBegan == other.EvidenceReadBegan && SystemModstamp == other.SystemModstamp && ReadBackAskedAt == other.ReadBackAskedAt
        && Equals(Outstanding, other.Outstanding) && Equals(Owed, other.Owed) && Equals(Parked, other.Parked) && Equals(SkippedBirth, other.SkippedBirth)
        && FormerSfids.SequenceEqual(other.FormerSfids) && Queue.SequenceEqual(other.Queue) && Bars.SequenceEqual(other.Bars);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Sfid, Row, Life, LastWriteNo, Outstanding, Owed);
}
