using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Soql;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>A page of the rows of a query job.</summary>
/// <param name="Locator">Where the next page begins; null on the last.</param>
internal sealed record QueryResultPage(ReadOnlyMemory<byte> Csv, int Rows, string? Locator);

/// <summary>The rows of a query job as CSV, every value quoted, null as an empty one. Pages begin with the header.</summary>
internal sealed class QueryResult
{
    private readonly byte[] _header;
    private readonly byte[] _rows;
    private readonly int[] _ends;

    public QueryResult(QueryExport export, QueryJobSpec spec)
    {
        var (delimiter, lineEnd) = (BulkJobSpec.Delimiters[spec.ColumnDelimiter], spec.LineEnding == "CRLF" ? "\r\n" : "\n");
        _ends = new int[export.Rows.Count];
        using var bytes = new MemoryStream();
        var line = new StringBuilder();
        _header = Encoding.UTF8.GetBytes(Line(line, export.Columns, delimiter, lineEnd));
        for (var i = 0; i < export.Rows.Count; i++)
        {
            bytes.Write(Encoding.UTF8.GetBytes(Line(line, export.Rows[i].Select(Text), delimiter, lineEnd)));
            _ends[i] = (int)bytes.Length;
        }

        _rows = bytes.ToArray();
    }

    public long Bytes => _rows.Length;

    /// <summary>The rows from where a locator points.</summary>
    /// <exception cref="OrgFaultException">The locator is none of this job's.</exception>
    public QueryResultPage Page(string? locator, int rowsMax)
    {
        var from = locator is null ? 0 : Decode(locator);
        if (from < 0 || (from >= _ends.Length && from > 0))
        {
            throw BulkErrors.Locator(locator!);
        }

        var to = (int)Math.Min((long)from + rowsMax, _ends.Length);
        var (start, end) = (from == 0 ? 0 : _ends[from - 1], to == 0 ? 0 : _ends[to - 1]);
        var csv = new byte[_header.Length + end - start];
        _header.CopyTo(csv, 0);
        _rows.AsSpan(start, end - start).CopyTo(csv.AsSpan(_header.Length));
        return new QueryResultPage(csv, to - from, to < _ends.Length ? Encode(to) : null);
    }

    /// <summary>Opaque to callers, as MTAwMDA is.</summary>
    private static string Encode(int row) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(row.ToString(CultureInfo.InvariantCulture)));

    private static int Decode(string locator)
    {
        try
        {
            return int.TryParse(Encoding.ASCII.GetString(Base64Url.DecodeFromChars(locator)), NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : -1;
        }
        catch (FormatException)
        {
            return -1;
        }
    }

    private static string Line(StringBuilder line, IEnumerable<string> values, char delimiter, string lineEnd)
    {
        line.Clear();
        foreach (var value in values)
        {
            line.Append(line.Length == 0 ? "" : delimiter).Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }

        return line.Append(lineEnd).ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTimeOffset moment => WireValue.SoapDateTime(moment),
        DateOnly date => WireValue.Date(date),
        TimeOnly time => WireValue.Time(time),
        decimal number => WireValue.Double(number),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"a query row holds a {value.GetType().Name}"),
    };
}
