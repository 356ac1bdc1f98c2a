using System.Collections.Immutable;
using System.Text.Json.Serialization;
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
/// <param name="Ordered">It is one change of the application, and stays one write.</param>
public sealed record LocalWrite(WriteOperation Operation, FieldValues Fields, FieldValues Base, DateTimeOffset At, RowStamp Stamp, bool Ordered = false)
{
    /// <summary>Fields of intent: they are sent even if they are what both sides agree on; null for none.</summary>
    public FieldNames? Intents { get; init; }

    /// <summary>It is more than one change of the application.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Folded { get; init; }

    /// <summary>Fields of the latest change folded into it; noted where it intends something, else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FieldNames? Newest { get; init; }

    /// <summary>Id of the first change folded into it, in the change log; 0: it comes from no change of the application, or from before this was noted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Position { get; init; }

    /// <summary>Fields whose base is what Salesforce was found to hold, and not what the application changed; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FieldNames? Rebased { get; init; }

    /// <summary>It is what the birth before it was offered without, and nothing the application has said since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Follows { get; init; }

    /// <summary>The same as a change of what Salesforce was found to hold.</summary>
    internal LocalWrite From(FieldValues held)
    {
        var met = held.Where((name, _) => Fields.Has(name));
        return met.IsEmpty ? this : this with { Base = Base.With(met), Rebased = new FieldNames((Rebased ?? FieldNames.None).Union(met.Names).Order(StringComparer.Ordinal)) };
    }

    /// <summary>True of a field that is sent whatever its base. A value that is its own base was kept because it is one.</summary>
    internal bool Intends(string name) => Intents?.Contains(name) == true || (Fields.TryGet(name, out var value) && Base.Is(name, value));
}

/// <summary>The write that is with the coordinator or outside. At most one per record (invariant I5).</summary>
/// <param name="WriteNo">1, 2, 3 ... within the record; outcomes name it, so a straggler is recognised.</param>
/// <param name="Sfid">Addressee of an update or delete; null for a birth, until its record is known to be deleted.</param>
public sealed record OutstandingWrite(int WriteNo, string? Sfid, LocalWrite Write)
{
    /// <summary>Its record was deleted and undeleted while it was outside, or its row was and the delete lost: both sides hold what Salesforce has brought back, and a read after
    /// its outcome tells what it did.</summary>
    public bool Ended { get; init; }

    /// <summary>A birth that was outside when a record of an earlier life was undeleted: what is found in that record may never have been said.</summary>
    public bool Revived { get; init; }

    /// <summary>True when its outcome is no outcome of this state's record.</summary>
    internal bool IsOver(RecordState state) => Ended || (Sfid is { } addressee && addressee != state.Sfid);
}

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

/// <summary>A field in the conflict inbox: frozen on both sides until somebody chooses (rule 5, manual).</summary>
/// <param name="Ours">What the row says now.</param>
/// <param name="Base">What both sides last agreed on, as far as it is known.</param>
/// <param name="Theirs">What Salesforce was last seen to say.</param>
/// <param name="Since">When it was frozen.</param>
/// <param name="Counted">A counter: that both sides show the same does not say that both have counted everything.</param>
public sealed record InboxEntry(string? Ours, string? Base, string? Theirs, DateTimeOffset Since, bool Counted = false);

/// <summary>Where a change event stands among those of one org: they are compared, never computed with.</summary>
/// <param name="Commit">Number of the commit, ascending.</param>
/// <param name="Sequence">Place inside its transaction, ascending.</param>
public readonly record struct StreamPosition(long Commit, int Sequence) : IComparable<StreamPosition>
{
    /// <inheritdoc/>
    public int CompareTo(StreamPosition other) => Commit != other.Commit ? Commit.CompareTo(other.Commit) : Sequence.CompareTo(other.Sequence);

    /// <summary>Later in the stream.</summary>
    public static bool operator >(StreamPosition left, StreamPosition right) => left.CompareTo(right) > 0;

    /// <summary>Earlier in the stream.</summary>
    public static bool operator <(StreamPosition left, StreamPosition right) => left.CompareTo(right) < 0;

    /// <summary>Later or the same.</summary>
    public static bool operator >=(StreamPosition left, StreamPosition right) => left.CompareTo(right) >= 0;

    /// <summary>Earlier or the same.</summary>
    public static bool operator <=(StreamPosition left, StreamPosition right) => left.CompareTo(right) <= 0;
}

/// <summary>A counter with something the two sides do not both have yet (rule 5). Canonical numbers; the sum is known + delta + (sent - base).</summary>
/// <param name="Known">Salesforce's value by the latest change event taken.</param>
/// <param name="Delta">What was added here and is not offered yet.</param>
/// <param name="Outside">The write that is on its way, until its own change event shows what it overwrote.</param>
/// <param name="Since">The change of the row from which <paramref name="Known"/> was inferred; the default value once an event has told it.</param>
public sealed record CounterField(string Known, string Delta, CounterWrite? Outside, RowStamp Since)
{
    /// <summary>SystemModstamp of the read that <see cref="Known"/> was taken from, after change events were missing: earlier events are in it.</summary>
    public DateTimeOffset? ReadAsOf { get; init; }

    /// <summary>When that read began, database clock: what was received before is in it.</summary>
    public DateTimeOffset? ReadBegan { get; init; }
}

/// <summary>The absolute value that a write gives a counter.</summary>
/// <param name="Base">Salesforce's value as it was known when the write was offered.</param>
/// <param name="Sent">What the write says.</param>
public sealed record CounterWrite(int WriteNo, string Base, string Sent);

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
/// <param name="IsDeleted">isdeleted: the record is deleted in Salesforce, the row stays.</param>
public sealed record RowStatus(string? Sfid = null, DateTimeOffset? SystemModstamp = null, string? LastOp = null, string? Error = null, bool? IsDeleted = null)
{
    /// <summary>This status overlaid by a later one.</summary>
    public RowStatus With(RowStatus later) =>
        new(later.Sfid ?? Sfid, later.SystemModstamp ?? SystemModstamp, later.LastOp ?? LastOp, later.Error ?? Error, later.IsDeleted ?? IsDeleted);
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

    /// <summary>No fresh read is to come.</summary>
    public static ImmutableSortedDictionary<string, DateTimeOffset> NoReadBacks { get; } = ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>No field has been through a round.</summary>
    public static ImmutableSortedDictionary<string, int> NoRounds { get; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>No counter is open.</summary>
    public static ImmutableSortedDictionary<string, CounterField> NoCounters { get; } = ImmutableSortedDictionary.Create<string, CounterField>(StringComparer.Ordinal);

    /// <summary>The inbox is empty.</summary>
    public static ImmutableSortedDictionary<string, InboxEntry> NoInbox { get; } = ImmutableSortedDictionary.Create<string, InboxEntry>(StringComparer.Ordinal);

    /// <summary>A record nobody has said anything about.</summary>
    public static readonly RecordState Initial = new();

    /// <summary>Automatic conflicts and rewrites of one field, with no word of the application between them, after which the field goes to the inbox (rule 4).</summary>
    public const int RoundsMax = 3;

    /// <summary>Former sfids remembered per record, latest last.</summary>
    public const int FormerSfidsMax = 16;

    /// <summary>18-character id of the living Salesforce record.</summary>
    public string? Sfid { get; init; }

    /// <summary>Ids this record had in earlier lives: evidence of them never touches the present one.</summary>
    public ImmutableArray<string> FormerSfids { get => field; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Version of the mapped row last seen; null when there is no row.</summary>
    public RowStamp? Row { get; init; }

    /// <summary>Latest birth whose row is gone: a change of it that is logged late, behind the delete, says nothing any more.</summary>
    public long? EndedBirth { get; init; }

    /// <summary>Per field, how often in a row a conflict was settled automatically, or the application's triggers rewrote what the engine wrote (rule 4).</summary>
    public ImmutableSortedDictionary<string, int> FieldRounds { get => field; init => field = value ?? NoRounds; } = NoRounds;

    /// <summary>Counters that the two sides do not agree on yet, by name.</summary>
    public ImmutableSortedDictionary<string, CounterField> Counters { get => field; init => field = value ?? NoCounters; } = NoCounters;

    /// <summary>The latest change event taken.</summary>
    public StreamPosition? StreamAt { get; init; }

    /// <summary>Places of the latest change events that named a counter, or are missing, ascending: what is behind <see cref="StreamAt"/> and not among them came out of order.</summary>
    public ImmutableArray<StreamPosition> StreamSeen { get => field; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Events remembered per record in <see cref="StreamSeen"/>; older ones count as told before.</summary>
    public const int StreamSeenMax = 16;

    /// <summary>The latest event of a write of ours that named a counter.</summary>
    public StreamPosition? StreamOwnAt { get; init; }

    /// <summary>When the latest change event was taken: a read that began later shows what it told.</summary>
    public DateTimeOffset? StreamTakenAt { get; init; }

    /// <summary>SystemModstamp of the latest image taken while no counter was open: what earlier events say of counters is in it. Null while that is <see cref="SystemModstamp"/>: no
    /// change event has told of the record, and no counter was open at a read.</summary>
    public DateTimeOffset? StreamReadAsOf { get; init; }

    /// <summary>When that read began, database clock.</summary>
    public DateTimeOffset? StreamReadBegan { get; init; }

    /// <summary>Fields that wait for somebody to choose, by name.</summary>
    public ImmutableSortedDictionary<string, InboxEntry> Inbox { get => field; init => field = value ?? NoInbox; } = NoInbox;

    /// <summary>Where the record stands.</summary>
    public Life Life { get; init; }

    /// <summary>Local changes not offered yet, in order; in merged mode at most a delete followed by an insert; in ordered mode
    /// up to <see cref="LocalQueue.OrderedWritesMax"/> writes, the last of which takes up what comes after. A delete keeps the row's last values as its base.</summary>
    public ImmutableArray<LocalWrite> Queue { get => field; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The write that is offered or outside.</summary>
    public OutstandingWrite? Outstanding { get; init; }

    /// <summary>References that the queued birth is to be offered without, because the records they name wait for it; null for none.</summary>
    public FieldNames? Deferred { get; init; }

    /// <summary>Number of the last write offered.</summary>
    public int LastWriteNo { get; init; }

    /// <summary>Barred fields, by name.</summary>
    public ImmutableSortedDictionary<string, FieldBar> Bars { get => field; init => field = value ?? NoBars; } = NoBars;

    /// <summary>Database clock before the latest read that was taken as evidence began.</summary>
    public DateTimeOffset? EvidenceReadBegan { get; init; }

    /// <summary>SystemModstamp of the latest image taken.</summary>
    public DateTimeOffset? SystemModstamp { get; init; }

    /// <summary>When a fresh read was asked for, by the sfid of the record it is of, until it is answered.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> ReadBacks { get => field; init => field = value ?? NoReadBacks; } = NoReadBacks;

    /// <summary>Records whose reads are remembered in <see cref="ReadBacks"/>: the linked one and its former ones; of more, the one that was asked for first is forgotten.</summary>
    public const int ReadBacksMax = FormerSfidsMax + 1;

    /// <summary>What the mapped row still has to be told.</summary>
    public OwedRow? Owed { get; init; }

    /// <summary>A birth that an operator skipped: the next change of its row makes it a birth again.</summary>
    public LocalWrite? SkippedBirth { get; init; }

    /// <summary>What both sides last agreed on of fields of which an operator has skipped a change, until a read gives the row Salesforce's values: the application's next
    /// change of them is made from that, and not from what the row still shows. Null for none.</summary>
    public FieldValues? GivenUp { get; init; }

    /// <summary>Set while the record waits for a correction.</summary>
    public ParkedError? Parked { get; init; }

    /// <summary>True when a delete of the linked record, or of the one whose birth is outside, is queued or outside.</summary>
    internal bool DeletePending =>
        (Outstanding is { Write.Operation: WriteOperation.Delete } write && write.Sfid == Sfid) || Queue.Any(waiting => waiting.Operation == WriteOperation.Delete);

    /// <summary>When a fresh read of this record was asked for that has not come yet; null: none is to come.</summary>
    internal DateTimeOffset? AskedAt(string? sfid) => sfid is not null && ReadBacks.TryGetValue(sfid, out var at) ? at : null;

    /// <summary>True when a write that is queued or outside says this value.</summary>
    internal bool Says(string field, string? value) =>
        Outstanding is { } outside && !outside.IsOver(this) && outside.Write.Fields.Is(field, value) || Queue.Any(waiting => waiting.Fields.Is(field, value));

    /// <summary>True of a row that stays, or is to stay, marked as deleted.</summary>
    internal bool IsMarked => Row is not null && Sfid is null && Life is Life.DeletedRemotely or Life.Dead && Owed is not { Operation: RowOperation.Delete };

    /// <summary>True while a birth is outside whose record is not known to be deleted.</summary>
    internal bool BirthOutside => Outstanding is { Sfid: null };

    /// <summary>True of a version of a row that is known to be gone.</summary>
    internal bool IsEnded(RowStamp stamp) => stamp.Birth <= EndedBirth || stamp.Birth < Row?.Birth;

    /// <inheritdoc/>
    public bool Equals(RecordState? other) =>
        other is not null
        && Sfid == other.Sfid && Row == other.Row && EndedBirth == other.EndedBirth && Life == other.Life && LastWriteNo == other.LastWriteNo
        && EvidenceReadBegan == other.EvidenceReadBegan && SystemModstamp == other.SystemModstamp && ReadBacks.SequenceEqual(other.ReadBacks)
        && Equals(Outstanding, other.Outstanding) && Equals(Owed, other.Owed) && Equals(Parked, other.Parked) && Equals(SkippedBirth, other.SkippedBirth) && Equals(GivenUp, other.GivenUp) && Equals(Deferred, other.Deferred)
        && FormerSfids.SequenceEqual(other.FormerSfids) && Queue.SequenceEqual(other.Queue) && Bars.SequenceEqual(other.Bars)
        && FieldRounds.SequenceEqual(other.FieldRounds) && Inbox.SequenceEqual(other.Inbox) && Counters.SequenceEqual(other.Counters) && StreamAt == other.StreamAt && StreamOwnAt == other.StreamOwnAt && StreamTakenAt == other.StreamTakenAt && StreamReadAsOf == other.StreamReadAsOf && StreamReadBegan == other.StreamReadBegan && StreamSeen.SequenceEqual(other.StreamSeen);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Sfid, Row, Life, LastWriteNo, Outstanding, Owed);
}
