using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Salesforce.Bulk;

/// <summary>Reads the three answers about a job that is over. Rows come in any order; each is told by its key.</summary>
internal sealed class BulkResultReader(BulkRequest request)
{
    private readonly Dictionary<string, WriteResult> results = new(StringComparer.Ordinal);
    private readonly HashSet<string> unprocessed = new(StringComparer.Ordinal);

    public BulkResults Results => new(results, unprocessed);

    public void Successful(Stream body) => Read(body, "sf__Created", (key, id, created) =>
        results[key] = new WriteResult(id.Length == 0 ? throw new FormatException($"a record that was written without an id, {request.KeyColumn} {key}") : id, true, created == "true", [], null));

    public void Failed(Stream body) => Read(body, "sf__Error", (key, id, error) => results[key] = OfError(id, error));

    public void Unprocessed(Stream body) => Read(body, null, (key, _, _) => unprocessed.Add(key));

    /// <summary><c>CODE:message:field,field --</c>; the message may have colons of its own.</summary>
    internal static WriteError ErrorOf(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return new WriteError("UNKNOWN_EXCEPTION", text, FieldNames.None);
        }

        (string code, string rest) = (text[..colon], text[(colon + 1)..]);
        if (!rest.EndsWith("--", StringComparison.Ordinal) || rest.LastIndexOf(':') is not (>= 0 and var last))
        {
            return new WriteError(code, rest, FieldNames.None);
        }

        string[] fields = rest[(last + 1)..^2].Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        return new WriteError(code, rest[..last], new FieldNames(fields));
    }

    private WriteResult OfError(string id, string text)
    {
        WriteError error = ErrorOf(text);
        return new WriteResult(
            id.Length == 0 ? null : id, false, false, [error], SalesforceFaults.OfRow(error.StatusCode, error.Message, error.Fields, request.Operation == BulkOperation.Upsert ? request.ExternalIdField : null));
    }

    private void Read(Stream body, string? column, Action<string, string, string> take)
    {
        using CsvReader csv = new(body);
        if (csv.Next() is not { } header || csv.Next() is not { } row)
        {
            // Without rows there is nothing to tell apart: a job that was never given any has no columns of ours either.
            return;
        }

        int key = Column(header, request.KeyColumn);
        int id = column is null ? -1 : Column(header, "sf__Id");
        int value = column is null ? -1 : Column(header, column);
        for (; row is not null; row = csv.Next())
        {
            if (row.Count != header.Count)
            {
                throw new FormatException($"a row of {row.Count} values under {header.Count} columns");
            }

            take(row[key], id < 0 ? "" : row[id], value < 0 ? "" : row[value]);
        }
    }

    private static int Column(IReadOnlyList<string> header, string name)
    {
        for (int i = 0; i < header.Count; i++)
        {
            if (string.Equals(header[i], name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        throw new FormatException($"results without the column {name}");
    }
}
