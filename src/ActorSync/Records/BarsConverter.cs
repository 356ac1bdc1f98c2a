using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorSync.Domain.Records;

namespace ActorSync.Records;

/// <summary>Barred fields as a JSON array: the fields of one acknowledgement together, for they share its time. The fields of one bar by name, each with its own time, are read too.</summary>
internal sealed class BarsConverter : JsonConverter<ImmutableSortedDictionary<string, FieldBar>>
{
    private const string AnsweredAt = "answeredAt";
    private const string Sent = "sent";

    public override ImmutableSortedDictionary<string, FieldBar> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var bars = RecordState.NoBars.ToBuilder();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = reader.GetString()!;
                reader.Read();
                ReadBar(ref reader, bars, name);
            }

            return bars.ToImmutable();
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ReadBar(ref reader, bars, null);
        }

        return bars.ToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableSortedDictionary<string, FieldBar> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var answer in value.GroupBy(bar => bar.Value.AnsweredAt).OrderBy(answer => answer.Key))
        {
            writer.WriteStartObject();
            writer.WriteString(AnsweredAt, answer.Key);
            writer.WriteStartObject(Sent);
            foreach (var (name, bar) in answer)
            {
                writer.WriteStartArray(name);
                foreach (var text in bar.Sent)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // An object of a time and what was sent: of the named field, or of fields by name.
    private static void ReadBar(ref Utf8JsonReader reader, ImmutableSortedDictionary<string, FieldBar>.Builder bars, string? name)
    {
        var at = default(DateTimeOffset);
        var sent = new List<(string Name, ImmutableArray<string?> Values)>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var member = reader.GetString();
            reader.Read();
            if (member == AnsweredAt)
            {
                at = reader.GetDateTimeOffset();
            }
            else if (member == Sent && name is not null)
            {
                sent.Add((name, Values(ref reader)));
            }
            else if (member == Sent)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var field = reader.GetString()!;
                    reader.Read();
                    sent.Add((field, Values(ref reader)));
                }
            }
            else
            {
                reader.Skip();
            }
        }

        foreach (var (field, values) in sent)
        {
            bars[field] = new FieldBar(values, at);
        }
    }

    private static ImmutableArray<string?> Values(ref Utf8JsonReader reader)
    {
        var values = ImmutableArray.CreateBuilder<string?>(1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            values.Add(reader.GetString());
        }

        return values.ToImmutable();
    }
}
