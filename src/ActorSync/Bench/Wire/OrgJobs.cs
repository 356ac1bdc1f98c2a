using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ActorSync.Bench.Wire;

/// <summary>Jobs of Bulk API 2.0 by hand, with the requests and the pace of the engine's.</summary>
internal sealed class OrgJobs(OrgWire wire, TimeProvider clock)
{
    /// <summary>Records of one job: the engine's <c>coordinator.bulk.rows-max</c>.</summary>
    public const int RowsMax = 10_000;

    /// <summary>Jobs at a time: the engine's <c>coordinator.bulk.jobs-max</c>.</summary>
    public const int JobsMax = 4;

    // The engine's coordinator.bulk.poll-interval and poll-interval-max.
    private static readonly TimeSpan FirstPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollMax = TimeSpan.FromSeconds(30);

    /// <summary>Writes records: a job is made, uploaded, closed, waited for; its three sets of results are read.</summary>
    /// <param name="operation">upsert, update or delete.</param>
    /// <param name="csv">With its header; LF ends a line.</param>
    /// <param name="successful">Given the successful results as CSV.</param>
    public async Task WriteAsync(string operation, byte[] csv, Func<Stream, Task> successful, CancellationToken stop)
    {
        var spec = new Dictionary<string, string>(StringComparer.Ordinal) { ["object"] = AccountRows.Object, ["operation"] = operation, ["contentType"] = "CSV", ["lineEnding"] = "LF" };
        if (operation == "upsert")
        {
            spec["externalIdFieldName"] = AccountRows.ExternalId;
        }

        var job = await PostAsync("jobs/ingest", spec, stop);
        using (var body = new ByteArrayContent(csv))
        {
            body.Headers.ContentType = new MediaTypeHeaderValue("text/csv", "utf-8");
            (await wire.SendAsync(HttpMethod.Put, $"jobs/ingest/{job}/batches", body, stop)).Dispose();
        }

        using (var close = JsonContent.Create(new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = "UploadComplete" }))
        {
            (await wire.SendAsync(HttpMethod.Patch, $"jobs/ingest/{job}", close, stop)).Dispose();
        }

        await CompleteAsync($"jobs/ingest/{job}", stop);
        foreach (var (name, read) in new (string, Func<Stream, Task>)[] { ("successfulResults", successful), ("failedResults", RequireNoRowsAsync), ("unprocessedrecords", RequireNoRowsAsync) })
        {
            using var answer = await wire.SendAsync(HttpMethod.Get, $"jobs/ingest/{job}/{name}", null, stop);
            await using var results = await answer.Content.ReadAsStreamAsync(stop);
            await read(results);
        }
    }

    /// <summary>Reads records by a query job, page by page.</summary>
    /// <param name="page">Given each page as CSV with its header.</param>
    public async Task QueryAsync(string soql, int pageRows, Func<Stream, Task> page, CancellationToken stop)
    {
        var job = await PostAsync("jobs/query", new Dictionary<string, string>(StringComparer.Ordinal) { ["operation"] = "query", ["query"] = soql }, stop);
        await CompleteAsync($"jobs/query/{job}", stop);
        for (string? locator = null, next = ""; next != "null"; locator = next)
        {
            using var answer = await wire.SendAsync(HttpMethod.Get, FormattableString.Invariant($"jobs/query/{job}/results?maxRecords={pageRows}{(locator is null ? "" : $"&locator={locator}")}"), null, stop);
            next = answer.Headers.GetValues("Sforce-Locator").Single();
            await using var results = await answer.Content.ReadAsStreamAsync(stop);
            await page(results);
        }
    }

    private async Task<string> PostAsync(string path, Dictionary<string, string> spec, CancellationToken stop)
    {
        using var body = JsonContent.Create(spec);
        using var answer = await wire.SendAsync(HttpMethod.Post, path, body, stop);
        using var json = await ReadAsync(answer, stop);
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private async Task CompleteAsync(string path, CancellationToken stop)
    {
        for (var pause = FirstPoll; ; pause = TimeSpan.FromTicks(Math.Min(PollMax.Ticks, pause.Ticks * 2)))
        {
            await Task.Delay(pause, clock, stop);
            using var answer = await wire.SendAsync(HttpMethod.Get, path, null, stop);
            using var json = await ReadAsync(answer, stop);
            switch (json.RootElement.GetProperty("state").GetString())
            {
                case "JobComplete":
                    return;
                case "Failed" or "Aborted":
                    throw new InvalidOperationException($"{path} failed: {json.RootElement}");
            }
        }
    }

    // A header alone.
    private static async Task RequireNoRowsAsync(Stream results)
    {
        using var reader = new StreamReader(results);
        await reader.ReadLineAsync();
        if (await reader.ReadLineAsync() is { Length: > 0 } row)
        {
            throw new InvalidOperationException($"a record of the floor was refused: {row}");
        }
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(stop);
        return await JsonDocument.ParseAsync(body, default, stop);
    }
}
