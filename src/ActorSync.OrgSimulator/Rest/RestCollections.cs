using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>Up to 200 records in one call, types mixed, results in the order of the request (<c>/composite/sobjects</c>).</summary>
internal sealed class RestCollections(OrgServices org)
{
    /// <summary>Ids of one collection read (Salesforce's limit).</summary>
    private const int RetrieveIdsMax = 2000;

    public RestAction Create(RestRequest request)
    {
        var (records, all) = Body(request, null);
        return Write("create", records, all, request, (m, c) => m.Create(records, c));
    }

    public RestAction Update(RestRequest request)
    {
        var (records, all) = Body(request, null);
        return Write("update", records, all, request, (m, c) => m.Update(records, c)) with { Locked = () => org.Model.AnyLocked(records) };
    }

    public RestAction Upsert(RestRequest request, ObjectDefinition type, string field)
    {
        var (records, all) = Body(request, type.Name);
        return Write("upsert", records, all, request, (m, c) => m.Upsert(field, records, c)) with { Locked = () => org.Model.AnyLocked(records, field) };
    }

    public RestAction Delete(RestRequest request)
    {
        var ids = Split(request.Parameter("ids"));
        var all = request.Parameter("allOrNone") == "true";
        return new("delete", CallTypes.OfIds(org.Model.Schema, ids), ids.Length, scope => Results(scope, request, all, false, (m, c) => m.Delete(ids, c)))
        {
            Locked = () => org.Model.AnyLocked(ids),
        };
    }

    public RestAction Retrieve(RestRequest request, ObjectDefinition type)
    {
        var (ids, fields) = request.Method == "POST" ? Wanted(request) : (Split(request.Parameter("ids")), Split(request.Parameter("fields")));
        if (ids.Length > RetrieveIdsMax)
        {
            throw new OrgFaultException("EXCEEDED_ID_LIMIT", $"record limit reached. cannot submit more than {RetrieveIdsMax} records into this call");
        }

        return new("retrieve", [type.Name], ids.Length, _ =>
        {
            var rows = org.Model.Retrieve(fields, type.Name, ids);
            return Answer.Json(200, json =>
            {
                json.WriteStartArray();
                foreach (var row in rows)
                {
                    if (row is null)
                    {
                        json.WriteNullValue();
                    }
                    else
                    {
                        RestJson.WriteRow(json, row, request.Root);
                    }
                }

                json.WriteEndArray();
            });
        });
    }

    private RestAction Write(
        string operation, List<RecordInput> records, bool allOrNone, RestRequest request, Func<OrgModel, DmlContext, IReadOnlyList<RecordResult>> dml) =>
        new(operation, CallTypes.OfRecords(records), records.Count, scope => Results(scope, request, allOrNone, operation == "upsert", dml));

    private Answer Results(CallScope scope, RestRequest request, bool allOrNone, bool upsert, Func<OrgModel, DmlContext, IReadOnlyList<RecordResult>> dml)
    {
        var context = request.Options.Context(scope.Session!.UserId, request.Version, allOrNone);
        var results = org.Writes.Run(scope, m => dml(m, context));
        return Answer.Json(200, json =>
        {
            json.WriteStartArray();
            foreach (var result in results)
            {
                RestJson.WriteResult(json, result, upsert);
            }

            json.WriteEndArray();
        });
    }

    private static (List<RecordInput> Records, bool AllOrNone) Body(RestRequest request, string? type)
    {
        using var json = RestJson.Parse(request.Body);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("records", out var records) || records.ValueKind != JsonValueKind.Array)
        {
            throw new OrgFaultException("JSON_PARSER_ERROR", "The request body must be an object with an array \"records\"");
        }

        var all = root.TryGetProperty("allOrNone", out var flag) && flag.ValueKind == JsonValueKind.True;
        return ([.. records.EnumerateArray().Select(r => RestJson.ReadRecord(r, type))], all);
    }

    private static (string[] Ids, string[] Fields) Wanted(RestRequest request)
    {
        using var json = RestJson.Parse(request.Body);
        return (Strings(json.RootElement, "ids"), Strings(json.RootElement, "fields"));
    }

    private static string[] Strings(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(e => e.ToString())]
            : throw new OrgFaultException("JSON_PARSER_ERROR", $"The request body must hold an array \"{name}\"");

    private static string[] Split(string? list) => (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
