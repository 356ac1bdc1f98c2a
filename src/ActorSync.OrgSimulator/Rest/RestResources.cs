using System.Globalization;
using System.Text.Json;
using ActorSync.OrgSimulator.Http;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>Versions, the list of resources, limits and record counts.</summary>
internal sealed class RestResources(OrgServices org)
{
    private static readonly string[] Names = ["composite", "jobs", "limits", "query", "queryAll", "sobjects"];

    /// <summary>Allowances beside API requests and Bulk batches, of a Developer Edition; the simulator uses none of them up.</summary>
    private static readonly (string Name, int Max)[] Allowances =
    [
        ("DailyAsyncApexExecutions", 250_000),
        ("DailyBulkV2QueryFileStorageMB", 976_562),
        ("DailyBulkV2QueryJobs", 10_000),
        ("DailyDeliveredPlatformEvents", 10_000),
        ("DailyStreamingApiEvents", 10_000),
        ("DataStorageMB", 5_120),
        ("FileStorageMB", 20_480),
    ];

    /// <summary>Needs no session.</summary>
    public static RestAction Versions() => new("versions", [], 0, _ => Answer.Json(200, json =>
    {
        json.WriteStartArray();
        for (var version = ApiVersion.Oldest; version <= ApiVersion.Newest; version++)
        {
            json.WriteStartObject();
            json.WriteString("label", ApiVersion.Label(version));
            json.WriteString("url", string.Create(CultureInfo.InvariantCulture, $"{RestEndpoint.Prefix}/v{version}.0"));
            json.WriteString("version", string.Create(CultureInfo.InvariantCulture, $"{version}.0"));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }))
    {
        NeedsSession = false,
    };

    public RestAction Resources(RestRequest request) => new("resources", [], 0, scope => Answer.Json(200, json =>
    {
        json.WriteStartObject();
        foreach (var name in Names)
        {
            json.WriteString(name, $"{request.Root}/{name}");
        }

        json.WriteString("identity", $"{OAuth.OAuthEndpoint.IdentityPrefix}{org.Model.OrganizationId}/{scope.Session!.UserId}");
        json.WriteEndObject();
    }));

    public RestAction Limits() => new("limits", [], 0, _ => Answer.Json(200, json =>
    {
        json.WriteStartObject();
        WriteLimit(json, "DailyApiRequests", org.Usage);
        WriteLimit(json, "DailyBulkApiBatches", org.BulkBatches);
        foreach (var (name, max) in Allowances)
        {
            WriteLimit(json, name, max, max);
        }

        json.WriteEndObject();
    }));

    public RestAction RecordCount(RestRequest request)
    {
        var wanted = request.Parameter("sObjects") is { Length: > 0 } names
            ? names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(org.Model.Schema.Find).Where(o => o is not null).Select(o => o!.Name)
            : org.Model.Schema.Objects.Select(o => o.Name);
        string[] types = [.. wanted];
        return new("recordCount", types, 0, _ => Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("sObjects");
            foreach (var type in types)
            {
                json.WriteStartObject();
                json.WriteNumber("count", org.Model.Count(type));
                json.WriteString("name", type);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }

    private static void WriteLimit(Utf8JsonWriter json, string name, ApiUsage usage) => WriteLimit(json, name, usage.PerDayMax, usage.PerDayMax - usage.Used);

    private static void WriteLimit(Utf8JsonWriter json, string name, int max, int remaining)
    {
        json.WriteStartObject(name);
        json.WriteNumber("Max", max);
        json.WriteNumber("Remaining", remaining);
        json.WriteEndObject();
    }
}
