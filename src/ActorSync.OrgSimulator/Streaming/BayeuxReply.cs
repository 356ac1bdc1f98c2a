using System.Text.Json;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>What a client is to do next.</summary>
/// <param name="Reconnect"><c>retry</c>, <c>handshake</c> or <c>none</c>.</param>
/// <param name="Timeout">How long a connect is held; null where it goes without saying.</param>
internal sealed record BayeuxAdvice(string Reconnect, TimeSpan? Timeout = null)
{
    public static readonly BayeuxAdvice Handshake = new("handshake");

    public static readonly BayeuxAdvice None = new("none");
}

/// <summary>The answer to one message, its properties in the order in which Salesforce writes them.</summary>
internal sealed record BayeuxReply(BayeuxMessage To)
{
    public string? ClientId { get; init; }

    /// <summary>Null where it succeeded.</summary>
    public string? Error { get; init; }

    public BayeuxAdvice? Advice { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (To.Operation == "handshake")
        {
            WriteExtensions(json);
        }

        WriteText(json, "clientId", ClientId);
        WriteAdvice(json);
        if (To.Operation == "handshake" && Error is null)
        {
            json.WriteStartArray("supportedConnectionTypes");
            json.WriteStringValue("long-polling");
            json.WriteEndArray();
        }

        json.WriteString("channel", To.Channel);
        if (To.Id is { } id)
        {
            json.WritePropertyName("id");
            json.WriteRawValue(id);
        }

        if (To.Operation == "handshake" && Error is null)
        {
            json.WriteString("version", "1.0");
        }

        WriteSubscriptions(json);
        WriteText(json, "error", To.Operation == "handshake" && Error is not null ? StreamErrors.HandshakeDenied : Error);
        json.WriteBoolean("successful", Error is null);
        json.WriteEndObject();
    }

    private void WriteExtensions(Utf8JsonWriter json)
    {
        json.WriteStartObject("ext");
        if (Error is { } reason)
        {
            json.WriteStartObject("sfdc");
            json.WriteString("failureReason", reason);
            json.WriteEndObject();
        }

        json.WriteBoolean("replay", true);
        json.WriteBoolean("payload.format", true);
        json.WriteEndObject();
        if (Error is null)
        {
            json.WriteString("minimumVersion", "1.0");
        }
    }

    private void WriteAdvice(Utf8JsonWriter json)
    {
        if (Advice is not { } advice)
        {
            return;
        }

        json.WriteStartObject("advice");
        json.WriteNumber("interval", 0);
        if (advice.Timeout is { } timeout)
        {
            json.WriteNumber("timeout", (long)timeout.TotalMilliseconds);
        }

        json.WriteString("reconnect", advice.Reconnect);
        json.WriteEndObject();
    }

    private void WriteSubscriptions(Utf8JsonWriter json)
    {
        if (To.Subscriptions is [var only])
        {
            json.WriteString("subscription", only);
        }
        else if (To.Subscriptions.Count > 1)
        {
            json.WriteStartArray("subscription");
            foreach (var channel in To.Subscriptions)
            {
                json.WriteStringValue(channel);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
