using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using ActorSync.OrgSimulator;

namespace ActorSync.IntegrationTests.OrgSimulator;

/// <summary>A server on a free port and a bare HTTP client: no client library stands between a test and the wire.</summary>
internal sealed class OrgCaller : IAsyncDisposable
{
    public const string Partner = "urn:partner.soap.sforce.com";

    private static readonly XNamespace Tns = Partner;

    private OrgCaller(OrgServer server)
    {
        Server = server;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.Url };
    }

    public OrgServer Server { get; }

    public HttpClient Http { get; }

    public string Token { get; private set; } = "";

    /// <summary>Starts a server and signs in with the client's credentials.</summary>
    public static async Task<OrgCaller> StartAsync(OrgServerOptions? options = null) =>
        await OfAsync(await OrgServer.StartAsync(options ?? new OrgServerOptions(), CancellationToken.None));

    /// <summary>Signs in to a server that somebody else has started, and disposes of.</summary>
    public static async Task<OrgCaller> OfAsync(OrgServer server)
    {
        var caller = new OrgCaller(server);
        await caller.SignInAsync();
        return caller;
    }

    public async Task SignInAsync()
    {
        using var answer = await TokenAsync(("grant_type", "client_credentials"), ("client_id", Server.ClientId), ("client_secret", Server.ClientSecret));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Token = json.RootElement.GetProperty("access_token").GetString()!;
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async Task<HttpResponseMessage> TokenAsync(params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return await Http.PostAsync(new Uri("/services/oauth2/token", UriKind.Relative), content);
    }

    /// <summary>Sends a SOAP body; <paramref name="headers"/> are put beside the session header.</summary>
    public Task<HttpResponseMessage> SendSoapAsync(string body, string headers = "", string version = "66.0", string? session = null) =>
        SendEnvelopeAsync(Envelope(body, headers, session ?? Token), version);

    public async Task<HttpResponseMessage> SendEnvelopeAsync(string envelope, string version = "66.0")
    {
        using var content = new StringContent(envelope, Encoding.UTF8, "text/xml");
        content.Headers.Add("SOAPAction", "\"\"");
        return await Http.PostAsync(new Uri($"/services/Soap/u/{version}", UriKind.Relative), content);
    }

    public static string Envelope(string body, string headers, string session) =>
        $"""
        <?xml version="1.0" encoding="utf-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="{Partner}" xmlns:sf="urn:sobject.partner.soap.sforce.com">
        <soapenv:Header><SessionHeader><sessionId>{session}</sessionId></SessionHeader>{headers}</soapenv:Header><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>
        """;

    /// <summary>The response element of a good SOAP answer.</summary>
    public async Task<XElement> SoapAsync(string body, string headers = "", string version = "66.0")
    {
        using var answer = await SendSoapAsync(body, headers, version);
        return await ResponseAsync(answer);
    }

    public static async Task<XElement> ResponseAsync(HttpResponseMessage answer)
    {
        var envelope = XElement.Parse(await answer.Content.ReadAsStringAsync(), LoadOptions.PreserveWhitespace);
        return answer.StatusCode == HttpStatusCode.OK
            ? envelope.Elements().Last().Elements().Single()
            : throw new InvalidOperationException(envelope.ToString());
    }

    /// <summary>faultcode, faultstring and the detail's type of a SOAP fault.</summary>
    public async Task<(string Code, string Text, string Detail)> SoapFaultAsync(string body, string headers = "", string version = "66.0", string? session = null)
    {
        using var answer = await SendSoapAsync(body, headers, version, session);
        if (answer.StatusCode != HttpStatusCode.InternalServerError)
        {
            throw new InvalidOperationException($"no fault: {await answer.Content.ReadAsStringAsync()}");
        }

        var fault = XElement.Parse(await answer.Content.ReadAsStringAsync()).Descendants().Single(e => e.Name.LocalName == "Fault");
        return (fault.Element("faultcode")!.Value, fault.Element("faultstring")!.Value, fault.Element("detail")?.Elements().Single().Name.LocalName ?? "");
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> RestAsync(HttpMethod method, string path, string? body = null, string version = "66.0")
    {
        using var request = new HttpRequestMessage(method, new Uri($"/services/data/v{version}{path}", UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length > 0 ? JsonDocument.Parse(text).RootElement.Clone() : default);
    }

    /// <summary>Creates an account by SOAP and gives its id.</summary>
    public async Task<string> CreateAccountAsync(string name)
    {
        var response = await SoapAsync($"<create><sObjects><sf:type>Account</sf:type><sf:Name>{name}</sf:Name></sObjects></create>");
        return response.Descendants(Tns + "id").Single().Value;
    }

    /// <summary>Names of all live accounts, straight from the model.</summary>
    public IReadOnlyList<string> AccountNames() =>
        [.. Server.Model.Query("SELECT Name FROM Account ORDER BY Name").Rows.Select(r => (string)r.Fields[0].Value!)];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>Elements of SOAP answers by local name.</summary>
internal static class SoapElements
{
    public static XElement Only(this XElement element, string name) => element.Descendants().Single(e => e.Name.LocalName == name);

    public static string Text(this XElement element, string name) => element.Elements().First(e => e.Name.LocalName == name).Value;

    public static IEnumerable<XElement> Named(this XElement element, string name) => element.Elements().Where(e => e.Name.LocalName == name);
}
