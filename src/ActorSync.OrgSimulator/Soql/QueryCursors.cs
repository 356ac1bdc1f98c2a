using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>Open query cursors, at most <paramref name="cursorsMax"/>: one more closes the oldest.</summary>
internal sealed class QueryCursors(int cursorsMax)
{
    /// <summary>Fewest and most rows a page (QueryOptions.batchSize).</summary>
    private const int PageRowsMin = 200;
    private const int PageRowsMax = 2000;

    private readonly Dictionary<string, QueryAnswer> _open = new(StringComparer.Ordinal);
    private readonly Queue<string> _age = new();
    private long _last;

    public QueryPage Open(QueryAnswer answer, int batchSize)
    {
        if (answer.Aggregate is { } aggregate)
        {
            return new QueryPage(1, true, null, [aggregate]);
        }

        if (answer.Records.Count <= PageRows(batchSize))
        {
            return new QueryPage(answer.TotalSize, true, null, Rows(answer, 0, answer.Records.Count));
        }

        string id = SalesforceId.Create("01g", ++_last);
        _open.Add(id, answer);
        _age.Enqueue(id);
        while (_age.Count > cursorsMax)
        {
            _open.Remove(_age.Dequeue());
        }

        return Page(id, answer, 0, batchSize);
    }

    /// <exception cref="OrgFaultException">INVALID_QUERY_LOCATOR.</exception>
    public QueryPage Next(string locator, int batchSize)
    {
        int dash = locator.LastIndexOf('-');
        if (dash < 0 || !int.TryParse(locator.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int start)
            || !_open.TryGetValue(locator[..dash], out QueryAnswer? answer) || start >= answer.Records.Count)
        {
            throw new OrgFaultException("INVALID_QUERY_LOCATOR", "invalid query locator");
        }

        return Page(locator[..dash], answer, start, batchSize);
    }

    /// <summary>The locator carries where the next page begins, so that a page may be asked for twice.</summary>
    private static QueryPage Page(string id, QueryAnswer answer, int start, int batchSize)
    {
        int end = Math.Min(start + PageRows(batchSize), answer.Records.Count);
        bool done = end == answer.Records.Count;
        return new QueryPage(answer.TotalSize, done, done ? null : string.Create(CultureInfo.InvariantCulture, $"{id}-{end}"), Rows(answer, start, end));
    }

    private static int PageRows(int batchSize) => Math.Clamp(batchSize, PageRowsMin, PageRowsMax);

    private static QueryRow[] Rows(QueryAnswer answer, int start, int end)
    {
        var rows = new QueryRow[end - start];
        for (int i = start; i < end; i++)
        {
            rows[i - start] = answer.Shape!.Read(answer.Records[i].Record, answer.Records[i].Values);
        }

        return rows;
    }
}
