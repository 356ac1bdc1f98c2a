namespace ActorSync.Salesforce.Rest;

/// <summary>What Salesforce says about an object (REST describe). Property names are Salesforce's own.</summary>
public sealed record ObjectDescribe
{
    /// <summary>API name.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people.</summary>
    public string? Label { get; init; }

    /// <summary>First three characters of record ids; null for objects without records of their own.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>The user of this session may create records.</summary>
    public bool Createable { get; init; }

    /// <summary>The user may update records.</summary>
    public bool Updateable { get; init; }

    /// <summary>The user may delete records.</summary>
    public bool Deletable { get; init; }

    /// <summary>The object can be queried.</summary>
    public bool Queryable { get; init; }

    /// <summary>The object answers <c>getDeleted</c>.</summary>
    public bool Replicateable { get; init; }

    /// <summary>A custom object.</summary>
    public bool Custom { get; init; }

    /// <summary>The fields the user can see.</summary>
    public required IReadOnlyList<FieldDescribe> Fields { get; init; }

    /// <summary>The field of that API name (without case), or null.</summary>
    public FieldDescribe? Field(string name) =>
        Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What Salesforce says about a field.</summary>
public sealed record FieldDescribe
{
    /// <summary>API name.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people.</summary>
    public string? Label { get; init; }

    /// <summary>Field type: <c>string</c>, <c>picklist</c>, <c>reference</c>, <c>currency</c>, <c>datetime</c> and so on.</summary>
    public required string Type { get; init; }

    /// <summary>Type on the wire: <c>xsd:string</c>, <c>tns:ID</c> and so on.</summary>
    public string? SoapType { get; init; }

    /// <summary>Largest length in characters; 0 for other types.</summary>
    public int Length { get; init; }

    /// <summary>Largest length in bytes.</summary>
    public int ByteLength { get; init; }

    /// <summary>Digits of a number in all.</summary>
    public int Precision { get; init; }

    /// <summary>Digits after the point.</summary>
    public int Scale { get; init; }

    /// <summary>Digits of an integer.</summary>
    public int Digits { get; init; }

    /// <summary>May be null.</summary>
    public bool Nillable { get; init; }

    /// <summary>Salesforce fills it in when a new record does not have it.</summary>
    public bool DefaultedOnCreate { get; init; }

    /// <summary>May be set in a new record.</summary>
    public bool Createable { get; init; }

    /// <summary>May be changed.</summary>
    public bool Updateable { get; init; }

    /// <summary>Computed (formula, roll-up).</summary>
    public bool Calculated { get; init; }

    /// <summary>Numbers itself.</summary>
    public bool AutoNumber { get; init; }

    /// <summary>No two records share a value.</summary>
    public bool Unique { get; init; }

    /// <summary>Unique with respect to case.</summary>
    public bool CaseSensitive { get; init; }

    /// <summary>Marked as external id: an upsert can name it.</summary>
    public bool ExternalId { get; init; }

    /// <summary>An upsert can name it.</summary>
    public bool IdLookup { get; init; }

    /// <summary>A custom field.</summary>
    public bool Custom { get; init; }

    /// <summary>May be used in <c>WHERE</c>.</summary>
    public bool Filterable { get; init; }

    /// <summary>May be used in <c>ORDER BY</c>.</summary>
    public bool Sortable { get; init; }

    /// <summary>Only values of the picklist are taken.</summary>
    public bool RestrictedPicklist { get; init; }

    /// <summary>Objects a reference may point at.</summary>
    public IReadOnlyList<string> ReferenceTo { get; init; } = [];

    /// <summary>Name of the relationship, for parent fields in SOQL and parents by external id; null for none.</summary>
    public string? RelationshipName { get; init; }

    /// <summary>The compound field this is a part of (<c>BillingAddress</c>); null for none.</summary>
    public string? CompoundFieldName { get; init; }

    /// <summary>Values of a picklist.</summary>
    public IReadOnlyList<PicklistValue> PicklistValues { get; init; } = [];
}

/// <summary>One value of a picklist.</summary>
public sealed record PicklistValue
{
    /// <summary>The value as stored.</summary>
    public required string Value { get; init; }

    /// <summary>The value as shown.</summary>
    public string? Label { get; init; }

    /// <summary>May be chosen today.</summary>
    public bool Active { get; init; }

    /// <summary>Chosen for new records.</summary>
    public bool DefaultValue { get; init; }
}
