using System.Globalization;
using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Rest;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>The resources under <c>/services/data/vXX.0/jobs/ingest</c>.</summary>
internal sealed class BulkResources(OrgServices org)
{
    /// <summary>The surface's name for faults and holds.</summary>
    public const string Api = "bulk";

    /// <summary>The part of a path that takes an upload, by its end.</summary>
    private const string UploadPart = "batches";

    /// <summary>True for a request that may carry as much as an upload does.</summary>
    public static bool IsUpload(string method, string path) =>
        method == "PUT" && path.TrimEnd('/').EndsWith($"/{UploadPart}", StringComparison.Ordinal) && path.Contains("/jobs/ingest/", StringComparison.Ordinal);

    /// <exception cref="OrgFaultException">There is no such resource, or the body cannot be read.</exception>
    public RestAction Find(RestRequest request)
    {
        if (request.Version < BulkLimits.FirstVersion)
        {
            throw RestErrors.NoResource;
        }

        var s = request.Segments;
        var action = (s.Count, request.Method) switch
        {
            (2, "POST") => Create(request),
            (2, "GET" or "HEAD") => List(request),
            (2, _) => throw RestErrors.Method(request.Method, "HEAD, GET, POST"),
            (3, "GET" or "HEAD") => OfJob(request, "job", (job, _) => Answer.Json(200, json => BulkJobJson.Write(json, job, whole: true))),
            (3, "PATCH") => Change(request),
            (3, "DELETE") => OfJob(request, "deleteJob", (job, _) => Done(() => org.Bulk.Delete(job))),
            (3, _) => throw RestErrors.Method(request.Method, "HEAD, GET, PATCH, DELETE"),
            (4, _) => OfPart(request, s[3]),
            _ => throw RestErrors.NoResource,
        };
        return action with { Api = Api };
    }

    private RestAction Create(RestRequest request)
    {
        RequireType(request, "application/json");
        using var json = RestJson.Parse(request.Body);
        var spec = BulkJobSpec.Read(json.RootElement, org.Model.Schema);
        return new RestAction("createJob", [spec.Type.Name], 0, scope =>
            Told(org.Bulk.Create(spec, new BulkJobOwner(scope.Session!.UserId, request.Options.Client, request.Version))));
    }

    private RestAction Change(RestRequest request)
    {
        using var json = RestJson.Parse(request.Body);
        var state = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("state", out var given) ? given.ToString() : "";
        return state switch
        {
            "UploadComplete" => OfJob(request, "closeJob", (job, _) =>
            {
                job.Close();
                var told = Told(job);
                org.Bulk.Start(job);
                return told;
            }),
            "Aborted" => OfJob(request, "abortJob", (job, _) =>
            {
                job.Abort();
                return Told(job);
            }),
            _ => throw new OrgFaultException("INVALIDJOBSTATE", $"A job can be changed to UploadComplete or Aborted, not to: {state}"),
        };
    }

    private RestAction OfPart(RestRequest request, string part) => (part, request.Method) switch
    {
        (UploadPart, "PUT") => Upload(request),
        (UploadPart, _) => throw RestErrors.Method(request.Method, "PUT"),
        ("successfulResults" or "failedResults" or "unprocessedrecords", not ("GET" or "HEAD")) => throw RestErrors.Method(request.Method, "HEAD, GET"),
        ("successfulResults", _) => OfJob(request, "successfulResults", (job, _) => Csv(org.Bulk.Results(job).Successful())),
        ("failedResults", _) => OfJob(request, "failedResults", (job, _) => Csv(org.Bulk.Results(job).Failed())),
        ("unprocessedrecords", _) => OfJob(request, "unprocessedRecords", (job, _) => Csv(org.Bulk.Results(job).Unprocessed())),
        _ => throw RestErrors.NoResource,
    };

    private RestAction Upload(RestRequest request)
    {
        RequireType(request, "text/csv");
        return OfJob(request, "upload", (job, csv) =>
        {
            if (csv.Length > org.Bulk.UploadBytesMax)
            {
                throw RestErrors.TooLong;
            }

            job.Upload(csv);
            return Answer.Empty(201);
        });
    }

    /// <summary>A page of the jobs; <c>queryLocator</c> is the number of the last job of the page before.</summary>
    private RestAction List(RestRequest request)
    {
        _ = int.TryParse(request.Parameter("queryLocator"), NumberStyles.None, CultureInfo.InvariantCulture, out var after);
        var wanted = (request.Parameter("jobType") ?? "V2Ingest") == "V2Ingest" && request.Parameter("isPkChunkingEnabled") != "true";
        return new RestAction("jobs", [], 0, _ =>
        {
            var jobs = wanted ? org.Bulk.After(after, BulkLimits.PageJobs + 1) : [];
            var done = jobs.Count <= BulkLimits.PageJobs;
            return Answer.Json(200, json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("done", done);
                json.WriteStartArray("records");
                foreach (var job in jobs.Take(BulkLimits.PageJobs))
                {
                    BulkJobJson.Write(json, job, whole: true);
                }

                json.WriteEndArray();
                json.WriteString("nextRecordsUrl", done ? null : string.Create(CultureInfo.InvariantCulture, $"{request.Root}/jobs/ingest?queryLocator={jobs[^2].Number}"));
                json.WriteEndObject();
            });
        });
    }

    private RestAction OfJob(RestRequest request, string operation, Func<BulkJob, ReadOnlyMemory<byte>, Answer> effect)
    {
        var id = request.Segments[2];
        IReadOnlyList<string> types = org.Bulk.Find(id) is { } known ? [known.Spec.Type.Name] : [];
        return new RestAction(operation, types, 0, _ => effect(org.Bulk.Find(id) ?? throw RestErrors.NoResource, request.Body));
    }

    /// <exception cref="OrgFaultException">The body is of another type.</exception>
    public static void RequireType(RestRequest request, string type)
    {
        var given = request.Options.ContentType ?? "";
        if (!given.Split(';')[0].Trim().Equals(type, StringComparison.OrdinalIgnoreCase))
        {
            throw new OrgFaultException("UNSUPPORTED_MEDIA_TYPE", $"The Content-Type must be {type}, not: {given}");
        }
    }

    private static Answer Told(BulkJob job) => Answer.Json(200, json => BulkJobJson.Write(json, job, whole: false));

    private static Answer Csv(ReadOnlyMemory<byte> csv) => new(200, "text/csv", csv);

    private static Answer Done(Action effect)
    {
        effect();
        return Answer.Empty(204);
    }
}
