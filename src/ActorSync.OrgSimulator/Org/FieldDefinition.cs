namespace ActorSync.OrgSimulator.Org;

/// <summary>The field types of the partner WSDL that an org of this simulator can hold; Text is its string, WholeNumber its int, Number its double.</summary>
public enum FieldType
{
    Id,
    Text,
    TextArea,
    Picklist,
    Multipicklist,
    Combobox,
    Reference,
    Boolean,
    WholeNumber,
    Number,
    Currency,
    Percent,
    Date,
    DateTime,
    Time,
    Email,
    Phone,
    Url,
}

/// <summary>One entry of a picklist, in the order of describe.</summary>
public sealed record PicklistValue(string Value, string? Label = null, bool Active = true, bool DefaultValue = false);

/// <summary>How a field reacts when the record it refers to is deleted.</summary>
public enum DeleteConstraint
{
    /// <summary>The reference is cleared, and comes back with an undelete.</summary>
    SetNull,

    /// <summary>The child is deleted with the parent and undeleted with it (describe: cascadeDelete).</summary>
    Cascade,

    /// <summary>The parent cannot be deleted while the child exists (describe: restrictedDelete).</summary>
    Restrict,
}

/// <summary>A field of an object: what describe tells and how the org treats its values.</summary>
public sealed record FieldDefinition
{
    public required string Name { get; init; }

    public required string Label { get; init; }

    public required FieldType Type { get; init; }

    /// <summary>Characters of a text field; 18 for ids and references; 0 for other types.</summary>
    public int Length { get; init; }

    /// <summary>Total digits of a double, currency or percent field, those after the point included.</summary>
    public int Precision { get; init; }

    /// <summary>Digits after the point.</summary>
    public int Scale { get; init; }

    /// <summary>Digits of an int field.</summary>
    public int Digits { get; init; }

    /// <summary>False: the field needs a value (booleans are never null and never required).</summary>
    public bool Nillable { get; init; } = true;

    public bool Createable { get; init; } = true;

    public bool Updateable { get; init; } = true;

    public bool Filterable { get; init; } = true;

    public bool Sortable { get; init; } = true;

    public bool Groupable { get; init; } = true;

    public bool Aggregatable { get; init; } = true;

    public bool AutoNumber { get; init; }

    public bool DefaultedOnCreate { get; init; }

    public bool Unique { get; init; }

    public bool ExternalId { get; init; }

    public bool CaseSensitive { get; init; }

    /// <summary>Usable as the external id of an upsert without being one: Id, Contact.Email, User.Username ...</summary>
    public bool IdLookupOnly { get; init; }

    public bool NameField { get; init; }

    public bool Permissionable { get; init; }

    public IReadOnlyList<string> ReferenceTo { get; init; } = [];

    public string? RelationshipName { get; init; }

    /// <summary>Name of the list of children on the referenced object, for example Contacts.</summary>
    public string? ChildRelationshipName { get; init; }

    public DeleteConstraint OnParentDelete { get; init; } = DeleteConstraint.SetNull;

    /// <summary>0 or 1 for the first or second master of a master-detail field, null for lookups.</summary>
    public int? RelationshipOrder { get; init; }

    public IReadOnlyList<PicklistValue> PicklistValues { get; init; } = [];

    public bool RestrictedPicklist { get; init; }

    public string? CompoundFieldName { get; init; }

    public string? ExtraTypeInfo { get; init; }

    public string? InlineHelpText { get; init; }

    /// <summary>Text of the value a new record gets, null for none. Booleans default to false by themselves.</summary>
    public string? DefaultValue { get; init; }

    /// <summary>Text of the formula, as describe's calculatedFormula tells it; null where it is no formula field.</summary>
    public string? CalculatedFormula { get; init; }

    /// <summary>The roll-up this field holds; null where it is none.</summary>
    public RollUp? RollUp { get; init; }

    /// <summary>A value the platform itself computes at read (Name of a person, Opportunity.IsClosed); not a formula in describe.</summary>
    internal Func<RecordView, object?>? Derived { get; init; }

    /// <summary>Describe's calculated: formula and roll-up fields.</summary>
    public bool Calculated => CalculatedFormula is not null || RollUp is not null;

    public bool IdLookup => IdLookupOnly || ExternalId || Unique;

    public bool Custom => Name.EndsWith("__c", StringComparison.Ordinal);

    public bool CascadeDelete => OnParentDelete == DeleteConstraint.Cascade;

    public bool RestrictedDelete => OnParentDelete == DeleteConstraint.Restrict;

    public bool PolymorphicForeignKey => ReferenceTo.Count > 1;

    /// <summary>Namepointing references are those whose Name may come from several objects.</summary>
    public bool NamePointing => PolymorphicForeignKey;

    /// <summary>Three bytes a character in a UTF-8 org, 18 for ids (reference describes: 255 gives 765).</summary>
    public int ByteLength => Type is FieldType.Id or FieldType.Reference ? Length : Length * 3;

    /// <summary>The type's name in describe, for example multipicklist.</summary>
    public string TypeName => Type switch
    {
        FieldType.Text => "string",
        FieldType.WholeNumber => "int",
        FieldType.Number => "double",
        _ => Type.ToString().ToLowerInvariant(),
    };

    /// <summary>The SOAP type in describe, for example xsd:double.</summary>
    public string SoapType => Type switch
    {
        FieldType.Id or FieldType.Reference => "tns:ID",
        FieldType.Boolean => "xsd:boolean",
        FieldType.WholeNumber => "xsd:int",
        FieldType.Number or FieldType.Currency or FieldType.Percent => "xsd:double",
        FieldType.Date => "xsd:date",
        FieldType.DateTime => "xsd:dateTime",
        FieldType.Time => "xsd:time",
        _ => "xsd:string",
    };

    /// <summary>Text in any of its types: trimmed, empty is null, limited by <see cref="Length"/>.</summary>
    internal bool IsText => Type is FieldType.Text or FieldType.TextArea or FieldType.Picklist or FieldType.Multipicklist
        or FieldType.Combobox or FieldType.Email or FieldType.Phone or FieldType.Url;

    internal bool IsNumber => Type is FieldType.Number or FieldType.Currency or FieldType.Percent or FieldType.WholeNumber;

    /// <summary>Computed at read, so never stored.</summary>
    internal bool IsComputed => Derived is not null || CalculatedFormula is not null;
}

/// <summary>What a roll-up does with the children's values.</summary>
public enum RollUpKind
{
    Count,
    Sum,
    Min,
    Max,
}

/// <summary>A roll-up summary: <paramref name="Kind"/> of <paramref name="SummarizedField"/> (null for Count) over the children of <paramref name="ChildObject"/> whose <paramref name="ReferenceField"/> names the parent.</summary>
public sealed record RollUp(RollUpKind Kind, string ChildObject, string ReferenceField, string? SummarizedField = null);
