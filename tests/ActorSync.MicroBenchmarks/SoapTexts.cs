using System.Text;
using ActorSync.Bench;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Soap;
using BenchmarkDotNet.Attributes;

namespace ActorSync.MicroBenchmarks;

/// <summary>Envelopes of the SOAP API, a record each.</summary>
[MemoryDiagnoser]
public class SoapTexts
{
    private const int Call = 200;
    private const int Page = 2_000;
    private const int BytesMax = 100_000_000;
    private const string Session = "00D5g0000000001!AQEAQNz4Y1XG7e0oXnW1T8v7u3r9Q2l6k5j4h3g2f1d0s9a8p7o6i5u4y3t2r1e0w";

    private readonly SoapRecord[] _records = [.. Enumerable.Range(0, Call).Select(AccountRecords.Birth)];
    private readonly PooledBytes _results = new(BytesMax);
    private readonly PooledBytes _page = new(BytesMax);

    /// <summary>The answers to a call and to a query.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        Fill(_results, "upsert", string.Concat(Enumerable.Range(0, Call).Select(record =>
            $"<result><created>true</created><id>{AccountRecords.Sfid(record)}</id><success>true</success></result>")));
        var rows = Enumerable.Range(0, Page).Select(record =>
            $"<records xsi:type=\"sf:sObject\"><sf:type>{AccountRows.Object}</sf:type>{string.Concat(AccountRecords.Answered(record).Select(field => $"<sf:{field.Name}>{field.Value}</sf:{field.Name}>"))}</records>");
        Fill(_page, "query", $"<result xsi:type=\"QueryResult\"><done>true</done><queryLocator xsi:nil=\"true\"/>{string.Concat(rows)}<size>{Page}</size></result>");
    }

    /// <summary>An upsert of 200 records, written.</summary>
    [Benchmark(OperationsPerInvoke = Call)]
    public long UpsertWritten()
    {
        using var body = new PooledBytes(BytesMax);
        SoapRequests.Write(body, Session, new SoapCall("upsert", xml =>
        {
            SoapRequests.Element(xml, "externalIDFieldName", AccountRows.ExternalId);
            SoapRequests.Records(xml, AccountRows.Object, _records);
        }) { Client = "actorsync/0123456789abcdef" });
        return body.Length;
    }

    /// <summary>The answer to it, read.</summary>
    [Benchmark(OperationsPerInvoke = Call)]
    public object UpsertAnswerRead() => SoapAnswer.Read(_results, "upsert", xml => SoapResults.Writes(xml, Call, AccountRows.ExternalId)).Answer!;

    /// <summary>A page of 2,000 rows of a query, read.</summary>
    [Benchmark(OperationsPerInvoke = Page)]
    public object QueryPageRead() => SoapAnswer.Read(_page, "query", SoapResults.Query).Answer!;

    private static void Fill(PooledBytes bytes, string operation, string results) => bytes.Write(Encoding.UTF8.GetBytes(
        $"""<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SoapRequests.EnvelopeNamespace}" xmlns="{SoapRequests.PartnerNamespace}" xmlns:sf="{SoapRequests.ObjectNamespace}" xmlns:xsi="{SoapRequests.InstanceNamespace}"><soapenv:Body><{operation}Response>{results}</{operation}Response></soapenv:Body></soapenv:Envelope>"""));
}
