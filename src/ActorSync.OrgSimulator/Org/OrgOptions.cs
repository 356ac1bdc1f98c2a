namespace ActorSync.OrgSimulator.Org;

/// <summary>How an org is set up. Everything has a default; the same options, clock and calls give the same org.</summary>
public sealed record OrgOptions
{
    /// <summary>Seed of ids, injected errors and everything else that is drawn.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The objects; the standard ones with ActorSync_Id__c by default.</summary>
    public OrgSchema? Schema { get; init; }

    public string OrganizationName { get; init; } = "ActorSync Simulator";

    public string IntegrationUsername { get; init; } = "integration@actorsync.example";

    public string HumanUsername { get; init; } = "ada.admin@actorsync.example";

    /// <summary>Arrivals kept, in records; older ones are dropped.</summary>
    public int ArrivalRecordsMax { get; init; } = 2_000_000;

    /// <summary>Query cursors open at a time; the oldest is closed for a new one (Salesforce: 10 a user).</summary>
    public int QueryCursorsMax { get; init; } = 10;

    /// <summary>How long a soft-deleted record can be undeleted, and how long getDeleted tells it.</summary>
    public TimeSpan RecycleBinAge { get; init; } = TimeSpan.FromDays(15);

    /// <summary>Whether an upsert finds soft-deleted records (ENTITY_IS_DELETED) instead of creating a new one.</summary>
    public bool UpsertMatchesDeleted { get; init; }

    /// <summary>Rules that find duplicates among live records.</summary>
    public IReadOnlyList<DuplicateRule> DuplicateRules { get; init; } = [];

    /// <summary>Rules that give cases and leads an owner, for calls that ask for it.</summary>
    public IReadOnlyList<AssignmentRule> AssignmentRules { get; init; } = [];
}

/// <summary>A user of the org.</summary>
public sealed record UserInfo(string Id, string Username, string FirstName, string LastName, string Email, string ProfileId)
{
    public string FullName => $"{FirstName} {LastName}";
}

/// <summary>Answer of getUpdated.</summary>
public sealed record UpdatedRecords(IReadOnlyList<string> Ids, DateTimeOffset LatestDateCovered);

/// <summary>Answer of getDeleted.</summary>
public sealed record DeletedRecords(IReadOnlyList<DeletedRecord> Records, DateTimeOffset EarliestDateAvailable, DateTimeOffset LatestDateCovered);

/// <summary>Makes the org refuse records. Null type or operation means any (operations: create, update, upsert, delete, undelete).</summary>
/// <param name="Probability">0 to 1, drawn from the org's seeded generator for each record.</param>
/// <param name="TimesMax">Refusals after which the injection is used up.</param>
public sealed record ErrorInjection(
    string? Type,
    string? Operation,
    string StatusCode,
    string Message,
    double Probability = 1,
    int TimesMax = int.MaxValue,
    IReadOnlyList<string>? Fields = null);
