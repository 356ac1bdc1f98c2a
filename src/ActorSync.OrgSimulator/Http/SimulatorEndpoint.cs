using System.Globalization;
using System.Text.Json;
using ActorSync.OrgSimulator.Org;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Http;

/// <summary>What only a simulator has, under <c>/simulator/</c>: faults, and the logs of what was called and what arrived. Needs no session and counts as no API request.</summary>
internal sealed class SimulatorEndpoint(OrgServices org)
{
    public const string Prefix = "/simulator/";

    /// <summary>Arrivals, or calls, of one answer; ask again since the last sequence.</summary>
    private const int EntriesMax = 10_000;

    public async Task HandleAsync(HttpContext http)
    {
        var parts = http.Request.Path.Value![Prefix.Length..].Split('/');
        var answer = (http.Request.Method, parts[0], parts.Length) switch
        {
            ("GET", "faults", 1) => Faults(200),
            ("POST", "faults", 1) => await AddAsync(http),
            ("DELETE", "faults", 1) => Clear(),
            ("DELETE", "faults", 2) => Remove(parts[1]),
            ("POST", "sessions", 2) when parts[1] == "expire" => ExpireSessions(),
            ("POST", "streams", 2) when parts[1] == "forget" => ForgetStreams(),
            ("GET", "arrivals", 1) => Arrivals(Since(http)),
            ("GET", "calls", 1) => Calls(Since(http)),
            _ => Answer.Text(404, "text/plain", $"No such simulator resource: {http.Request.Method} {http.Request.Path}"),
        };
        await answer.SendAsync(http);
    }

    private async Task<Answer> AddAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        try
        {
            using var json = JsonDocument.Parse(body ?? new MemoryStream());
            var rule = FaultJson.Read(json.RootElement);
            var id = org.Faults.Add(rule);
            return Answer.Json(201, writer => FaultJson.Write(writer, id, rule, 0));
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidOperationException)
        {
            return Answer.Json(400, json =>
            {
                json.WriteStartObject();
                json.WriteString("error", error.Message);
                json.WriteEndObject();
            });
        }
    }

    private Answer Faults(int status) => Answer.Json(status, json =>
    {
        json.WriteStartArray();
        foreach (var (id, rule, hits) in org.Faults.Rules())
        {
            FaultJson.Write(json, id, rule, hits);
        }

        json.WriteEndArray();
    });

    private Answer Clear()
    {
        org.Faults.Clear();
        return Answer.Empty(204);
    }

    private Answer Remove(string id) =>
        Answer.Empty(long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && org.Faults.Remove(number) ? 204 : 404);

    private Answer ExpireSessions()
    {
        org.Sessions.RevokeAll();
        return Answer.Empty(204);
    }

    private Answer ForgetStreams()
    {
        org.Streams?.Clients.ForgetAll();
        return Answer.Empty(204);
    }

    private static long Since(HttpContext http) =>
        long.TryParse(http.Request.Query["since"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;

    private Answer Calls(long since) => Answer.Json(200, json =>
    {
        json.WriteStartArray();
        foreach (var entry in org.Pipeline.Log.After(since, EntriesMax))
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", entry.Sequence);
            json.WriteString("at", WireValue.SoapDateTime(entry.At));
            json.WriteString("api", entry.Call.Api);
            json.WriteString("operation", entry.Call.Operation);
            json.WriteString("client", entry.Call.Client);
            json.WriteNumber("records", entry.Call.Records);
            json.WriteBoolean("counted", entry.IsCounted);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private Answer Arrivals(long since)
    {
        var arrivals = org.Model.Arrivals(since + 1, EntriesMax);
        return Answer.Json(200, json =>
        {
            json.WriteStartArray();
            foreach (var arrival in arrivals)
            {
                Write(json, arrival);
            }

            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, Arrival arrival)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence", arrival.Sequence);
        json.WriteString("at", WireValue.SoapDateTime(arrival.At));
        json.WriteString("api", arrival.Api);
        json.WriteString("client", arrival.Client);
        json.WriteString("operation", arrival.Operation);
        json.WriteString("type", arrival.Type);
        json.WriteString("id", arrival.Id);
        json.WriteString("externalId", arrival.ExternalId);
        Write(json, "before", arrival.Before);
        Write(json, "after", arrival.After);
        if (arrival.Error is { } error)
        {
            json.WriteStartObject("error");
            json.WriteString("statusCode", error.StatusCode);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string?> values)
    {
        json.WriteStartObject(name);
        foreach (var (field, value) in values)
        {
            json.WriteString(field, value);
        }

        json.WriteEndObject();
    }
}
