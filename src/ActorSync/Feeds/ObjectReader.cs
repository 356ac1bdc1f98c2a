using System.Globalization;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Feeds;

/// <summary>One record as a query showed it.</summary>
/// <param name="Fields">Canonical values of the mapped fields and of the external id field.</param>
internal sealed record ReadRecord(string Sfid, Guid? ExternalId, bool Deleted, DateTimeOffset SystemModstamp, FieldValues Fields);

/// <summary>Asks for the mapped fields of an object and reads the rows.</summary>
internal sealed class ObjectReader
{
    private readonly ObjectMapping _mapping;
    private readonly string _organizationId;

    public ObjectReader(ObjectMapping mapping, string organizationId)
    {
        (_mapping, _organizationId) = (mapping, organizationId);
        var columns = mapping.Fields.SelectMany(field => field.Parent is { } parent ? [parent.ReferenceField, field.Name] : new[] { field.Name })
            .Prepend("IsDeleted").Prepend("SystemModstamp").Prepend(mapping.ExternalIdField).Prepend("Id")
            .Distinct(StringComparer.OrdinalIgnoreCase);
        Select = $"SELECT {string.Join(", ", columns)} FROM {mapping.ObjectName}";
    }

    /// <summary>SELECT ... FROM of everything an image needs.</summary>
    public string Select { get; }

    /// <summary>The record of a row of such a query.</summary>
    public ReadRecord Image(QueryRow row)
    {
        var fields = _mapping.Fields.Select(field => KeyValuePair.Create(field.Name, Value(field, row)))
            .Append(KeyValuePair.Create(_mapping.ExternalIdField, Text(row[_mapping.ExternalIdField])));
        return new ReadRecord(
            CanonicalValue.Id18(row.Id),
            Guid.TryParse(row[_mapping.ExternalIdField], out var externalId) ? externalId : null,
            row["IsDeleted"] is "true",
            DateTimeOffset.Parse(row["SystemModstamp"]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
            FieldValues.From(fields));
    }

    // A parent that has no UUID yet is named by the one it is about to be given.
    private string? Value(FieldMapping field, QueryRow row)
    {
        if (field.Parent is not { } parent)
        {
            return CanonicalValue.Of(field, row[field.Name]);
        }

        return row[parent.ReferenceField] is not { Length: > 0 } sfid ? null
            : Guid.TryParse(row[field.Name], out var externalId) ? externalId.ToString()
            : RecordIds.Derived(_organizationId, sfid).ToString();
    }

    private static string? Text(string? value) => Guid.TryParse(value, out var uuid) ? uuid.ToString() : string.IsNullOrWhiteSpace(value) ? null : value;
}
