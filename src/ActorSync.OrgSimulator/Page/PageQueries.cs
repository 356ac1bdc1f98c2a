using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Page;

/// <summary>The queries behind the page: SOQL like any caller's.</summary>
internal sealed class PageQueries(OrgModel model)
{
    public const int RowsPerPage = 50;

    /// <summary>SOQL's largest OFFSET; further records are reached by searching.</summary>
    public const int OffsetMax = 2000;

    /// <summary>Columns of a list beside the name and the modification.</summary>
    private const int ExtraColumnsMax = 3;

    /// <summary>Name first, then external ids, then a few telling fields.</summary>
    public static IReadOnlyList<FieldDefinition> Columns(ObjectDefinition type)
    {
        var name = type.Fields.FirstOrDefault(f => f.NameField) ?? type.Fields[0];
        var extra = type.Fields.Where(f => f.ExternalId)
            .Concat(type.Fields.Where(f => f.Type is FieldType.Email or FieldType.Phone or FieldType.Picklist or FieldType.Currency && !f.ExternalId))
            .Where(f => f != name)
            .Take(ExtraColumnsMax);
        return [name, .. extra];
    }

    public IReadOnlyList<QueryRow> List(ObjectDefinition type, string search, int offset, bool deleted)
    {
        List<string> conditions = [.. Search(type, search)];
        if (deleted)
        {
            conditions.Add("IsDeleted = true");
        }

        var where = conditions.Count > 0 ? $" WHERE {string.Join(" AND ", conditions)}" : "";
        var fields = string.Join(", ", Columns(type).Select(c => c.Name).Append("LastModifiedDate").Append("LastModifiedBy.Name").Distinct());
        var soql = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {fields} FROM {type.Name}{where} ORDER BY LastModifiedDate DESC, Id LIMIT {RowsPerPage} OFFSET {offset}");
        return model.Query(soql, includeDeleted: deleted).Rows;
    }

    /// <summary>All fields of a record, deleted or not; null if there is none.</summary>
    public QueryRow? Record(ObjectDefinition type, string id)
    {
        if (id.Length is not (15 or 18) || !id.All(char.IsAsciiLetterOrDigit))
        {
            return null;
        }

        var fields = type.Fields.Select(f => f.Name).Concat(["CreatedBy.Name", "LastModifiedBy.Name"]);
        var rows = model.Query($"SELECT {string.Join(", ", fields)} FROM {type.Name} WHERE Id = '{id}'", includeDeleted: true).Rows;
        return rows.Count > 0 ? rows[0] : null;
    }

    private static IEnumerable<string> Search(ObjectDefinition type, string search)
    {
        if (search.Length == 0)
        {
            return [];
        }

        var literal = search.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        var fields = type.Fields.Where(f => f.IsText && f.Filterable && !f.IsComputed).Select(f => $"{f.Name} LIKE '%{literal}%'");
        return [$"({string.Join(" OR ", fields)})"];
    }
}
