namespace ActorSync.OrgSimulator.Org;

/// <summary>The fields of one record of a request, found in the schema; parents named by external id are already looked up.</summary>
internal sealed class RequestFields
{
    private readonly List<(int Ordinal, object? Value)> _values = [];
    private readonly List<RecordError> _errors = [];

    private RequestFields(ObjectDefinition definition) => Definition = definition;

    public ObjectDefinition Definition { get; }

    /// <summary>Field ordinals with their text, null or 18-character parent id.</summary>
    public IReadOnlyList<(int Ordinal, object? Value)> Values => _values;

    /// <summary>Parents that were not found.</summary>
    public IReadOnlyList<RecordError> Errors => _errors;

    /// <summary>Resolves the records of a call before the first of them is saved: a parent must exist before the call.</summary>
    /// <exception cref="OrgFaultException">An unknown object (INVALID_TYPE) or field (INVALID_FIELD) refuses the whole call.</exception>
    public static RequestFields[] ResolveAll(OrgStore store, IReadOnlyList<RecordInput> records, string api) =>
        [.. records.Select(r => Resolve(store, r, api))];

    /// <summary>The text of a field as sent; null if it is absent or null.</summary>
    public string? Text(int ordinal) => _values.FirstOrDefault(v => v.Ordinal == ordinal).Value is { } value ? FieldText.Format(value) : null;

    private static RequestFields Resolve(OrgStore store, RecordInput input, string api)
    {
        var resolved = new RequestFields(Definitions.Find(store.Schema, input.Type));
        foreach ((string name, object? value) in input.Fields)
        {
            resolved.Add(store, name, value, api);
        }

        return resolved;
    }

    private void Add(OrgStore store, string name, object? value, string api)
    {
        int ordinal = Definition.Ordinal(name);
        if (ordinal >= 0 && value is not ParentReference)
        {
            _values.Add((ordinal, value));
            return;
        }

        if (value is ParentReference or null && Definition.Relationship(name) is { } reference)
        {
            AddParent(store, reference, value as ParentReference, api);
            return;
        }

        throw Definitions.NoSuchColumn(Definition, name, api);
    }

    private void AddParent(OrgStore store, FieldDefinition field, ParentReference? parent, string api)
    {
        if (parent is null)
        {
            _values.Add((Definition.Ordinal(field.Name), null));
            return;
        }

        ObjectDefinition target = Definitions.Find(store.Schema, parent.Type ?? field.ReferenceTo[0]);
        if (target.Field(parent.ExternalIdField) is not { } key)
        {
            throw Definitions.NoSuchColumn(target, parent.ExternalIdField, api);
        }

        if (!key.IdLookup)
        {
            throw Definitions.NotAnExternalId(target, key.Name);
        }

        StoredRecord[] found = [.. ExternalIds.Match(store, target, key, parent.Value).Where(r => !r.IsDeleted)];
        if (found.Length == 1)
        {
            _values.Add((Definition.Ordinal(field.Name), found[0].Id));
        }
        else if (found.Length == 0)
        {
            _errors.Add(new RecordError(
                "INVALID_FIELD", $"Foreign key external ID: {parent.Value} not found for field {key.Name} in entity {target.Name}", []));
        }
        else
        {
            _errors.Add(ExternalIds.SeveralMatches(key, found));
        }
    }
}

/// <summary>Lookups in the schema that fail as the server does.</summary>
internal static class Definitions
{
    public static ObjectDefinition Find(OrgSchema schema, string type) => schema.Find(type) ?? throw new OrgFaultException(
        "INVALID_TYPE",
        $"sObject type '{type}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.");

    public static string NoSuchColumnText(ObjectDefinition definition, string field) =>
        $"No such column '{field}' on entity '{definition.Name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.";

    /// <summary>REST words it shorter than SOAP.</summary>
    public static OrgFaultException NoSuchColumn(ObjectDefinition definition, string field, string api) => new(
        "INVALID_FIELD",
        api.StartsWith("rest", StringComparison.OrdinalIgnoreCase)
            ? $"No such column '{field}' on sobject of type {definition.Name}"
            : NoSuchColumnText(definition, field));

    public static OrgFaultException NotAnExternalId(ObjectDefinition definition, string field) => new(
        "INVALID_FIELD", $"Field name provided, {field} does not match an External ID, Salesforce Id, or indexed field for {definition.Name}");
}

/// <summary>Finding records by an external id.</summary>
internal static class ExternalIds
{
    /// <summary>Records that hold the value, deleted ones included. Case matters unless the field is unique and case-insensitive.</summary>
    public static IEnumerable<StoredRecord> Match(OrgStore store, ObjectDefinition definition, FieldDefinition field, string text)
    {
        if (field.Type == FieldType.Id)
        {
            return SalesforceId.TryNormalize(text.Trim(), out string? id) && store.Table(definition).Find(id) is { } record ? [record] : [];
        }

        (object? value, _) = FieldText.Parse(field, text, truncate: false);
        if (value is null)
        {
            return [];
        }

        int ordinal = definition.Ordinal(field.Name);
        bool ignoresCase = field.Unique && !field.CaseSensitive;
        return store.Table(definition).FindByValue(ordinal, FieldText.Format(value)!).Where(r => ignoresCase || Equals(r.Values[ordinal], value));
    }

    public static RecordError SeveralMatches(FieldDefinition field, IEnumerable<StoredRecord> found) => new(
        "DUPLICATE_EXTERNAL_ID",
        $"{field.Label}: more than one record found for external id field: [{string.Join(", ", found.Select(r => r.Id))}]",
        [field.Name]);
}
