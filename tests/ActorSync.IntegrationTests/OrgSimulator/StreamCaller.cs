using System.Net;
using System.Text;
using System.Text.Json;

namespace ActorSync.IntegrationTests.OrgSimulator;

/// <summary>A bare Bayeux client: its calls, its cookie, its id, and nothing that it does by itself.</summary>
internal sealed class StreamCaller(OrgCaller org)
{
    public const string Accounts = "/data/AccountChangeEvent";

    /// <summary>Keeps no cookies: each caller has its own.</summary>
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false });

    public string ClientId { get; private set; } = "";

    public string? Cookie { get; set; }

    /// <summary>Shakes hands and connects for the first time.</summary>
    public static async Task<StreamCaller> OpenAsync(OrgCaller org)
    {
        var stream = new StreamCaller(org);
        await stream.ShakeHandsAsync();
        await stream.ConnectAsync();
        return stream;
    }

    public async Task<JsonElement> ShakeHandsAsync()
    {
        var answer = (await SendAsync("""[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"],"ext":{"replay":true},"id":"1"}]""")).Single();
        ClientId = answer.TryGetProperty("clientId", out var id) ? id.GetString()! : "";
        return answer;
    }

    /// <summary>Events, and last the answer itself. Held no longer than the server or <paramref name="timeoutMs"/> says.</summary>
    public Task<JsonElement[]> ConnectAsync(int? timeoutMs = null) => SendAsync(
        $$"""[{"channel":"/meta/connect","clientId":"{{ClientId}}","connectionType":"long-polling","id":"2"{{(timeoutMs is { } ms ? $",\"advice\":{{\"timeout\":{ms}}}" : "")}}}]""");

    public async Task<JsonElement> SubscribeAsync(string channel = Accounts, long from = -1) =>
        (await SendAsync($$$"""[{"channel":"/meta/subscribe","clientId":"{{{ClientId}}}","subscription":"{{{channel}}}","ext":{"replay":{"{{{channel}}}":{{{from}}}}},"id":"3"}]""")).Single();

    public async Task<JsonElement> MetaAsync(string operation, string more = "") =>
        (await SendAsync($$"""[{"channel":"/meta/{{operation}}","clientId":"{{ClientId}}","id":"4"{{more}}}]""")).Single();

    public async Task<JsonElement[]> SendAsync(string body, string path = "/cometd/66.0")
    {
        using var answer = await PostAsync(body, path);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return [.. json.RootElement.EnumerateArray().Select(e => e.Clone())];
    }

    public async Task<HttpResponseMessage> PostAsync(string body, string path = "/cometd/66.0")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(org.Server.Url, path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = org.Http.DefaultRequestHeaders.Authorization;
        if (Cookie is not null)
        {
            request.Headers.Add("Cookie", Cookie);
        }

        var answer = await Http.SendAsync(request);
        if (answer.Headers.TryGetValues("Set-Cookie", out var set))
        {
            Cookie = set.Single().Split(';')[0];
        }

        return answer;
    }

    public static string? Error(JsonElement answer) => answer.TryGetProperty("error", out var error) ? error.GetString() : null;

    public static string Reconnect(JsonElement answer) => answer.GetProperty("advice").GetProperty("reconnect").GetString()!;

    /// <summary>Change type and record of each event, or its Name where it has one: <c>CREATE a</c>.</summary>
    public static string[] Told(IEnumerable<JsonElement> messages) =>
    [
        .. messages.Where(m => m.TryGetProperty("data", out _)).Select(m => m.GetProperty("data").GetProperty("payload")).Select(p =>
            $"{p.GetProperty("ChangeEventHeader").GetProperty("changeType").GetString()} {(p.TryGetProperty("Name", out var name) ? name.ToString() : "")}".TrimEnd()),
    ];

    public static long ReplayId(JsonElement message) => message.GetProperty("data").GetProperty("event").GetProperty("replayId").GetInt64();
}
