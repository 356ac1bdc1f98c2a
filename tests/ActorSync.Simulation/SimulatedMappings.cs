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

    /// <summary>The common mappings in about half of all runs, in the others also what else a configuration may say.</summary>
    /// <param name="modes">Draws that; the common mappings do not depend on it.</param>
    /// <param name="temper">Where records come and go, what a delete does is never the default of the others.</param>
    public static IReadOnlyList<ObjectMapping> All(Random random, Random modes, Temper temper)
    {
        var common = Common(random, temper.Counts);
        return modes.Next(2) == 0 ? common : [.. common.Select(mapping => Varied(mapping, modes, temper.ComesAndGoes))];
    }

    /// <summary>True of mappings that leave everything but the policy of the object at its default.</summary>
    public static bool AreCommon(IReadOnlyList<ObjectMapping> mappings) =>
        mappings.All(mapping => mapping is { Mode: WriteMode.Merged, Delete: DeletePolicy.DeleteWins } && mapping.Fields.All(field => field is { Policy: null, Intent: false }));

    /// <summary>The mappings with one policy for all conflicts, drawn.</summary>
    public static IReadOnlyList<ObjectMapping> Common(Random random, bool counts = false)
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

    // Ordered or merged, what a delete does, and per field who wins and whether it is one of intent.
    private static ObjectMapping Varied(ObjectMapping mapping, Random random, bool comesAndGoes) => mapping with
    {
        Mode = random.Next(5) < 2 ? WriteMode.Ordered : WriteMode.Merged,
        Delete = random.Next(comesAndGoes ? 2 : 3) switch { 0 => DeletePolicy.DeleteLoses, 1 => DeletePolicy.SoftDelete, _ => DeletePolicy.DeleteWins },
        Fields = [.. mapping.Fields.Select(field => field.Kind == FieldKind.Text ? field with { Policy = Policy(random), Intent = random.Next(3) == 0 } : field)],
    };

    private static ConflictPolicy? Policy(Random random) => random.Next(8) switch
    {
        0 => ConflictPolicy.SalesforceWins,
        1 => ConflictPolicy.PostgresWins,
        2 => ConflictPolicy.LatestWins,
        3 => ConflictPolicy.Manual,
        _ => null,
    };

    private static ObjectMapping Mapping(short number, string name, ConflictPolicy policy, FieldMapping[] fields) =>
        new(number, name, "salesforce", name.ToLowerInvariant(), MappingAccess.ReadWrite, ExternalId, "actorsync_id__c", policy, Side.Salesforce, TimeSpan.FromSeconds(2), [.. fields]);

    private static FieldMapping Number(string name) =>
        new(name, name.ToLowerInvariant(), FieldKind.Number, 0, 0, Creatable: true, Updatable: true, ConflictPolicy.Counter);

    private static FieldMapping Text(string name, int length) =>
        new(name, name.ToLowerInvariant(), FieldKind.Text, 0, length, Creatable: true, Updatable: true, null);
}
