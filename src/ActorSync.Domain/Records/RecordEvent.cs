using ActorSync.Domain.Faults;

namespace ActorSync.Domain.Records;

/// <summary>What an operator may say of a parked record.</summary>
public enum OperatorAction
{
    /// <summary>Try again.</summary>
    Retry,

    /// <summary>Give it up.</summary>
    Skip,

    /// <summary>Correct it and try again.</summary>
    Edit,
}

/// <summary>What a record actor decided: the journal's contract. Past tense, carrying values, so that the journal alone tells the record's history.</summary>
public abstract record RecordEvent
{
    private RecordEvent()
    {
    }

    /// <summary>The application (or one of its triggers) changed the row.</summary>
    /// <param name="ByTrigger">The change is what the application's BEFORE triggers made of the engine's own write.</param>
    /// <param name="Ordered">It stays a write of its own.</param>
    /// <param name="Intents">Fields of intent in <paramref name="New"/>: they are sent even if both sides agree on them; null for none.</param>
    public sealed record LocalChanged(
        long ChangeId, string Xid, DateTimeOffset At, RowOperation Operation, RowStamp Stamp, FieldValues Old, FieldValues New, bool ByTrigger = false,
        bool Ordered = false, FieldNames? Intents = null) : RecordEvent;

    /// <summary>The row's revision moved without a change to any mapped field.</summary>
    public sealed record RowTouched(RowStamp Stamp, DateTimeOffset At) : RecordEvent;

    /// <summary>The net local change became the record's one outstanding write.</summary>
    /// <param name="Counted">Those of <paramref name="Fields"/> that are sums of a counter; null: none.</param>
    /// <param name="Deferred">References that a birth goes without: they are queued behind it as an update; null: none.</param>
    /// <param name="Position">Id of the first change in it, in the change log; 0: it comes from none.</param>
    public sealed record WriteOffered(
        int WriteNo, WriteOperation Operation, string? Sfid, FieldValues Fields, FieldValues Base, DateTimeOffset ChangedAt, RowStamp Stamp, DateTimeOffset At,
        FieldValues? Counted = null, FieldValues? Deferred = null, long Position = 0) : RecordEvent;

    /// <summary>The outstanding birth and births of records it refers to waited for each other: it was not sent, and is queued again to go without these references.</summary>
    public sealed record ReferencesDeferred(int WriteNo, FieldNames Fields, DateTimeOffset At) : RecordEvent;

    /// <summary>Salesforce applied the outstanding write.</summary>
    /// <param name="Submission">Empty when a read, not an answer, proved it.</param>
    public sealed record WriteApplied(int WriteNo, Guid Submission, string Sfid, DateTimeOffset At) : RecordEvent;

    /// <summary>The outstanding write, once in doubt, was proved not applied and is queued again.</summary>
    public sealed record WriteNotApplied(int WriteNo, Guid Submission, DateTimeOffset At) : RecordEvent;

    /// <summary>The outstanding write, once in doubt, cannot be told from a later change of somebody else; its fields were decided as a conflict.</summary>
    /// <param name="Kept">Fields our side keeps and queues again.</param>
    public sealed record WriteOverwritten(int WriteNo, Guid Submission, string Sfid, FieldValues Kept, DateTimeOffset At) : RecordEvent;

    /// <summary>Salesforce refused the outstanding write; the record is parked and its write waits in the queue.</summary>
    public sealed record WriteRejected(int WriteNo, Guid Submission, string Code, string Reason, DateTimeOffset At) : RecordEvent;

    /// <summary>The record is parked for a reason other than a refused write.</summary>
    public sealed record RecordParked(ParkedError Error) : RecordEvent;

    /// <summary>A read of Salesforce was taken as evidence.</summary>
    /// <param name="Old">The row's values of the fields in <paramref name="New"/>.</param>
    /// <param name="New">Values that go to the row.</param>
    /// <param name="Insert">The row does not exist and is created with these values.</param>
    public sealed record RemoteTaken(
        string Sfid, DateTimeOffset AsOf, DateTimeOffset ReadBegan, FieldValues Old, FieldValues New, bool Insert) : RecordEvent;

    /// <summary>Something was shown whose order to what we know is unknown: a fresh read was asked for. It is answered by an image of this sfid or by its deletion.</summary>
    public sealed record ReadBackAsked(string Sfid, string Reason, DateTimeOffset At) : RecordEvent;

    /// <summary>Both sides had changed a field; the policy chose.</summary>
    /// <param name="Field">API name, or * for the whole record.</param>
    public sealed record ConflictResolved(
        string Field, string? Base, string? Local, string? Remote, Side Winner, string Reason, DateTimeOffset At) : RecordEvent;

    /// <summary>The record was born in Salesforce, or lost its external id there: our UUID is queued to be written to it.</summary>
    public sealed record AdoptionQueued(string Field, string ExternalId, string? Found, DateTimeOffset At) : RecordEvent;

    /// <summary>The record of this sfid is deleted in Salesforce.</summary>
    /// <param name="Soft">The row stays and is marked.</param>
    public sealed record RemoteDeletionTaken(string Sfid, DateTimeOffset DeletedAt, DateTimeOffset ReadBegan, bool Soft = false) : RecordEvent;

    /// <summary>The record of this sfid was merged into another and is gone.</summary>
    /// <param name="Moved">The row follows to the winner; false: the winner has a row of its own, and this one goes.</param>
    public sealed record RemoteMergeTaken(string Sfid, string Into, bool Moved, DateTimeOffset ReadBegan, DateTimeOffset At) : RecordEvent;

    /// <summary>The record of this sfid, deleted earlier, lives again in Salesforce.</summary>
    public sealed record RemoteUndeletionTaken(string Sfid, DateTimeOffset ReadBegan) : RecordEvent;

    /// <summary>The record of this sfid has no external id, and another has its place: its row has no room for it, and somebody has to give it an external id of its own in
    /// Salesforce. It was deleted earlier and lives again, or the link moves from it to another that does.</summary>
    /// <param name="By">The record in its place; null: one that is being born.</param>
    /// <param name="Field">The external id, if it was to be written to this record, and the row follows to the other; null: the row stays with the other.</param>
    public sealed record RemoteDisplaced(string Sfid, string? By, DateTimeOffset ReadBegan, DateTimeOffset At, string? Field = null) : RecordEvent;

    /// <summary>The engine's own write of the row landed.</summary>
    /// <param name="Rewritten">The application's BEFORE triggers made something else of our values.</param>
    public sealed record RowWritten(
        RowOperation Operation, RowStamp? Stamp, FieldValues Fields, RowStatus Status, DateTimeOffset At, bool Rewritten = false) : RecordEvent;

    /// <summary>A field that both sides changed waits for somebody to choose, and is frozen on both sides; or what Salesforce says of one that waits already has changed.
    /// A field is free again, too, once both sides say the same.</summary>
    /// <param name="Counted">It is a counter: only a choice frees it.</param>
    public sealed record ConflictFrozen(string Field, string? Base, string? Local, string? Remote, string Reason, DateTimeOffset At, bool Counted = false) : RecordEvent;

    /// <summary>Somebody chose the value of a frozen field; it goes to the side, or sides, that lack it.</summary>
    /// <param name="Side">Whose value it was; null: neither's.</param>
    /// <param name="Counter">The field is added up: what the chosen value differs from Salesforce's is what the application added.</param>
    public sealed record ConflictChosen(
        string Field, string? Local, string? Remote, Side? Side, string? Value, string By, DateTimeOffset At, bool Counter = false) : RecordEvent;

    /// <summary>A change event was taken.</summary>
    /// <param name="Fields">Its fields of policy counter.</param>
    public sealed record ChangeEventTaken(string Sfid, StreamPosition Position, FieldValues Fields, DateTimeOffset AsOf, int? OwnWrite, DateTimeOffset At) : RecordEvent;

    /// <summary>Salesforce said that change events are missing in this place of the stream.</summary>
    public sealed record ChangeEventsMissed(string Sfid, StreamPosition Position, string Reason, DateTimeOffset At) : RecordEvent;

    /// <summary>A side added something to a counter, or what our write had overwritten was added again.</summary>
    /// <param name="By">Who added it.</param>
    /// <param name="Delta">What was added to the sum, canonical.</param>
    /// <param name="Now">The counter after it.</param>
    /// <param name="RowValue">The sum, where the row does not hold it yet.</param>
    public sealed record CounterCounted(string Field, Side By, string Delta, CounterField Now, string? RowValue, DateTimeOffset At) : RecordEvent;

    /// <summary>An operator said what becomes of a parked record.</summary>
    /// <param name="By">Who.</param>
    /// <param name="Operation">Of a skipped or edited change, what it would have done; null when nothing was dropped or edited.</param>
    /// <param name="Fields">Values dropped by a skip, or put in by an edit.</param>
    public sealed record OperatorActed(OperatorAction Action, string By, WriteOperation? Operation, FieldValues Fields, DateTimeOffset At) : RecordEvent;

    /// <summary>A message that makes no sense in this state; nothing was changed.</summary>
    public sealed record Unexpected(string Message, DateTimeOffset At) : RecordEvent;
}
