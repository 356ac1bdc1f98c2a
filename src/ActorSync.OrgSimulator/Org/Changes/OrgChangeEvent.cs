namespace ActorSync.OrgSimulator.Org.Changes;

/// <summary>What became of the records of a change event.</summary>
public enum ChangeKind
{
    Create,
    Update,
    Delete,
    Undelete,
}

/// <summary>What an event tells, and what it says instead when the org could not make it.</summary>
public enum ChangeGap
{
    /// <summary>The change itself.</summary>
    None,

    /// <summary>Which records changed and how, without their values: GAP_CREATE and so on.</summary>
    Values,

    /// <summary>That something of the object changed, without saying which records: GAP_OVERFLOW.</summary>
    Overflow,
}

/// <summary>A field of a change event with the value it has now.</summary>
public sealed record ChangedField(FieldDefinition Field, object? Value);

/// <summary>
/// The same change of one or more records of an object in one transaction, as the org publishes it. Replay ids grow with the order of commits and have gaps; nothing
/// but the org itself may make anything of that.
/// </summary>
/// <param name="Definition">The object of all its records.</param>
/// <param name="Kind">What became of them.</param>
/// <param name="RecordIds">18-character ids, in the order in which the transaction first touched them.</param>
/// <param name="Fields">In the order of describe: all non-empty fields of a create or an undelete, changed ones of an update, none of a delete.</param>
/// <param name="Transaction">The commit it is of.</param>
/// <param name="SequenceNumber">1, 2, 3 ... in the transaction.</param>
public sealed record OrgChangeEvent(
    ObjectDefinition Definition,
    ChangeKind Kind,
    IReadOnlyList<string> RecordIds,
    IReadOnlyList<ChangedField> Fields,
    ChangeTransaction Transaction,
    int SequenceNumber)
{
    /// <summary>Its place in the log; given when it is published.</summary>
    public long ReplayId { get; init; }

    /// <summary>Whether it tells the change or only that there was one.</summary>
    public ChangeGap Gap { get; init; }
}

/// <summary>What the events of one commit share.</summary>
/// <param name="Key">Looks like a UUID.</param>
/// <param name="CommitNumber">Greater for later commits.</param>
/// <param name="CommittedAt">To the second.</param>
/// <param name="UserId">Who committed.</param>
/// <param name="Origin"><c>com/salesforce/api/soap/60.0;client=my-sync</c>; empty where no API is behind it.</param>
/// <param name="Client">The client part alone; null without one.</param>
public sealed record ChangeTransaction(string Key, long CommitNumber, DateTimeOffset CommittedAt, string UserId, string Origin, string? Client);
