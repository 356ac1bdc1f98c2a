using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;

namespace ActorSync.Records;

/// <summary>JSON of everything a record actor stores or is sent. Names are stable; a changed shape gets a new event name, never another meaning.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(FieldValuesConverter), typeof(FieldNamesConverter), typeof(BarsConverter)])]
[JsonSerializable(typeof(RecordState))]
[JsonSerializable(typeof(RecordEvent.LocalChanged))]
[JsonSerializable(typeof(RecordEvent.RowTouched))]
[JsonSerializable(typeof(RecordEvent.WriteOffered))]
[JsonSerializable(typeof(RecordEvent.WriteApplied))]
[JsonSerializable(typeof(RecordEvent.WriteNotApplied))]
[JsonSerializable(typeof(RecordEvent.WriteOverwritten))]
[JsonSerializable(typeof(RecordEvent.WriteRejected))]
[JsonSerializable(typeof(RecordEvent.ReferencesDeferred))]
[JsonSerializable(typeof(RecordEvent.RecordParked))]
[JsonSerializable(typeof(RecordEvent.RemoteTaken))]
[JsonSerializable(typeof(RecordEvent.ReadBackAsked))]
[JsonSerializable(typeof(RecordEvent.ConflictResolved))]
[JsonSerializable(typeof(RecordEvent.AdoptionQueued))]
[JsonSerializable(typeof(RecordEvent.RemoteDeletionTaken))]
[JsonSerializable(typeof(RecordEvent.RemoteUndeletionTaken))]
[JsonSerializable(typeof(RecordEvent.RemoteMergeTaken))]
[JsonSerializable(typeof(RecordEvent.RemoteDisplaced))]
[JsonSerializable(typeof(RecordEvent.RowWritten))]
[JsonSerializable(typeof(RecordEvent.OperatorActed))]
[JsonSerializable(typeof(RecordEvent.ConflictFrozen))]
[JsonSerializable(typeof(RecordEvent.ConflictChosen))]
[JsonSerializable(typeof(RecordEvent.ChangeEventTaken))]
[JsonSerializable(typeof(RecordEvent.ChangeEventsMissed))]
[JsonSerializable(typeof(RecordEvent.CounterCounted))]
[JsonSerializable(typeof(RecordEvent.Unexpected))]
[JsonSerializable(typeof(RecordEnvelope))]
[JsonSerializable(typeof(OfferedWrite))]
[JsonSerializable(typeof(Dictionary<string, string?>))]
[JsonSerializable(typeof(FieldValues))]
internal sealed partial class RecordJson : JsonSerializerContext;

/// <summary>Field values as one JSON object, names in order.</summary>
internal sealed class FieldValuesConverter : JsonConverter<FieldValues>
{
    // Names of fields and columns, each once: there are as many as are mapped, and each is read for every record. What does not fit is read as it comes.
    private const int NamesMax = 10_000;
    private const int NameCharsMax = 128;
    private const int FieldsTypical = 16;
    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> KnownNames = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    public override FieldValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var pairs = new List<KeyValuePair<string, string?>>(FieldsTypical);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Name(ref reader);
            reader.Read();
            pairs.Add(KeyValuePair.Create(name, reader.GetString()));
        }

        return FieldValues.From(pairs);
    }

    private static string Name(ref Utf8JsonReader reader)
    {
        Span<char> chars = stackalloc char[NameCharsMax];
        if (reader.HasValueSequence || reader.ValueSpan.Length > NameCharsMax)
        {
            return reader.GetString()!;
        }

        chars = chars[..reader.CopyString(chars)];
        if (KnownNames.TryGetValue(chars, out var known))
        {
            return known;
        }

        var name = chars.ToString();
        return Names.Count < NamesMax ? Names.GetOrAdd(name, name) : name;
    }

    public override void Write(Utf8JsonWriter writer, FieldValues value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, text) in value)
        {
            writer.WriteString(name, text);
        }

        writer.WriteEndObject();
    }
}

/// <summary>Field names as one JSON array.</summary>
internal sealed class FieldNamesConverter : JsonConverter<FieldNames>
{
    public override FieldNames Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var names = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            names.Add(reader.GetString()!);
        }

        return new FieldNames(names);
    }

    public override void Write(Utf8JsonWriter writer, FieldNames value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var name in value)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
