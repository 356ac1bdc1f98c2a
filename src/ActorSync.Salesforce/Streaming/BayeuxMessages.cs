using System.Text.Json;

namespace ActorSync.Salesforce.Streaming;

/// <summary>One message to the server.</summary>
/// <param name="Channel">For example <c>/meta/connect</c>.</param>
/// <param name="ClientId">Null before the handshake.</param>
internal sealed record BayeuxRequest(string Channel, string? ClientId)
{
    public const string Handshake = "/meta/handshake";
    public const string Connect = "/meta/connect";
    public const string Subscribe = "/meta/subscribe";
    public const string Disconnect = "/meta/disconnect";

    private const string Transport = "long-polling";

    /// <summary>The channel of a subscription.</summary>
    public string? Subscription { get; init; }

    /// <summary>Where the subscription starts.</summary>
    public ReplayPosition From { get; init; }

    /// <summary>Asks for an answer at once, of a connect.</summary>
    public bool IsImmediate { get; init; }

    /// <summary>Writes the messages of one request; their ids count on from the number given.</summary>
    public static void Write(Stream stream, IReadOnlyList<BayeuxRequest> messages, long firstId)
    {
        using Utf8JsonWriter json = new(stream);
        json.WriteStartArray();
        foreach (BayeuxRequest message in messages)
        {
            message.Write(json, firstId++);
        }

        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, long id)
    {
        json.WriteStartObject();
        json.WriteString("channel", Channel);
        json.WriteString("id", FormattableString.Invariant($"{id}"));
        if (ClientId is not null)
        {
            json.WriteString("clientId", ClientId);
        }

        switch (Channel)
        {
            case Handshake:
                json.WriteString("version", "1.0");
                json.WriteString("minimumVersion", "1.0");
                json.WriteStartArray("supportedConnectionTypes");
                json.WriteStringValue(Transport);
                json.WriteEndArray();
                json.WriteStartObject("ext");
                json.WriteBoolean("replay", true);
                json.WriteEndObject();
                break;
            case Connect:
                json.WriteString("connectionType", Transport);
                WriteAdvice(json);
                break;
            case Subscribe:
                json.WriteString("subscription", Subscription);
                json.WriteStartObject("ext");
                json.WriteStartObject("replay");
                json.WriteNumber(Subscription!, From.Number);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
        }

        json.WriteEndObject();
    }

    private void WriteAdvice(Utf8JsonWriter json)
    {
        if (IsImmediate)
        {
            json.WriteStartObject("advice");
            json.WriteNumber("timeout", 0);
            json.WriteEndObject();
        }
    }
}

/// <summary>What the server wants us to do next.</summary>
internal enum Reconnect
{
    /// <summary>It did not say.</summary>
    Unsaid,

    /// <summary>Connect again.</summary>
    Retry,

    /// <summary>Shake hands again.</summary>
    Handshake,

    /// <summary>Go away.</summary>
    None,
}

/// <summary>One message from the server: the answer to one of ours, or an event.</summary>
internal sealed record BayeuxAnswer(string Channel)
{
    public bool Successful { get; private init; }

    public string? ClientId { get; private init; }

    /// <summary>The error, and of a handshake the reason behind it; empty where none is named.</summary>
    public string Error { get; private init; } = "";

    /// <summary>The channel of a subscription.</summary>
    public string? Subscription { get; private init; }

    public Reconnect Reconnect { get; private init; }

    /// <summary>Wait before the next connect; null where it is not said.</summary>
    public TimeSpan? Interval { get; private init; }

    /// <summary>How long a connect is held; null where it is not said.</summary>
    public TimeSpan? Timeout { get; private init; }

    /// <summary>The event, of a message on a channel that is none of the protocol's own.</summary>
    public StreamNews? News { get; private init; }

    /// <summary>The messages of an answer.</summary>
    /// <exception cref="JsonException">It is no array of messages.</exception>
    public static List<BayeuxAnswer> ReadAll(Stream body)
    {
        using JsonDocument json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Array
            ? [.. json.RootElement.EnumerateArray().Select(Read)]
            : throw new JsonException("the answer is no array");
    }

    private static BayeuxAnswer Read(JsonElement json)
    {
        string channel = Text(json, "channel") ?? throw new JsonException("a message without channel");
        if (!channel.StartsWith("/meta/", StringComparison.Ordinal))
        {
            return new BayeuxAnswer(channel) { Successful = true, News = ReadEvent(channel, json) };
        }

        JsonElement? advice = Object(json, "advice");
        return new BayeuxAnswer(channel)
        {
            Successful = json.TryGetProperty("successful", out JsonElement successful) && successful.ValueKind == JsonValueKind.True,
            ClientId = Text(json, "clientId"),
            Error = Reason(json) ?? Text(json, "error") ?? "",
            Subscription = Text(json, "subscription"),
            Reconnect = advice is null ? Reconnect.Unsaid : Text(advice.Value, "reconnect") switch
            {
                "retry" => Reconnect.Retry,
                "handshake" => Reconnect.Handshake,
                "none" => Reconnect.None,
                _ => Reconnect.Unsaid,
            },
            Interval = Milliseconds(advice, "interval"),
            Timeout = Milliseconds(advice, "timeout"),
        };
    }

    private static StreamNews ReadEvent(string channel, JsonElement json)
    {
        JsonElement data = Object(json, "data") ?? default;
        long? replayId = ReplayIdOf(data);
        try
        {
            return replayId is { } id
                ? new StreamNews.Changed(channel, id, Text(data, "schema") ?? "", ChangeEventReader.Read(data))
                : new StreamNews.Unreadable(channel, null, "replayId is missing");
        }
        catch (FormatException e)
        {
            return new StreamNews.Unreadable(channel, replayId, e.Message);
        }
    }

    private static long? ReplayIdOf(JsonElement data) => data.ValueKind == JsonValueKind.Undefined ? null : ChangeEventReader.ReplayId(data);

    /// <summary><c>ext.sfdc.failureReason</c> says what "Handshake denied" does not.</summary>
    private static string? Reason(JsonElement json) => Object(json, "ext") is { } ext && Object(ext, "sfdc") is { } sfdc ? Text(sfdc, "failureReason") : null;

    private static JsonElement? Object(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.Object ? member : null;

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static TimeSpan? Milliseconds(JsonElement? advice, string name) =>
        advice is { } json && json.TryGetProperty(name, out JsonElement number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long ms) && ms >= 0
            ? TimeSpan.FromMilliseconds(Math.Min(ms, int.MaxValue))
            : null;
}
