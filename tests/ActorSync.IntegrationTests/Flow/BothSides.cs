using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>The judge: every record of both sides, field by field, by a notion of equality of its own.</summary>
internal static class BothSides
{
    private static readonly (string Object, string Table, string[] Fields)[] Mapped =
    [
        ("Account", "salesforce.account", ["Name", "Phone", "Website", "Industry", "AnnualRevenue", "NumberOfEmployees", "Description", "Parent.ActorSync_Id__c"]),
        ("Contact", "salesforce.contact", ["FirstName", "LastName", "Email", "Title", "Birthdate", "Account.ActorSync_Id__c"]),
    ];

    /// <summary>The first difference in words; null when there is none.</summary>
    public static async Task<string?> DifferenceAsync(RunningSync sync)
    {
        foreach (var (name, table, fields) in Mapped)
        {
            var columns = string.Join(", ", fields.Select(field => $"{field.ToLowerInvariant().Replace(".", "__", StringComparison.Ordinal)}::text"));
            var rows = await sync.ListAsync($"select jsonb_build_array(sfid, actorsync_id__c, {columns})::text from {table} order by sfid, actorsync_id__c");
            var there = Read(sync.Org.Model, name, fields);
            var here = rows.Select(row => Line(System.Text.Json.JsonSerializer.Deserialize<string?[]>(row)!)).Order(StringComparer.Ordinal).ToList();
            var onlyHere = here.Except(there, StringComparer.Ordinal).FirstOrDefault();
            var onlyThere = there.Except(here, StringComparer.Ordinal).FirstOrDefault();
            if (onlyHere is not null || onlyThere is not null || here.Count != there.Count)
            {
                return $"{name}: PostgreSQL {onlyHere ?? $"{here.Count} rows"}, Salesforce {onlyThere ?? $"{there.Count} records"}";
            }
        }

        return null;
    }

    private static List<string> Read(OrgModel org, string name, string[] fields)
    {
        var lines = new List<string>();
        for (var page = org.Query($"SELECT Id, ActorSync_Id__c, {string.Join(", ", fields)} FROM {name}"); ; page = org.QueryMore(page.Locator))
        {
            lines.AddRange(page.Rows.Select(row => Line([.. row.Fields.Select(field => Text(field.Value))])));
            if (page.Locator is null)
            {
                lines.Sort(StringComparer.Ordinal);
                return lines;
            }
        }
    }

    private static string Line(IReadOnlyList<string?> values) => string.Join(" | ", values.Select(Same));

    // Empty is null, no blanks around, no zeros behind the point, UUIDs in lower case.
    private static string Same(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        return decimal.TryParse(trimmed, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) && trimmed[0] != '+'
            ? number.ToString("0.##########", CultureInfo.InvariantCulture)
            : Guid.TryParse(trimmed, out var id) ? id.ToString() : trimmed;
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        QueryRow parent => Text(parent.Fields[^1].Value),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
