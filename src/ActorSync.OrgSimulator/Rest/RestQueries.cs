using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>SOQL and replication by REST.</summary>
internal sealed class RestQueries(OrgModel model)
{
    /// <summary>Rows of a page by default and at most, and the least Sforce-Query-Options may ask for.</summary>
    private const int BatchRowsMax = 2000;
    private const int BatchRowsMin = 200;

    public RestAction Query(RestRequest request, bool includeDeleted)
    {
        var soql = request.Parameter("q") is { Length: > 0 } text ? text : throw new OrgFaultException("MALFORMED_QUERY", "A query string has to be specified");
        return new(includeDeleted ? "queryAll" : "query", CallTypes.OfQuery(soql), 0, _ => Write(request, model.Query(soql, includeDeleted, Rows(request))));
    }

    public RestAction More(RestRequest request, string locator) =>
        new("queryMore", [], 0, _ => Write(request, model.QueryMore(locator, Rows(request))));

    public RestAction Updated(RestRequest request, ObjectDefinition type)
    {
        var (start, end) = Window(request);
        return new("getUpdated", [type.Name], 0, _ =>
        {
            var found = model.GetUpdated(type.Name, start, end);
            return Answer.Json(200, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("ids");
                foreach (var id in found.Ids)
                {
                    json.WriteStringValue(id);
                }

                json.WriteEndArray();
                json.WriteString("latestDateCovered", WireValue.RestDateTime(found.LatestDateCovered));
                json.WriteEndObject();
            });
        });
    }

    public RestAction Deleted(RestRequest request, ObjectDefinition type)
    {
        var (start, end) = Window(request);
        return new("getDeleted", [type.Name], 0, _ =>
        {
            var found = model.GetDeleted(type.Name, start, end);
            return Answer.Json(200, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("deletedRecords");
                foreach (var record in found.Records)
                {
                    json.WriteStartObject();
                    json.WriteString("id", record.Id);
                    json.WriteString("deletedDate", WireValue.RestDateTime(record.DeletedDate));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteString("earliestDateAvailable", WireValue.RestDateTime(found.EarliestDateAvailable));
                json.WriteString("latestDateCovered", WireValue.RestDateTime(found.LatestDateCovered));
                json.WriteEndObject();
            });
        });
    }

    private static Answer Write(RestRequest request, QueryPage page) => Answer.Json(200, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("totalSize", page.TotalSize);
        json.WriteBoolean("done", page.Done);
        if (page.Locator is not null)
        {
            json.WriteString("nextRecordsUrl", $"{request.Root}/query/{page.Locator}");
        }

        json.WriteStartArray("records");
        foreach (var row in page.Rows)
        {
            RestJson.WriteRow(json, row, request.Root);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static int Rows(RestRequest request) => Math.Clamp(request.Options.BatchRows ?? BatchRowsMax, BatchRowsMin, BatchRowsMax);

    private static (DateTimeOffset Start, DateTimeOffset End) Window(RestRequest request) => (Moment(request, "start"), Moment(request, "end"));

    private static DateTimeOffset Moment(RestRequest request, string name)
    {
        // A + that was not encoded arrives as a space.
        var text = (request.Parameter(name) ?? "").Replace(' ', '+');
        return WireValue.TryDateTime(text, out var value)
            ? value
            : throw new OrgFaultException("INVALID_REPLICATION_DATE", $"{name}: '{text}' is not a valid date-time such as 2026-01-01T00:00:00Z");
    }
}
