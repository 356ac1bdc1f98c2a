using System.Globalization;
using System.Text;
using ActorSync.Bench;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Soap;
using BenchmarkDotNet.Attributes;

namespace ActorSync.MicroBenchmarks;

/// <summary>CSV of Bulk API 2.0, a record each: jobs and pages of 10,000.</summary>
[MemoryDiagnoser]
public class BulkTexts
{
    private const int Job = 10_000;
    private const int BytesMax = 100_000_000;

    private static readonly BulkRequest Births = new(AccountRows.Object, BulkOperation.Upsert, AccountRows.ExternalId);

    private readonly SoapRecord[] _records = [.. Enumerable.Range(0, Job).Select(AccountRecords.Birth)];
    private readonly PooledBytes _results = new(BytesMax);
    private readonly PooledBytes _page = new(BytesMax);

    /// <summary>The results of a job and a page of a query job.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        // Salesforce gives each record back as it came.
        Fill(_results, record => [("sf__Id", AccountRecords.Sfid(record)), ("sf__Created", "true"), .. AccountRecords.Birth(record).Fields.Select(field => (field.Key, field.Value))]);
        Fill(_page, record => [.. AccountRecords.Answered(record)]);
    }

    /// <summary>An upload, written.</summary>
    [Benchmark(OperationsPerInvoke = Job)]
    public long UploadWritten()
    {
        using var body = new PooledBytes(BytesMax);
        BulkRows.Write(body, Births, _records);
        return body.Length;
    }

    /// <summary>The results of its job, read.</summary>
    [Benchmark(OperationsPerInvoke = Job)]
    public object ResultsRead()
    {
        var reader = new BulkResultReader(Births);
        _results.Position = 0;
        reader.Successful(_results);
        return reader.Results;
    }

    /// <summary>A page of a query job, read.</summary>
    [Benchmark(OperationsPerInvoke = Job)]
    public object QueryPageRead()
    {
        _page.Position = 0;
        return QueryJobRows.Read(_page, "null", Job.ToString(CultureInfo.InvariantCulture), Job);
    }

    private static void Fill(PooledBytes bytes, Func<int, IReadOnlyList<(string Name, string? Value)>> row)
    {
        bytes.Write(Encoding.UTF8.GetBytes(Line(row(0).Select(field => field.Name))));
        for (var record = 0; record < Job; record++)
        {
            bytes.Write(Encoding.UTF8.GetBytes(Line(row(record).Select(field => field.Value))));
        }
    }

    private static string Line(IEnumerable<string?> values) => string.Join(',', values.Select(value => $"\"{value}\"")) + "\n";
}
