namespace ActorSync.Salesforce.Streaming;

/// <summary>What a change event tells of its records (Change Data Capture, "ChangeEventHeader Fields").</summary>
public enum ChangeType
{
    /// <summary>They were created; the event has all their fields that are not empty.</summary>
    Create,

    /// <summary>Fields of them changed; the event has these.</summary>
    Update,

    /// <summary>They went to the recycle bin; the event has no fields. Nothing tells of a record that is deleted for good.</summary>
    Delete,

    /// <summary>They came back; the event has all their fields that are not empty.</summary>
    Undelete,

    /// <summary>They were created, and the event could not be made: read them.</summary>
    GapCreate,

    /// <summary>They changed, and the event could not be made: read them.</summary>
    GapUpdate,

    /// <summary>They were deleted, and the event could not be made.</summary>
    GapDelete,

    /// <summary>They came back, and the event could not be made: read them.</summary>
    GapUndelete,

    /// <summary>More changed in one transaction than there are events for; <see cref="ChangeEvent.RecordIds"/> names none of it: read the whole object.</summary>
    GapOverflow,
}

/// <summary>One change that one or more records of an object had alike in one transaction.</summary>
public sealed record ChangeEvent
{
    /// <summary>API name of the object: <c>Account</c>.</summary>
    public required string ObjectName { get; init; }

    /// <summary>18-character ids. Of a type conversion in Setup it is the object's prefix with a star (<c>001*</c>): all records.</summary>
    public required IReadOnlyList<string> RecordIds { get; init; }

    /// <summary>What happened to them.</summary>
    public required ChangeType Type { get; init; }

    /// <summary><c>com/salesforce/api/soap/60.0;client=actorsync/...</c>; empty where Salesforce names none. A hint at who wrote, never a proof: triggers write under the origin of what set them off.</summary>
    public required string Origin { get; init; }

    /// <summary>The same for all events of a transaction.</summary>
    public required string TransactionKey { get; init; }

    /// <summary>1, 2, 3 ... within a transaction.</summary>
    public required int SequenceNumber { get; init; }

    /// <summary>Greater for later commits of the org.</summary>
    public required long CommitNumber { get; init; }

    /// <summary>When the transaction committed, by the org's clock.</summary>
    public required DateTimeOffset CommittedAt { get; init; }

    /// <summary>18-character id of the user who committed; empty where Salesforce names none.</summary>
    public required string CommitUser { get; init; }

    /// <summary>Values that the event carries, by the API names of the fields (parts of addresses and names by their own: <c>BillingStreet</c>), as text the way Salesforce writes it; null: set to null.</summary>
    public required IReadOnlyDictionary<string, string?> Fields { get; init; }

    /// <summary>API names of the fields that an update changed; empty of all other types.</summary>
    public required IReadOnlyList<string> ChangedFields { get; init; }

    /// <summary>Those of <see cref="Fields"/> that are null now.</summary>
    public required IReadOnlyList<string> NulledFields { get; init; }

    /// <summary>Fields of which the event carries a difference instead of the value. They are not among <see cref="Fields"/>: read the records.</summary>
    public required IReadOnlyList<string> DiffFields { get; init; }

    /// <summary>Those of <see cref="ChangedFields"/> of which the event says nothing: no value, no null, no difference. The whole of a compound (<c>Name</c>) beside its parts is one, too. They are not among <see cref="Fields"/>: read the records.</summary>
    public required IReadOnlyList<string> UntoldFields { get; init; }

    /// <summary>The event tells that something happened, not what: read the records, or the object.</summary>
    public bool IsGap => Type >= ChangeType.GapCreate;

    /// <summary>What the writer called himself in CallOptions or Sforce-Call-Options; null where he did not. Salesforce's own pages end in a slash.</summary>
    public string? Client => Origin.IndexOf(ClientPart, StringComparison.Ordinal) is var at and >= 0 ? Origin[(at + ClientPart.Length)..] : null;

    private const string ClientPart = ";client=";
}
