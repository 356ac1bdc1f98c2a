using System.Globalization;
using System.Text.Json;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Rest;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Salesforce.Bulk;

/// <summary>Bulk API 2.0 of one org over HTTP. Safe for concurrent use.</summary>
public sealed class BulkClient : IBulkApi
{
    /// <summary>First version of the API with ingest jobs.</summary>
    public const int BulkVersionMin = 41;

    /// <summary>Records in one job: Salesforce cuts what is larger into batches of this size itself.</summary>
    public const int BulkRowsMax = 10_000;

    /// <summary>Largest upload in bytes (Bulk API 2.0, "Upload Job Data": 100 MB before base64).</summary>
    public const int UploadBytesMax = 100_000_000;

    private const string Jobs = "jobs/ingest";
    private const string CsvType = "text/csv; charset=utf-8";

    private readonly RestTransport transport;
    private readonly SalesforceSession session;

    /// <summary>Calls the org that the session is signed in to. Where the connection speaks an older version, jobs of an earlier configuration are asked about in the first that has them.</summary>
    public BulkClient(SalesforceSession session) =>
        (this.session, transport) = (session, new RestTransport(session, HasBulk(session.Options.ApiVersion) ? null : $"{BulkVersionMin}.0"));

    /// <summary>True of a version of the API, like 64.0, that has ingest jobs.</summary>
    public static bool HasBulk(string apiVersion) => int.Parse(apiVersion.Split('.')[0], CultureInfo.InvariantCulture) >= BulkVersionMin;

    /// <inheritdoc/>
    public async Task<string> CreateAsync(BulkRequest request, string client, CancellationToken cancellation)
    {
        NewJob job = new(request.ObjectName, request.Operation.ToString().ToLowerInvariant(), request.ExternalIdField) { AssignmentRuleId = request.AssignmentRuleId };
        RestCall call = new($"create {request.Operation} job of {request.ObjectName}", HttpMethod.Post, Jobs)
        {
            Body = stream => JsonSerializer.Serialize(stream, job, BulkJson.Default.NewJob),
            Client = client,
            Use = ApiUse.Write,
            IsGated = true,
        };
        return (await transport.CallAsync(call, BulkJson.Default.JobInfo, cancellation)).Id;
    }

    /// <inheritdoc/>
    public Task UploadAsync(string jobId, BulkRequest request, IReadOnlyList<SoapRecord> records, CancellationToken cancellation)
    {
        BulkChecks.Records(request, records);
        RestCall call = new($"upload {records.Count} {request.ObjectName} to job {jobId}", HttpMethod.Put, $"{Path(jobId)}/batches")
        {
            Body = stream => BulkRows.Write(stream, request, records),
            ContentType = CsvType,
            BytesMax = UploadBytesMax,
            Deadline = session.Options.UploadDeadline,
            IsGated = true,
        };
        return transport.CallAsync(call, static body => body, cancellation);
    }

    /// <inheritdoc/>
    public Task CloseAsync(string jobId, CancellationToken cancellation) => ChangeAsync(jobId, "close", BulkJobState.UploadComplete, cancellation);

    /// <inheritdoc/>
    public Task AbortAsync(string jobId, CancellationToken cancellation) => ChangeAsync(jobId, "abort", BulkJobState.Aborted, cancellation);

    /// <inheritdoc/>
    public async Task<BulkJob> ReadAsync(string jobId, CancellationToken cancellation) =>
        await transport.CallAsync(
            new RestCall($"job {jobId}", HttpMethod.Get, Path(jobId)),
            body => (JsonSerializer.Deserialize(body, BulkJson.Default.JobInfo) ?? throw new JsonException("null")).ToJob(),
            cancellation);

    /// <inheritdoc/>
    public async Task<BulkResults> ResultsAsync(string jobId, BulkRequest request, CancellationToken cancellation)
    {
        BulkResultReader reader = new(request);
        await ReadRowsAsync(jobId, "successfulResults", reader.Successful, cancellation);
        await ReadRowsAsync(jobId, "failedResults", reader.Failed, cancellation);
        await ReadRowsAsync(jobId, "unprocessedrecords", reader.Unprocessed, cancellation);
        return reader.Results;
    }

    private static string Path(string jobId) => $"{Jobs}/{Uri.EscapeDataString(jobId)}";

    private Task ChangeAsync(string jobId, string what, BulkJobState state, CancellationToken cancellation)
    {
        RestCall call = new($"{what} job {jobId}", HttpMethod.Patch, Path(jobId))
        {
            Body = stream => JsonSerializer.Serialize(stream, new JobChange(state.ToString()), BulkJson.Default.JobChange),
            IsGated = true,
        };
        return transport.CallAsync(call, BulkJson.Default.JobInfo, cancellation);
    }

    private Task ReadRowsAsync(string jobId, string results, Action<Stream> read, CancellationToken cancellation)
    {
        RestCall call = new($"{results} of job {jobId}", HttpMethod.Get, $"{Path(jobId)}/{results}") { Accept = "text/csv", Deadline = session.Options.UploadDeadline };
        return transport.CallAsync(
            call,
            body =>
            {
                read(body);
                return body;
            },
            cancellation);
    }
}
