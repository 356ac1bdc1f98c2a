using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;

namespace ActorSync.Records;

/// <summary>Values of a mapped row between its columns and the fields of its object. Pure.</summary>
internal sealed class RowValues
{
    private readonly Dictionary<string, FieldMapping> _byColumn;
    private readonly (FieldMapping Field, int Column)[] _inOrder;

    public RowValues(ObjectMapping mapping)
    {
        Mapping = mapping;
        _byColumn = mapping.Fields.ToDictionary(field => field.Column, StringComparer.Ordinal);
        _inOrder = [.. mapping.Fields.Select((field, i) => (field, i)).OrderBy(entry => entry.field.Name, StringComparer.Ordinal)];
        Empty = Canonical(new string?[mapping.Fields.Length]);
    }

    /// <summary>The mapping.</summary>
    public ObjectMapping Mapping { get; }

    /// <summary>Canonical values of a row whose columns are all NULL.</summary>
    public FieldValues Empty { get; }

    /// <summary>Canonical values of a row read as text in the order of the mapping's fields.</summary>
    public FieldValues Canonical(string?[] values) =>
        FieldValues.From(_inOrder.Select(entry => KeyValuePair.Create(entry.Field.Name, CanonicalValue.Of(entry.Field, values[entry.Column]))));

    /// <summary>Canonical values of captured columns.</summary>
    public FieldValues Canonical(IEnumerable<KeyValuePair<string, string?>> columns) =>
        FieldValues.From(columns.Where(column => _byColumn.ContainsKey(column.Key))
            .Select(column => KeyValuePair.Create(_byColumn[column.Key].Name, CanonicalValue.Of(_byColumn[column.Key], column.Value))));

    /// <summary>Canonical values by column, as statements take them.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Columns(FieldValues fields) =>
        fields.Where(field => Mapping.Field(field.Key) is not null).Select(field => KeyValuePair.Create(Mapping.Field(field.Key)!.Column, field.Value));
}
