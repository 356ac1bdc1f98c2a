using System.Globalization;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Salesforce.Bulk;

/// <summary>Reads a page of query results: a header of field paths, then the records. An empty value is null: CSV cannot tell the two apart, and Salesforce stores no empty text.</summary>
internal static class QueryJobRows
{
    /// <summary>The word that a page without another one carries for its locator.</summary>
    private const string NoLocator = "null";

    /// <exception cref="FormatException">It is not what was asked for, or not whole.</exception>
    public static QueryJobPage Read(Stream body, string? locator, string? told, int rowsMax)
    {
        using CsvReader csv = new(body);
        List<QueryRow> rows = [];
        if (csv.Next() is { } header)
        {
            while (csv.Next() is { } row)
            {
                if (row.Count != header.Count)
                {
                    throw new FormatException($"a row of {row.Count} values under {header.Count} columns");
                }

                rows.Add(Row(header, row));
            }
        }

        if (rows.Count > rowsMax || (told is not null && (!int.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count != rows.Count)))
        {
            throw new FormatException($"{rows.Count} rows where {told ?? "no number"} were told and {rowsMax} asked for");
        }

        // Without the header nobody knows whether there is more: taking it for the end would lose rows.
        return locator is null
            ? throw new FormatException("results without Sforce-Locator")
            : new QueryJobPage(rows, locator is NoLocator or "" ? null : locator);
    }

    private static QueryRow Row(IReadOnlyList<string> header, IReadOnlyList<string> row)
    {
        Dictionary<string, string?> values = new(header.Count, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < header.Count; i++)
        {
            values[header[i]] = row[i].Length == 0 ? null : WithXmlLines(row[i]);
        }

        return new QueryRow("", values);
    }

    // By SOAP every line break is a line feed, as XML has it: a record must read the same whichever way it came.
    private static string WithXmlLines(string value) =>
        value.Contains('\r', StringComparison.Ordinal) ? value.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : value;
}
