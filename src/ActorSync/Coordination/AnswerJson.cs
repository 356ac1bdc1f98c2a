using System.Text.Json;
using System.Text.Json.Serialization;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Coordination;

/// <summary>An answer as JSON, between a node that made a call and another that holds the coordinator. Names are stable.</summary>
internal static class AnswerText
{
    /// <summary>The text of an answer.</summary>
    public static string Write(LaneAnswer answer) => JsonSerializer.Serialize(answer, AnswerJson.Default.LaneAnswer);

    /// <summary>The answer of a text. What a node of another version says in words that are not known here, or not of every write, is as good as no answer: it is in doubt.</summary>
    public static LaneAnswer Read(string text, IReadOnlyList<OfferedWrite> writes)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AnswerJson.Default.LaneAnswer) is not { } answer || (answer.Results is null) == (answer.Fault is null) ? Unreadable("it says nothing")
                : answer.Results is { } results && (results.Count != writes.Count || results.Zip(writes).Any(pair => !IsWhole(pair.First, pair.Second))) ? Unreadable("it does not say what became of each write")
                : answer;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or OverflowException or ArgumentException)
        {
            return Unreadable(error.Message);
        }
    }

    /// <summary>No answer will come.</summary>
    public static LaneAnswer Lost(string code, string reason) => new(null, new SyncFault.InDoubt(code, reason));

    private static bool IsWhole(WriteResult? result, OfferedWrite write) =>
        result is { Errors: not null } && (result.Success ? result.Id is not null || write.Operation != WriteOperation.Insert : result.Fault is not null);

    private static LaneAnswer Unreadable(string why) => Lost("UNREADABLE_ANSWER", $"the answer that another node has brought cannot be read: {why}");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(FieldNamesConverter), typeof(SyncFaultConverter)])]
[JsonSerializable(typeof(LaneAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;

/// <summary>A fault as an object with its kind.</summary>
internal sealed class SyncFaultConverter : JsonConverter<SyncFault>
{
    private const string Kind = "kind";
    private const string Code = "code";
    private const string Message = "message";
    private const string Wait = "waitMs";
    private const string Fields = "fields";
    private const string WhatToDo = "whatToDo";

    public override SyncFault Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var fault = document.RootElement;
        var (code, message) = (Text(fault, Code), Text(fault, Message));
        return Text(fault, Kind) switch
        {
            nameof(SyncFault.Transient) => new SyncFault.Transient(code, message),
            nameof(SyncFault.Throttled) => new SyncFault.Throttled(code, message, Time(fault)),
            nameof(SyncFault.Rejected) => new SyncFault.Rejected(code, message, Names(fault)),
            nameof(SyncFault.NotExecuted) => new SyncFault.NotExecuted(code, message, Time(fault)),
            nameof(SyncFault.InDoubt) => new SyncFault.InDoubt(code, message),
            nameof(SyncFault.Misconfigured) => new SyncFault.Misconfigured(code, message, Text(fault, WhatToDo)),
            var kind => throw new JsonException($"no fault is of the kind {kind}"),
        };
    }

    public override void Write(Utf8JsonWriter writer, SyncFault value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Kind, value.GetType().Name);
        writer.WriteString(Code, value.Code);
        writer.WriteString(Message, value.Message);
        switch (value)
        {
            case SyncFault.Throttled throttled:
                writer.WriteNumber(Wait, throttled.WaitAtLeast.TotalMilliseconds);
                break;
            case SyncFault.NotExecuted refused:
                writer.WriteNumber(Wait, refused.RetryAfter.TotalMilliseconds);
                break;
            case SyncFault.Misconfigured misconfigured:
                writer.WriteString(WhatToDo, misconfigured.WhatToDo);
                break;
            case SyncFault.Rejected rejected:
                writer.WriteStartArray(Fields);
                foreach (var name in rejected.Fields)
                {
                    writer.WriteStringValue(name);
                }

                writer.WriteEndArray();
                break;
        }

        writer.WriteEndObject();
    }

    private static string Text(JsonElement fault, string name) =>
        fault.TryGetProperty(name, out var text) && text.GetString() is { } value ? value : throw new JsonException($"a fault without {name}");

    private static FieldNames Names(JsonElement fault) =>
        fault.TryGetProperty(Fields, out var names) && names.ValueKind == JsonValueKind.Array ? new FieldNames(names.EnumerateArray().Select(name => name.GetString()!)) : throw new JsonException($"a fault without {Fields}");

    private static TimeSpan Time(JsonElement fault) =>
        fault.TryGetProperty(Wait, out var wait) && wait.TryGetDouble(out var value) ? TimeSpan.FromMilliseconds(value) : throw new JsonException($"a fault without {Wait}");
}
