namespace ActorSync.OrgSimulator.Org;

/// <summary>Short ways to define fields with the attributes Salesforce gives their types.</summary>
internal static class FieldFactory
{
    /// <summary>Default precision of currency and number fields without one (Amount in the reference describes: 18, 2).</summary>
    public const int NumberPrecision = 18;

    public static FieldDefinition Text(string name, string label, int length) =>
        new() { Name = name, Label = label, Type = FieldType.Text, Length = length, Permissionable = true };

    public static FieldDefinition TextArea(string name, string label, int length) =>
        Text(name, label, length) with { Type = FieldType.TextArea, ExtraTypeInfo = "plaintextarea" };

    /// <summary>A text area too long to filter, sort or group by.</summary>
    public static FieldDefinition LongText(string name, string label, int length) =>
        TextArea(name, label, length) with { Filterable = false, Sortable = false, Groupable = false, Aggregatable = false };

    public static FieldDefinition Phone(string name, string label) => Text(name, label, 40) with { Type = FieldType.Phone };

    public static FieldDefinition Email(string name, string label) => Text(name, label, 80) with { Type = FieldType.Email };

    public static FieldDefinition Url(string name, string label) => Text(name, label, 255) with { Type = FieldType.Url };

    public static FieldDefinition Picklist(string name, string label, int length, params string[] values) =>
        Text(name, label, length) with { Type = FieldType.Picklist, PicklistValues = [.. values.Select(v => new PicklistValue(v, v))] };

    public static FieldDefinition Reference(string name, string label, string to, string relationship, string? children = null) =>
        new()
        {
            Name = name,
            Label = label,
            Type = FieldType.Reference,
            Length = 18,
            ReferenceTo = [to],
            RelationshipName = relationship,
            ChildRelationshipName = children,
            Permissionable = true,
        };

    public static FieldDefinition Checkbox(string name, string label) =>
        new() { Name = name, Label = label, Type = FieldType.Boolean, Nillable = false, DefaultedOnCreate = true, DefaultValue = "false", Aggregatable = false };

    public static FieldDefinition Number(string name, string label, FieldType type, int precision, int scale) =>
        new() { Name = name, Label = label, Type = type, Precision = precision, Scale = scale, Groupable = false, Permissionable = true };

    public static FieldDefinition WholeNumber(string name, string label, int digits = 8) =>
        new() { Name = name, Label = label, Type = FieldType.WholeNumber, Digits = digits, Permissionable = true };

    public static FieldDefinition Date(string name, string label) => new() { Name = name, Label = label, Type = FieldType.Date, Permissionable = true };

    public static FieldDefinition DateTime(string name, string label) =>
        new() { Name = name, Label = label, Type = FieldType.DateTime, Groupable = false, Permissionable = true };

    public static FieldDefinition Required(this FieldDefinition field) => field with { Nillable = false, Permissionable = false };

    public static FieldDefinition ReadOnly(this FieldDefinition field) =>
        field with { Createable = false, Updateable = false, Permissionable = false };

    public static FieldDefinition Defaulted(this FieldDefinition field, string value) => field with
    {
        DefaultedOnCreate = true,
        DefaultValue = value,
        PicklistValues = [.. field.PicklistValues.Select(p => p with { DefaultValue = p.Value == value })],
    };

    /// <summary>The column by which two-way sync recognizes a record: Text(36), External ID, Unique, case-insensitive.</summary>
    public static FieldDefinition ActorSyncId() => Text("ActorSync_Id__c", "ActorSync Id", 36) with { Unique = true, ExternalId = true };

    public static FieldDefinition Id(string objectLabel) => new()
    {
        Name = "Id",
        Label = $"{objectLabel} ID",
        Type = FieldType.Id,
        Length = 18,
        Nillable = false,
        Createable = false,
        Updateable = false,
        DefaultedOnCreate = true,
        IdLookupOnly = true,
    };

    public static FieldDefinition IsDeleted() => Checkbox("IsDeleted", "Deleted").ReadOnly();

    public static FieldDefinition Owner(params string[] to) => Reference("OwnerId", "Owner ID", "User", "Owner") with
    {
        ReferenceTo = to,
        Nillable = false,
        DefaultedOnCreate = true,
        Permissionable = false,
    };

    /// <summary>CreatedDate to SystemModstamp, in the order of describe.</summary>
    public static IEnumerable<FieldDefinition> Audit() =>
    [
        Stamp(DateTime("CreatedDate", "Created Date")),
        Stamp(Reference("CreatedById", "Created By ID", "User", "CreatedBy")),
        Stamp(DateTime("LastModifiedDate", "Last Modified Date")),
        Stamp(Reference("LastModifiedById", "Last Modified By ID", "User", "LastModifiedBy")),
        Stamp(DateTime("SystemModstamp", "System Modstamp")),
    ];

    /// <summary>Street, city, state, postal code and country of an address, without the compound field.</summary>
    public static IEnumerable<FieldDefinition> Address(string prefix, string labelPrefix)
    {
        string compound = prefix + "Address";
        string label = labelPrefix.Length == 0 ? "" : labelPrefix + " ";
        return new[]
        {
            TextArea(prefix + "Street", label + "Street", 255),
            Text(prefix + "City", label + "City", 40),
            Text(prefix + "State", label + "State/Province", 80),
            Text(prefix + "PostalCode", label + "Zip/Postal Code", 20),
            Text(prefix + "Country", label + "Country", 80),
        }.Select(f => f with { CompoundFieldName = compound });
    }

    /// <summary>LastName, FirstName, Salutation and the compound Name, which is never written.</summary>
    public static IEnumerable<FieldDefinition> PersonName() =>
    [
        Person(Text("LastName", "Last Name", 80).Required()),
        Person(Text("FirstName", "First Name", 40)),
        Person(Picklist("Salutation", "Salutation", 40, "Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")),
        Text("Name", "Full Name", 121).ReadOnly() with { Nillable = false, NameField = true, ExtraTypeInfo = "personname", Derived = FullName },
    ];

    private static FieldDefinition Person(FieldDefinition field) =>
        field with { CompoundFieldName = "Name", ExtraTypeInfo = "personname", Permissionable = false };

    private static FieldDefinition Stamp(FieldDefinition field) =>
        field.ReadOnly() with { Nillable = false, DefaultedOnCreate = true };

    private static object? FullName(RecordView record) =>
        record["FirstName"] is string first ? $"{first} {record["LastName"]}" : record["LastName"];
}
