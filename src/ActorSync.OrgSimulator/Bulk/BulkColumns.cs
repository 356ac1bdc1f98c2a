using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>
/// The columns of an upload, found in the schema: fields, and parents named as <c>Relationship.Field</c>, or <c>Type:Relationship.Field</c> where, and only where, the
/// relationship can lead to several objects.
/// </summary>
internal sealed class BulkColumns
{
    /// <summary>Sets a field to null; an empty value leaves it alone.</summary>
    private const string NullValue = "#N/A";

    private readonly string _type;
    private readonly Column[] _columns;

    private BulkColumns(string type, Column[] columns)
    {
        _type = type;
        _columns = columns;
    }

    /// <exception cref="BulkJobException">A column is none of the object's; the whole job fails.</exception>
    public static BulkColumns Find(OrgSchema schema, ObjectDefinition type, IReadOnlyList<string> names)
    {
        var repeated = names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        return repeated is null
            ? new BulkColumns(type.Name, [.. names.Select(n => Find(schema, type, n))])
            : throw BulkErrors.Batch($"Field name is there more than once : {repeated.Key}");
    }

    /// <summary>The record of a row: empty values are left out, <c>#N/A</c> is null.</summary>
    public RecordInput Read(IReadOnlyList<string> cells)
    {
        string? id = null;
        var fields = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < _columns.Length; i++)
        {
            var (column, value) = (_columns[i], cells[i]);
            if (value.Length == 0)
            {
                continue;
            }

            if (column.IsId)
            {
                id = value == NullValue ? null : value;
            }
            else
            {
                fields[column.Name] = value == NullValue ? null : column.Parent is { } parent ? parent with { Value = value } : value;
            }
        }

        return new RecordInput(_type, id, fields);
    }

    private static Column Find(OrgSchema schema, ObjectDefinition type, string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
        {
            return FindParent(schema, type, name, dot);
        }

        var field = type.Field(name) ?? throw BulkErrors.Batch($"Field name not found : {name}");
        return new Column(field.Name, field.Type == FieldType.Id, null);
    }

    private static Column FindParent(OrgSchema schema, ObjectDefinition type, string name, int dot)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal) is var at && at < dot ? at : -1;
        var relationship = name[(colon + 1)..dot];
        var reference = type.Relationship(relationship) ?? throw BulkErrors.Batch($"Unable to find relationship: {relationship}");
        var several = reference.ReferenceTo.Count > 1;
        if (several != (colon >= 0))
        {
            throw BulkErrors.Batch(several
                ? $"type is needed for polymorphic foreign key references: {relationship}"
                : $"type is not needed for non polymorphic foreign key references: {relationship}");
        }

        var target = reference.ReferenceTo.FirstOrDefault(t => !several || t.Equals(name[..colon], StringComparison.OrdinalIgnoreCase));
        return target is not null && schema.Find(target)?.Field(name[(dot + 1)..]) is { } key && (key.IdLookup || key.Type == FieldType.Id)
            ? new Column(reference.RelationshipName!, false, new ParentReference(target, key.Name, ""))
            : throw BulkErrors.Batch($"Field name not found : {name}");
    }

    /// <param name="Name">Field or relationship name as the org model takes it.</param>
    /// <param name="Parent">What a value of a relationship column names, but for the value itself.</param>
    private sealed record Column(string Name, bool IsId, ParentReference? Parent);
}
