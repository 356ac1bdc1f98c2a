using System.Text;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Salesforce.Bulk;

/// <summary>The records of a job as CSV (Bulk API Developer Guide, "Prepare CSV Files"): a column for each field that any of them names; an empty value says nothing, <c>#N/A</c> is null.</summary>
public static class BulkRows
{
    /// <summary>Longest value in characters.</summary>
    public const int ValueCharsMax = 32_000;

    /// <summary>Longest record in characters, all values together.</summary>
    public const int RecordCharsMax = 400_000;

    /// <summary>Null, in CSV. A text that reads so cannot travel.</summary>
    public const string Null = "#N/A";

    /// <summary>False for a record that only SOAP can say, or say no to: a value that reads <c>#N/A</c>, is longer than a job takes, or has characters no API carries.</summary>
    public static bool CanCarry(SoapRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        long chars = 0;
        foreach (string? value in record.Fields.Values.Concat(record.Parents.Values.Select(parent => parent.Value)))
        {
            chars += value?.Length ?? 0;
            if (value is not null && (value == Null || value.Length > ValueCharsMax || SoapText.FirstInvalid(value) is not null))
            {
                return false;
            }
        }

        return chars <= RecordCharsMax;
    }

    /// <summary>Most bytes that a record can take of an upload.</summary>
    /// <param name="record">The record.</param>
    /// <param name="columns">Most columns of the upload: each divides, also where it says nothing of this record.</param>
    public static int BytesMax(SoapRecord record, int columns)
    {
        ArgumentNullException.ThrowIfNull(record);
        int bytes = columns + 1;
        foreach (string? value in record.Fields.Values.Concat(record.Parents.Values.Select(parent => parent.Value)).Append(record.Id))
        {
            bytes += value is null ? Null.Length + 2 : Encoding.UTF8.GetByteCount(value) + value.AsSpan().Count('"') + 2;
        }

        return bytes;
    }

    internal static string? KeyOf(BulkRequest request, SoapRecord record) =>
        request.Operation == BulkOperation.Upsert ? record.Fields.GetValueOrDefault(request.KeyColumn) : record.Id;

    internal static void Write(Stream stream, BulkRequest request, IReadOnlyList<SoapRecord> records)
    {
        string[] fields = request.Operation == BulkOperation.Delete ? []
            : [.. records.SelectMany(record => record.Fields.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        (string Relationship, string Field)[] parents = request.Operation == BulkOperation.Delete ? []
            : [.. records.SelectMany(record => record.Parents.Select(parent => (parent.Key, parent.Value.FieldName))).Distinct().OrderBy(parent => parent.Key, StringComparer.Ordinal)];
        using StreamWriter csv = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        bool hasId = request.Operation != BulkOperation.Upsert;
        WriteRow(csv, [.. hasId ? ["Id"] : Array.Empty<string>(), .. fields, .. parents.Select(parent => $"{parent.Relationship}.{parent.Field}")]);
        bool isBirth = request.Operation == BulkOperation.Upsert;
        foreach (SoapRecord record in records)
        {
            IEnumerable<string?> values =
            [
                .. hasId ? [record.Id] : Array.Empty<string?>(),
                // A birth does not name what is empty: an earlier record that it meets keeps its value.
                .. fields.Select(field => !record.Fields.TryGetValue(field, out string? value) ? "" : value ?? (isBirth ? "" : Null)),
                .. parents.Select(parent => record.Parents.TryGetValue(parent.Relationship, out ParentByExternalId? named) && named.FieldName == parent.Field ? named.Value : ""),
            ];
            WriteRow(csv, values);
        }
    }

    private static void WriteRow(StreamWriter csv, IEnumerable<string?> values)
    {
        bool isFirst = true;
        foreach (string? value in values)
        {
            if (!isFirst)
            {
                csv.Write(',');
            }

            isFirst = false;
            if (string.IsNullOrEmpty(value))
            {
                continue;
            }

            csv.Write('"');
            csv.Write(value.Replace("\"", "\"\"", StringComparison.Ordinal));
            csv.Write('"');
        }

        csv.WriteLine();
    }
}
