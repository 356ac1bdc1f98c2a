using System.Globalization;
using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Rest;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>The resources under <c>/services/data/vXX.0/jobs/query</c>.</summary>
internal sealed class QueryResources(OrgServices org)
{
    /// <exception cref="OrgFaultException">There is no such resource, or the body cannot be read.</exception>
    public RestAction Find(RestRequest request)
    {
        if (request.Version < BulkLimits.FirstQueryVersion)
        {
            throw RestErrors.NoResource;
        }

        var s = request.Segments;
        var action = (s.Count, request.Method) switch
        {
            (2, "POST") => Create(request),
            (2, "GET" or "HEAD") => List(request),
            (2, _) => throw RestErrors.Method(request.Method, "HEAD, GET, POST"),
            (3, "GET" or "HEAD") => OfJob(request, "queryJob", job => Told(job, whole: true)),
            (3, "PATCH") => Change(request),
            (3, "DELETE") => OfJob(request, "deleteQueryJob", Delete),
            (3, _) => throw RestErrors.Method(request.Method, "HEAD, GET, PATCH, DELETE"),
            (4, "GET" or "HEAD") when s[3] == "results" => Results(request),
            (4, _) when s[3] == "results" => throw RestErrors.Method(request.Method, "HEAD, GET"),
            _ => throw RestErrors.NoResource,
        };
        return action with { Api = BulkResources.Api };
    }

    private RestAction Create(RestRequest request)
    {
        BulkResources.RequireType(request, "application/json");
        using var json = RestJson.Parse(request.Body);
        var spec = QueryJobSpec.Read(json.RootElement, org.Model);
        return new RestAction("createQueryJob", [spec.Type.Name], 0, scope =>
            Told(org.Queries.Create(spec, new BulkJobOwner(scope.Session!.UserId, request.Options.Client, request.Version)), whole: false));
    }

    private RestAction Change(RestRequest request)
    {
        using var json = RestJson.Parse(request.Body);
        var state = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("state", out var given) ? given.ToString() : "";
        return state == "Aborted"
            ? OfJob(request, "abortQueryJob", job =>
            {
                job.Abort();
                return Told(job, whole: false);
            })
            : throw new OrgFaultException("INVALIDJOBSTATE", $"A query job can be changed to Aborted, not to: {state}");
    }

    private Answer Delete(QueryJob job)
    {
        org.Queries.Delete(job);
        return Answer.Empty(204);
    }

    private RestAction Results(RestRequest request)
    {
        var locator = request.Parameter("locator") is { Length: > 0 } given ? given : null;
        var rows = BulkLimits.QueryPageRows;
        if (request.Parameter("maxRecords") is { } wanted && (!int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out rows) || rows < 1))
        {
            throw new OrgFaultException("INVALIDJOB", $"maxRecords must be a number above zero, not: {wanted}");
        }

        return OfJob(request, "queryResults", job =>
        {
            if (job.Owner.Version != request.Version)
            {
                throw BulkErrors.OtherVersion(job.Owner.Version, request.Version);
            }

            var page = job.Result().Page(locator, Math.Min(rows, BulkLimits.QueryPageRows));
            return new Answer(200, "text/csv", page.Csv)
            {
                Headers = [new("Sforce-NumberOfRecords", page.Rows.ToString(CultureInfo.InvariantCulture)), new("Sforce-Locator", page.Locator ?? "null")],
            };
        });
    }

    /// <summary>A page of the jobs; <c>queryLocator</c> is the number of the last job of the page before.</summary>
    private RestAction List(RestRequest request)
    {
        _ = int.TryParse(request.Parameter("queryLocator"), NumberStyles.None, CultureInfo.InvariantCulture, out var after);
        var wanted = (request.Parameter("jobType") ?? "V2Query") == "V2Query" && request.Parameter("isPkChunkingEnabled") != "true";
        return new RestAction("queryJobs", [], 0, _ =>
        {
            var jobs = wanted ? org.Queries.After(after, BulkLimits.PageJobs + 1) : [];
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
                json.WriteString("nextRecordsUrl", done ? null : string.Create(CultureInfo.InvariantCulture, $"{request.Root}/jobs/query?queryLocator={jobs[^2].Number}"));
                json.WriteEndObject();
            });
        });
    }

    private RestAction OfJob(RestRequest request, string operation, Func<QueryJob, Answer> effect)
    {
        var id = request.Segments[2];
        IReadOnlyList<string> types = org.Queries.Find(id) is { } known ? [known.Spec.Type.Name] : [];
        return new RestAction(operation, types, 0, _ => effect(org.Queries.Find(id) ?? throw RestErrors.NoResource));
    }

    private static Answer Told(QueryJob job, bool whole) => Answer.Json(200, json => BulkJobJson.Write(json, job, whole));
}
