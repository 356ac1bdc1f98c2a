using System.Globalization;
using System.Net.Http.Headers;
using System.Security;
using System.Text;
using System.Text.Json;
using ActorSync.Commands;

namespace ActorSync.Bench.Wire;

/// <summary>One record of a SOAP call: values in the order of the call's fields.</summary>
/// <param name="Key">Salesforce id of an update or a delete, external id of an upsert.</param>
internal sealed record WireRow(string Key, IReadOnlyList<string> Values);

/// <summary>The requests that the engine makes, made by hand: no retries, no journal, answers looked at for nothing but success and ids.</summary>
internal sealed class OrgWire : IDisposable
{
    /// <summary>The engine's version of the API.</summary>
    private const string Version = "64.0";

    /// <summary>Records of one SOAP call: Salesforce refuses more.</summary>
    public const int SoapRowsMax = 200;

    private readonly HttpClient _http;
    private readonly string _session;

    private OrgWire(HttpClient http, string session) => (_http, _session) = (http, session);

    /// <summary>Signs in by the client credentials flow.</summary>
    public static async Task<OrgWire> SignInAsync(BenchOrg org, CancellationToken stop)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = org.Url, Timeout = TimeSpan.FromMinutes(30) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = org.ClientId,
            ["client_secret"] = org.ClientSecret,
        });
        using var answer = await http.PostAsync(new Uri("/services/oauth2/token", UriKind.Relative), form, stop);
        using var json = await ReadJsonAsync(answer, stop);
        return new OrgWire(http, json.RootElement.GetProperty("access_token").GetString()!);
    }

    /// <summary>Writes up to 200 records by one SOAP call; their ids, in order.</summary>
    /// <param name="operation">update, upsert or delete.</param>
    /// <param name="fields">API names; none for a delete.</param>
    public async Task<IReadOnlyList<string>> WriteAsync(string operation, IReadOnlyList<string> fields, IReadOnlyCollection<WireRow> rows, CancellationToken stop)
    {
        var body = new StringBuilder("<").Append(operation).Append('>');
        if (operation == "upsert")
        {
            body.Append("<externalIDFieldName>").Append(AccountRows.ExternalId).Append("</externalIDFieldName>");
        }

        foreach (var row in rows)
        {
            Append(body, operation, fields, row);
        }

        body.Append("</").Append(operation).Append('>');
        var answer = await SoapAsync(body.ToString(), stop);
        var ids = Between(answer, "<id>", "</id>").ToList();
        return ids.Count == rows.Count && Between(answer, "<success>", "</success>").All(success => success == "true")
            ? ids
            : throw new CommandException(ExitCode.Failed, $"{operation} of {rows.Count} records by hand was answered with {ids.Count} ids: {answer[..Math.Min(answer.Length, 2000)]}");
    }

    /// <summary>All rows of a query by SOAP, each as the values of the fields asked for; a page holds 2,000.</summary>
    public async Task<IReadOnlyList<string[]>> QueryAsync(string soql, IReadOnlyList<string> fields, CancellationToken stop)
    {
        var rows = new List<string[]>();
        var call = $"<query><queryString>{SecurityElement.Escape(soql)}</queryString></query>";
        while (true)
        {
            var answer = await SoapAsync(call, stop);
            rows.AddRange(Between(answer, "<records", "</records>").Select(record => fields.Select(field => Between(record, $":{field}>", "</").FirstOrDefault() ?? "").ToArray()));
            if (Between(answer, "<done>", "</done>").First() == "true")
            {
                return rows;
            }

            call = $"<queryMore><queryLocator>{Between(answer, "<queryLocator>", "</queryLocator>").First()}</queryLocator></queryMore>";
        }
    }

    /// <summary>A request of the REST and Bulk APIs; its answer, which must be good.</summary>
    /// <param name="path">Behind <c>/services/data/vXX.0/</c>.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, new Uri($"/services/data/v{Version}/{path}", UriKind.Relative)) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _session);
        return await GoodAsync(await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop), stop);
    }

    /// <summary>A GET of what only a simulator has.</summary>
    /// <param name="path">With its leading slash.</param>
    public async Task<JsonDocument> SimulatorAsync(string path, CancellationToken stop)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, stop);
        return await ReadJsonAsync(answer, stop);
    }

    /// <summary>Makes the simulator slow: a fault as its README documents them.</summary>
    public async Task AddFaultAsync(string json, CancellationToken stop)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await GoodAsync(await _http.PostAsync(new Uri("/simulator/faults", UriKind.Relative), body, stop), stop);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The texts between two marks, one after the other.</summary>
    internal static IEnumerable<string> Between(string text, string open, string close)
    {
        for (var at = text.IndexOf(open, StringComparison.Ordinal); at >= 0; at = text.IndexOf(open, at, StringComparison.Ordinal))
        {
            at += open.Length;
            var end = text.IndexOf(close, at, StringComparison.Ordinal);
            if (end < 0)
            {
                yield break;
            }

            yield return text[at..end];
            at = end + close.Length;
        }
    }

    private static void Append(StringBuilder body, string operation, IReadOnlyList<string> fields, WireRow row)
    {
        if (operation == "delete")
        {
            body.Append("<ids>").Append(row.Key).Append("</ids>");
            return;
        }

        var key = operation == "upsert" ? AccountRows.ExternalId : "Id";
        body.Append("<sObjects><sf:type>").Append(AccountRows.Object).Append("</sf:type>");
        body.Append(CultureInfo.InvariantCulture, $"<sf:{key}>{row.Key}</sf:{key}>");
        for (var i = 0; i < fields.Count; i++)
        {
            body.Append(CultureInfo.InvariantCulture, $"<sf:{fields[i]}>{SecurityElement.Escape(row.Values[i])}</sf:{fields[i]}>");
        }

        body.Append("</sObjects>");
    }

    private async Task<string> SoapAsync(string call, CancellationToken stop)
    {
        var envelope = $"""
            <soapenv:Envelope xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:sobject.partner.soap.sforce.com" xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header><SessionHeader><sessionId>{_session}</sessionId></SessionHeader><CallOptions><client>bench</client></CallOptions></soapenv:Header><soapenv:Body>{call}</soapenv:Body></soapenv:Envelope>
            """;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/services/Soap/u/{Version}", UriKind.Relative)) { Content = new StringContent(envelope, Encoding.UTF8, "text/xml") };
        request.Headers.Add("SOAPAction", "\"\"");
        using var answer = await GoodAsync(await _http.SendAsync(request, stop), stop);
        return await answer.Content.ReadAsStringAsync(stop);
    }

    private static async Task<JsonDocument> ReadJsonAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        await GoodAsync(answer, stop);
        await using var body = await answer.Content.ReadAsStreamAsync(stop);
        return await JsonDocument.ParseAsync(body, default, stop);
    }

    private static async Task<HttpResponseMessage> GoodAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        var said = await answer.Content.ReadAsStringAsync(stop);
        throw new CommandException(ExitCode.Failed, $"the org answered {(int)answer.StatusCode} to {answer.RequestMessage?.RequestUri?.AbsolutePath}: {said[..Math.Min(said.Length, 2000)]}");
    }
}
