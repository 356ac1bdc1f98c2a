using System.Net;
using System.Text;
using System.Text.Json;
using ActorSync.TestKit.Time;

namespace ActorSync.IntegrationTests.OrgSimulator;

/// <summary>The calls of an ingest job, bare.</summary>
internal static class BulkCaller
{
    public static async Task<string> CreateJobAsync(this OrgCaller org, string operation, string type = "Account", string? more = null)
    {
        var (status, json) = await org.RestAsync(HttpMethod.Post, "/jobs/ingest", $"{{\"object\":\"{type}\",\"operation\":\"{operation}\"{more}}}");
        return status == HttpStatusCode.OK ? json.GetProperty("id").GetString()! : throw new InvalidOperationException(json.ToString());
    }

    public static async Task<(HttpStatusCode Status, string Text)> UploadAsync(this OrgCaller org, string job, string csv, string type = "text/csv")
    {
        using var content = new StringContent(csv, Encoding.UTF8, type);
        using var answer = await org.Http.PutAsync(new Uri($"/services/data/v66.0/jobs/ingest/{job}/batches", UriKind.Relative), content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static Task<(HttpStatusCode Status, JsonElement Json)> SetStateAsync(this OrgCaller org, string job, string state) =>
        org.RestAsync(HttpMethod.Patch, $"/jobs/ingest/{job}", $"{{\"state\":\"{state}\"}}");

    public static async Task<JsonElement> JobAsync(this OrgCaller org, string job) => (await org.RestAsync(HttpMethod.Get, $"/jobs/ingest/{job}")).Json;

    public static async Task<string> StateAsync(this OrgCaller org, string job) => (await org.JobAsync(job)).GetProperty("state").GetString()!;

    /// <summary>Creates a job, uploads and closes.</summary>
    public static async Task<string> StartJobAsync(this OrgCaller org, string operation, string csv, string type = "Account", string? more = null)
    {
        var job = await org.CreateJobAsync(operation, type, more);
        await org.UploadAsync(job, csv);
        await org.SetStateAsync(job, "UploadComplete");
        return job;
    }

    /// <summary>Runs a job to its end.</summary>
    public static async Task<(string Job, JsonElement Ended)> RunJobAsync(this OrgCaller org, string operation, string csv, string type = "Account", string? more = null)
    {
        var job = await org.StartJobAsync(operation, csv, type, more);
        return (job, await org.EndedAsync(job));
    }

    /// <summary>The job once it has ended.</summary>
    public static async Task<JsonElement> EndedAsync(this OrgCaller org, string job)
    {
        JsonElement last = default;
        await Eventually.HoldsAsync("the job to end", async () =>
        {
            last = await org.JobAsync(job);
            return last.GetProperty("state").GetString() is "JobComplete" or "Failed" or "Aborted";
        });
        return last;
    }

    public static async Task<string> ResultsAsync(this OrgCaller org, string job, string part)
    {
        using var answer = await org.Http.GetAsync(new Uri($"/services/data/v66.0/jobs/ingest/{job}/{part}", UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.OK ? text : throw new InvalidOperationException(text);
    }

    /// <summary>The rows of a result, without the header.</summary>
    public static async Task<string[]> RowsAsync(this OrgCaller org, string job, string part) =>
        (await org.ResultsAsync(job, part)).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];

    /// <summary>Rows of successfulResults, failedResults and unprocessedrecords.</summary>
    public static async Task<(int Successful, int Failed, int Unprocessed)> CountsAsync(this OrgCaller org, string job) =>
        ((await org.RowsAsync(job, "successfulResults")).Length, (await org.RowsAsync(job, "failedResults")).Length, (await org.RowsAsync(job, "unprocessedrecords")).Length);

    /// <summary>Accounts of an upload: their external ids and names.</summary>
    public static string Accounts(int count) => "ActorSync_Id__c,Name\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"x{i},n{i}\n"));
}
