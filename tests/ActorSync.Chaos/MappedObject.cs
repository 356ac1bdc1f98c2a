using System.Collections.Immutable;

namespace ActorSync.Chaos;

/// <summary>A mapped object as its two users know it.</summary>
/// <param name="Name">API name; the table is its lower case in schema salesforce.</param>
/// <param name="Shared">Text fields that both sides write; the first is required. Every value is written once and tells its writer: L7 the application, R7 people.</param>
/// <param name="Untold">Fields whose values do not tell who wrote them.</param>
internal sealed record MappedObject(string Name, ImmutableArray<string> Shared, ImmutableArray<string> Untold)
{
    /// <summary>The field that holds a record's UUID.</summary>
    public const string ExternalId = "ActorSync_Id__c";

    /// <summary>The parent of a Contact.</summary>
    public const string Parent = "Account.ActorSync_Id__c";

    /// <summary>The counter of an Account: only the application writes it, one more at a time.</summary>
    public const string Counter = "NumberOfEmployees";

    public static readonly MappedObject Account = new("Account", ["Name", "Phone", "Site", "Description"], ["AnnualRevenue", Counter]);

    public static readonly MappedObject Contact = new("Contact", ["LastName", "Title", "Department"], ["Birthdate", Parent]);

    public static readonly ImmutableArray<MappedObject> All = [Account, Contact];

    /// <summary>The mapped table, quoted for SQL.</summary>
    public string Table => $"salesforce.{Name.ToLowerInvariant()}";

    /// <summary>The column of the external id.</summary>
    public static string KeyColumn => Column(ExternalId);

    /// <summary>The column of a field.</summary>
    public static string Column(string field) => field.ToLowerInvariant().Replace(".", "__", StringComparison.Ordinal);

    /// <summary>Whether a value was written by the application.</summary>
    public static bool IsLocal(string? value) => value is ['L', >= '0' and <= '9', ..];
}
