using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;

namespace ActorSync.UnitTests.Records;

/// <summary>The mapping, the values and the clock that the record specs speak in.</summary>
internal static class Spec
{
    public const string Name = "Name";
    public const string Phone = "Phone";
    public const string City = "BillingCity";
    public const string Formula = "Rank__c";
    public const string Count = "Count__c";
    public const string Parent = "Parent." + ExternalId;
    public const string ExternalId = "ActorSyncId__c";

    public static readonly RecordId Id = new(1, Guid.Parse("7d0c1a52-1111-4222-8333-94a5b6c7d8e9"));
    public static readonly string Uuid = Id.ExternalId.ToString();
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Second n of the story, on every clock.</summary>
    public static DateTimeOffset At(double second) => Start.AddSeconds(second);

    public static FieldValues Fields(params (string Name, string? Value)[] pairs) => FieldValues.Of(pairs);

    public static ObjectMapping Mapping(
        ConflictPolicy policy = ConflictPolicy.LatestWins,
        Side tieBreak = Side.Salesforce,
        MappingAccess access = MappingAccess.ReadWrite,
        ConflictPolicy? phone = null) =>
        new(1, "Account", "salesforce", "account", access, ExternalId, "actorsyncid__c", policy, tieBreak, TimeSpan.FromSeconds(2),
        [
            Text(Name), Text(Phone) with { Policy = phone }, Text(City),
            new(Count, Count, FieldKind.Number, 2, 0, Creatable: true, Updatable: true, ConflictPolicy.Counter),
            Text(Formula) with { Creatable = false, Updatable = false },
        ]);

    /// <summary>As <see cref="Mapping"/>, and accounts have a parent account.</summary>
    public static ObjectMapping Family(WriteMode mode = WriteMode.Merged, bool updatable = true)
    {
        var mapping = Mapping() with { Mode = mode };
        return mapping with
        {
            Fields = mapping.Fields.Add(new(Parent, "parentid", FieldKind.Parent, 0, 36, Creatable: true, Updatable: updatable, null)
            {
                Parent = new ParentLink("Parent", "ParentId", "Account", ExternalId),
            }),
        };
    }

    /// <summary>The same with a city that is a record of its own.</summary>
    public static ObjectMapping WithCities(ObjectMapping mapping) => mapping with
    {
        Fields = [.. mapping.Fields.Select(field => field.Name == City ? field with { Parent = new ParentLink("City__r", "City__c", "City__c", ExternalId) } : field)],
    };

    private static FieldMapping Text(string name) => new(name, name, FieldKind.Text, 0, 80, Creatable: true, Updatable: true, null);
}
