using System.Text.Json;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>A Bayeux message as a client sent it.</summary>
/// <param name="Channel">For example <c>/meta/connect</c>.</param>
internal sealed record BayeuxMessage(string Channel)
{
    /// <summary>JSON of the id, which comes back as it was sent; null without one.</summary>
    public string? Id { get; private init; }

    public string? ClientId { get; private init; }

    public string? ConnectionType { get; private init; }

    /// <summary>Channels of a subscribe or unsubscribe.</summary>
    public IReadOnlyList<string> Subscriptions { get; private init; } = [];

    /// <summary>The replay extension: where each channel starts.</summary>
    public IReadOnlyDictionary<string, long> Replay { get; private init; } = new Dictionary<string, long>();

    /// <summary>How long the client wants a connect to be held at most; null where it says nothing.</summary>
    public TimeSpan? Timeout { get; private init; }

    /// <summary>The last part of a meta channel: handshake, connect, subscribe, unsubscribe, disconnect.</summary>
    public string Operation => Channel.StartsWith("/meta/", StringComparison.Ordinal) ? Channel["/meta/".Length..] : Channel;

    /// <summary>The messages of a request: an array, or a single one.</summary>
    /// <exception cref="JsonException">It is neither.</exception>
    public static List<BayeuxMessage> ReadAll(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Array ? [.. json.RootElement.EnumerateArray().Select(Read)] : [Read(json.RootElement)];
    }

    private static BayeuxMessage Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("a Bayeux message is an object");
        }

        return new BayeuxMessage(Text(json, "channel") ?? "")
        {
            Id = json.TryGetProperty("id", out var id) ? id.GetRawText() : null,
            ClientId = Text(json, "clientId"),
            ConnectionType = Text(json, "connectionType"),
            Subscriptions = Names(json),
            Replay = Positions(json),
            Timeout = Advised(json),
        };
    }

    private static string[] Names(JsonElement json) => !json.TryGetProperty("subscription", out var given) ? []
        : given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray().Select(e => e.ToString())]
        : [given.ToString()];

    private static Dictionary<string, long> Positions(JsonElement json) =>
        json.TryGetProperty("ext", out var ext) && ext.ValueKind == JsonValueKind.Object && ext.TryGetProperty("replay", out var replay) && replay.ValueKind == JsonValueKind.Object
            ? replay.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => p.Value.TryGetInt64(out var at) ? at : throw new JsonException("a replay id is a whole number"))
            : [];

    private static TimeSpan? Advised(JsonElement json) =>
        json.TryGetProperty("advice", out var advice) && advice.ValueKind == JsonValueKind.Object && advice.TryGetProperty("timeout", out var timeout) && timeout.TryGetInt32(out var ms)
            ? TimeSpan.FromMilliseconds(Math.Max(0, ms))
            : null;

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
