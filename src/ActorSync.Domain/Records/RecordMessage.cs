using System.Collections.Immutable;
using ActorSync.Domain.Faults;

namespace ActorSync.Domain.Records;

/// <summary>What a row underwent.</summary>
public enum RowOperation
{
    /// <summary>INSERT.</summary>
    Insert,

    /// <summary>UPDATE.</summary>
    Update,

    /// <summary>DELETE.</summary>
    Delete,
}

/// <summary>The mapped row as it stood when evidence was decided: its stamp and canonical values, or no row at all.</summary>
public sealed record RowImage(RowStamp? Stamp, FieldValues Fields, DateTimeOffset? SystemModstamp)
{
    /// <summary>There is no such row.</summary>
    public static readonly RowImage None = new(null, FieldValues.Empty, null);
}

/// <summary>What a record actor is told. Times are the database's clock unless said otherwise.</summary>
public abstract record RecordMessage
{
    private RecordMessage()
    {
    }

    /// <summary>A captured change of the mapped row, not made by the engine. A field of intent that is in Old and New with one value was set to what it was.</summary>
    /// <param name="ChangeId">Id in the change log.</param>
    /// <param name="Xid">The application's transaction.</param>
    /// <param name="At">When it was captured, <c>clock_timestamp()</c>.</param>
    /// <param name="Old">Values before, of the fields that changed; all mapped fields for a delete.</param>
    /// <param name="New">Values after, of the fields that changed; all mapped fields for an insert.</param>
    public sealed record LocalChange(
        long ChangeId, string Xid, DateTimeOffset At, RowOperation Operation, RowStamp Stamp, FieldValues Old, FieldValues New) : RecordMessage;

    /// <summary>The record as a read of Salesforce showed it.</summary>
    /// <param name="AsOf">SystemModstamp, Salesforce's clock, whole seconds.</param>
    /// <param name="ReadBegan">Database clock before the read was sent: a write answered earlier is certainly in it.</param>
    /// <param name="Row">The mapped row, read in the turn that decides.</param>
    public sealed record RemoteImage(
        string Sfid, FieldValues Fields, DateTimeOffset AsOf, DateTimeOffset ReadBegan, RowImage Row) : RecordMessage;

    /// <summary>A change event of the record. Its changes come complete and in the order Salesforce committed them; what is missing is said by <see cref="ChangesMissed"/>.</summary>
    /// <param name="Position">Place in the stream: one event told again has the same.</param>
    /// <param name="Fields">The mapped fields that changed.</param>
    /// <param name="AsOf">When it was committed, Salesforce's clock, cut to whole seconds.</param>
    /// <param name="OwnWrite">Number of our write whose origin it carries, with every field that was sent; null: somebody else's change.</param>
    /// <param name="Seen">Database clock when it was received.</param>
    /// <param name="Row">The mapped row, read in the turn that decides.</param>
    public sealed record RemoteChanged(
        string Sfid, StreamPosition Position, FieldValues Fields, DateTimeOffset AsOf, int? OwnWrite, DateTimeOffset Seen, RowImage Row) : RecordMessage;

    /// <summary>Change events of the record are missing: what was added meanwhile cannot be told.</summary>
    /// <param name="Position">Place in the stream; null: it has none.</param>
    /// <param name="Row">The mapped row, read in the turn that decides.</param>
    public sealed record ChangesMissed(string Sfid, string Reason, DateTimeOffset At, StreamPosition? Position = null, RowImage? Row = null) : RecordMessage;

    /// <summary>Salesforce says the record of this sfid is deleted.</summary>
    /// <param name="ReadBegan">Database clock before the read was sent.</param>
    public sealed record RemoteDeleted(string Sfid, DateTimeOffset At, DateTimeOffset ReadBegan) : RecordMessage;

    /// <summary>Salesforce says the record of this sfid was undeleted: a fresh read shows with which values.</summary>
    /// <param name="ReadBegan">Database clock before the read was sent.</param>
    public sealed record RemoteUndeleted(string Sfid, DateTimeOffset ReadBegan) : RecordMessage;

    /// <summary>Salesforce says the record of this sfid was merged into another.</summary>
    /// <param name="Winner">Record that the other one is linked to; null when it is linked to none.</param>
    /// <param name="ReadBegan">Database clock before the read was sent.</param>
    public sealed record RemoteMerged(string Sfid, string Into, Guid? Winner, DateTimeOffset At, DateTimeOffset ReadBegan) : RecordMessage;

    /// <summary>The outstanding write was applied.</summary>
    /// <param name="At">Database clock after the answer was read.</param>
    public sealed record WriteConfirmed(int WriteNo, Guid Submission, string Sfid, DateTimeOffset At) : RecordMessage;

    /// <summary>Salesforce refused the outstanding write for good.</summary>
    public sealed record WriteRefused(int WriteNo, Guid Submission, string Code, string Reason, DateTimeOffset At) : RecordMessage;

    /// <summary>The outstanding birth was taken off the table, unsent: it refers to records whose births wait for it in turn.</summary>
    /// <param name="Fields">The references that it is to be offered without.</param>
    public sealed record ReferencesAwaited(int WriteNo, FieldNames Fields, DateTimeOffset At) : RecordMessage;

    /// <summary>A lost write was looked up after it had settled.</summary>
    public sealed record DoubtSettled(int WriteNo, Guid Submission, DoubtAnswer Answer, DateTimeOffset At) : RecordMessage;

    /// <summary>What became of the write-back of this turn.</summary>
    public sealed record RowWriteResult(RowWriteOutcome Outcome, DateTimeOffset At) : RecordMessage;

    /// <summary>An operator lets a parked record try again; a birth in doubt is offered again too.</summary>
    /// <param name="By">Who said so, as the audit shall name them.</param>
    public sealed record Retry(string By, DateTimeOffset At) : RecordMessage;

    /// <summary>An operator gives up what a parked record waits for.</summary>
    /// <param name="By">Who said so.</param>
    public sealed record Skip(string By, DateTimeOffset At) : RecordMessage;

    /// <summary>An operator corrects values of the refused write and has it offered. The row gets them too.</summary>
    /// <param name="Fields">Values by API name, in any notation that is canonicalised; not empty.</param>
    /// <param name="By">Who said so.</param>
    public sealed record EditAndRetry(FieldValues Fields, string By, DateTimeOffset At) : RecordMessage;

    /// <summary>Somebody decides a field that waits in the inbox.</summary>
    /// <param name="Side">Whose value it shall be; null: <paramref name="Value"/>.</param>
    /// <param name="Value">A value of neither side; meant only where <paramref name="Side"/> is null.</param>
    /// <param name="By">Who said so.</param>
    public sealed record ChooseSide(string Field, Side? Side, string? Value, string By, DateTimeOffset At) : RecordMessage;

    /// <summary>A message of this record failed again and again when it was alone: our defect, said so that an operator sees it.</summary>
    public sealed record Poisoned(string Message, string Reason, DateTimeOffset At) : RecordMessage;
}

/// <summary>What a probe found about a lost write (architecture, 5).</summary>
public abstract record DoubtAnswer
{
    private DoubtAnswer()
    {
    }

    /// <summary>It was applied.</summary>
    public sealed record Applied(string Sfid) : DoubtAnswer;

    /// <summary>It was not applied and can no longer be: it settled first.</summary>
    public sealed record NotApplied : DoubtAnswer;

    /// <summary>It was applied, or its record existed, and the record has been deleted since.</summary>
    /// <param name="Sfid">The record deleted last.</param>
    public sealed record AppliedThenDeleted(string Sfid) : DoubtAnswer
    {
        /// <summary>Of a birth: further records of its external id that were deleted about when it was sent, the latest first. Those of earlier lives are among them.</summary>
        public ImmutableArray<string> Others { get; init; } = [];
    }

    /// <summary>Some field is neither what we sent nor what it was before.</summary>
    public sealed record Overwritten(string Sfid, FieldValues Fields, DateTimeOffset AsOf, DateTimeOffset ReadBegan) : DoubtAnswer;

    /// <summary>Two readings are left.</summary>
    public sealed record Unprovable(string Reason) : DoubtAnswer;
}

/// <summary>What became of one row of a write-back.</summary>
public abstract record RowWriteOutcome
{
    private RowWriteOutcome()
    {
    }

    /// <summary>The row was written, and its BEFORE triggers have had their say.</summary>
    /// <param name="Stamp">The version it has now; none once it is deleted.</param>
    /// <param name="Before">Its mapped fields before our write; the empty value of each for an insert.</param>
    /// <param name="After">Its mapped fields now: where they are neither what was owed nor what was there, the application's triggers made them so.</param>
    public sealed record Landed(RowStamp? Stamp, FieldValues Before, FieldValues After) : RowWriteOutcome;

    /// <summary>The application holds the row; try again when due.</summary>
    public sealed record Locked : RowWriteOutcome;

    /// <summary>The row is not the version we decided upon; its change is in the log and is decided first.</summary>
    public sealed record Moved : RowWriteOutcome;

    /// <summary>PostgreSQL, a constraint or a trigger of the application refused the row.</summary>
    public sealed record Failed(string SqlState, string Message) : RowWriteOutcome;
}
