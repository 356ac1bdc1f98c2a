using ActorSync.Configuration;
using ActorSync.Provisioning;
using ActorSync.Salesforce.Rest;

namespace ActorSync.UnitTests.Provisioning;

/// <summary>Describes and mappings written by hand, right until a test makes them wrong.</summary>
internal static class Describes
{
    public static ObjectDescribe Object(string name, params FieldDescribe[] fields) => new()
    {
        Name = name,
        Createable = true,
        Updateable = true,
        Queryable = true,
        Replicateable = true,
        Fields = [Field("Id", "id", 18), Field("SystemModstamp", "datetime"), ExternalId("ActorSync_Id__c"), .. fields],
    };

    /// <summary>A field that the integration user may edit.</summary>
    public static FieldDescribe Field(string name, string type, int length = 0) => new() { Name = name, Type = type, Length = length, Createable = true, Updateable = true };

    public static FieldDescribe ExternalId(string name) => Field(name, "string", 36) with { ExternalId = true, Unique = true };

    public static FieldDescribe Reference(string name, string relationship, params string[] to) =>
        Field(name, "reference", 18) with { RelationshipName = relationship, ReferenceTo = to };

    public static MappingConfig Mapping(string name, params string[] fields) => new()
    {
        Object = name,
        Table = name.ToLowerInvariant(),
        Access = MappingAccess.ReadWrite,
        ExternalId = "ActorSync_Id__c",
        Policy = ConflictPolicyConfig.LatestWins,
        TieBreak = TieBreakConfig.SalesforceWins,
        Fields = [.. fields.Select(field => new FieldConfig { Name = field, Policy = ConflictPolicyConfig.LatestWins })],
    };

    /// <summary>The plan, or null and the errors.</summary>
    public static (TablePlan? Plan, List<string> Errors) Plan(MappingConfig mapping, params ObjectDescribe[] org)
    {
        var errors = new List<string>();
        var describes = org.ToDictionary(described => described.Name, StringComparer.OrdinalIgnoreCase);
        return (new MappingPlanner("salesforce", TimeSpan.FromSeconds(2), describes).Plan(mapping, 7, errors), errors);
    }
}
