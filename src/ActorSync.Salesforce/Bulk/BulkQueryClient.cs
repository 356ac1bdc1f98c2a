using System.Globalization;
using System.Text.Json;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Rest;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Salesforce.Bulk;

/// <summary>Query jobs of one org over HTTP. Safe for concurrent use.</summary>
public sealed class BulkQueryClient : IBulkQueryApi
{
    /// <summary>First version of the API with query jobs.</summary>
    public const int QueryVersionMin = 47;

    /// <summary>Rows of a page.</summary>
    public const int PageRowsMax = 50_000;

    /// <summary>Bytes of a page; a larger one is not read.</summary>
    public const int PageBytesMax = 100_000_000;

    private const string Jobs = "jobs/query";

    private readonly RestTransport transport;
    private readonly SalesforceSession session;

    /// <summary>Calls the org that the session is signed in to.</summary>
    public BulkQueryClient(SalesforceSession session) => (this.session, transport) = (session, new RestTransport(session));

    /// <summary>True of a version of the API, like 64.0, that has query jobs.</summary>
    public static bool HasQueries(string apiVersion) => int.Parse(apiVersion.Split('.')[0], CultureInfo.InvariantCulture) >= QueryVersionMin;

    /// <inheritdoc/>
    public async Task<string> CreateAsync(string soql, CancellationToken cancellation)
    {
        RestCall call = new($"create query job \"{OneLine.Of(soql)}\"", HttpMethod.Post, Jobs)
        {
            Use = ApiUse.Load,
            Body = stream => JsonSerializer.Serialize(stream, new NewQueryJob(soql), BulkJson.Default.NewQueryJob),
        };
        return (await transport.CallAsync(call, BulkJson.Default.JobInfo, cancellation)).Id;
    }

    /// <inheritdoc/>
    public async Task<BulkJob> ReadAsync(string jobId, CancellationToken cancellation) =>
        await transport.CallAsync(
            new RestCall($"query job {jobId}", HttpMethod.Get, Path(jobId)) { Use = ApiUse.Load },
            body => (JsonSerializer.Deserialize(body, BulkJson.Default.JobInfo) ?? throw new JsonException("null")).ToJob(),
            cancellation);

    /// <inheritdoc/>
    public Task<QueryJobPage> ResultsAsync(string jobId, string? locator, int rowsMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowsMax, PageRowsMax);
        string from = locator is null ? "" : $"&locator={Uri.EscapeDataString(locator)}";
        RestCall call = new($"results of query job {jobId}", HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{Path(jobId)}/results?maxRecords={rowsMax}{from}"))
        {
            Use = ApiUse.Load,
            Accept = "text/csv",
            Deadline = session.Options.UploadDeadline,
            AnswerBytesMax = PageBytesMax,
        };
        return transport.ExchangeAsync(call, answer => QueryJobRows.Read(answer.Body, answer.QueryLocator, answer.QueryRows, rowsMax), cancellation);
    }

    /// <inheritdoc/>
    public Task AbortAsync(string jobId, CancellationToken cancellation)
    {
        RestCall call = new($"abort query job {jobId}", HttpMethod.Patch, Path(jobId))
        {
            Body = stream => JsonSerializer.Serialize(stream, new JobChange(nameof(BulkJobState.Aborted)), BulkJson.Default.JobChange),
        };
        return transport.CallAsync(call, BulkJson.Default.JobInfo, cancellation);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string jobId, CancellationToken cancellation) =>
        transport.CallAsync(new RestCall($"delete query job {jobId}", HttpMethod.Delete, Path(jobId)), static body => body, cancellation);

    private static string Path(string jobId) => $"{Jobs}/{Uri.EscapeDataString(jobId)}";
}
