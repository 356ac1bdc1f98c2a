using System.Globalization;
using System.Text.Json;
using ActorSync.OrgSimulator.Org;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Http;

/// <summary>What only a simulator has, under <c>/simulator/</c>: faults, and the log of what arrived. Needs no session and counts as no API request.</summary>
internal sealed class SimulatorEndpoint(OrgServices org)
{
    public const string Prefix = "/simulator/";

    /// <summary>Arrivals of one answer; ask again from the last sequence plus one.</summary>
    private const int ArrivalsMax = 10_000;

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
            ("GET", "arrivals", 1) => Arrivals(http.Request.Query["since"].ToString()),
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

    /// <param name="since">Arrivals after this sequence; 0 or empty for all.</param>
    private Answer Arrivals(string since)
    {
        _ = long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        var arrivals = org.Model.Arrivals(last + 1, ArrivalsMax);
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
