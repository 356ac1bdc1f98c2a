namespace ActorSync.Salesforce.Soap;

/// <summary>One record to write.</summary>
/// <param name="Id">Record id (15 or 18 characters); null for an upsert by external id.</param>
/// <param name="Fields">Values in Salesforce's text form by field API name; null sets the field to null. The external id of an upsert is among them.</param>
/// <param name="Parents">Parents named by their external id, by relationship name (<c>Account</c>, <c>Parent__r</c>).</param>
public sealed record SoapRecord(
    string? Id,
    IReadOnlyDictionary<string, string?> Fields,
    IReadOnlyDictionary<string, ParentByExternalId> Parents)
{
    /// <summary>No parent is named by external id.</summary>
    public static IReadOnlyDictionary<string, ParentByExternalId> NoParents { get; } =
        System.Collections.Frozen.FrozenDictionary<string, ParentByExternalId>.Empty;
}

/// <summary>A parent named by an external id of its object instead of by its record id.</summary>
/// <param name="ObjectName">API name of the parent's object.</param>
/// <param name="FieldName">API name of the external id field there.</param>
/// <param name="Value">Its value.</param>
public sealed record ParentByExternalId(string ObjectName, string FieldName, string Value);
