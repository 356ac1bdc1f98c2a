using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;

namespace ActorSync.Simulation;

/// <summary>The mapped objects: a parent and a child.</summary>
internal static class SimulatedMappings
{
    public const short Account = 1;
    public const short Contact = 2;
    public const string ExternalId = "ActorSync_Id__c";
    public const string ParentField = "Account.ActorSync_Id__c";

    /// <summary>A field both sides count in, in some runs.</summary>
    public const string Counter = "NumberOfEmployees";

    /// <summary>Its place among the columns of accounts.</summary>
    public const int CounterIndex = 4;

    /// <summary>True if both sides count.</summary>
    public static bool Counts(IReadOnlyList<ObjectMapping> mappings) => mappings.Any(mapping => mapping.Field(Counter) is not null);

    public static IReadOnlyList<ObjectMapping> All(Random random, bool counts)
    {
        var policy = random.Next(4) switch { 0 => ConflictPolicy.SalesforceWins, 1 => ConflictPolicy.PostgresWins, _ => ConflictPolicy.LatestWins };
        return
        [
            Mapping(Account, "Account", policy, [Text("Name", 255), Text("Phone", 40), Text("Fax", 40), Text("Site", 80), .. counts ? [Number(Counter)] : Array.Empty<FieldMapping>()]),
            Mapping(Contact, "Contact", policy,
            [
                Text("LastName", 80), Text("Title", 128),
                new FieldMapping(ParentField, "account__actorsync_id__c", FieldKind.Parent, 0, 36, Creatable: true, Updatable: true, null)
                {
                    Parent = new ParentLink("Account", "AccountId", "Account", ExternalId),
                },
            ]),
        ];
    }

    private static ObjectMapping Mapping(short number, string name, ConflictPolicy policy, FieldMapping[] fields) =>
        new(number, name, "salesforce", name.ToLowerInvariant(), MappingAccess.ReadWrite, ExternalId, "actorsync_id__c", policy, Side.Salesforce, TimeSpan.FromSeconds(2), [.. fields]);

    private static FieldMapping Number(string name) =>
        new(name, name.ToLowerInvariant(), FieldKind.Number, 0, 0, Creatable: true, Updatable: true, ConflictPolicy.Counter);

    private static FieldMapping Text(string name, int length) =>
        new(name, name.ToLowerInvariant(), FieldKind.Text, 0, length, Creatable: true, Updatable: true, null);
}
