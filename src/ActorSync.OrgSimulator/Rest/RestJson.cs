using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>Records and results as JSON, and JSON as records.</summary>
internal static class RestJson
{
    public static void WriteRow(Utf8JsonWriter json, QueryRow row, string root)
    {
        json.WriteStartObject();
        json.WriteStartObject("attributes");
        json.WriteString("type", row.Type);
        json.WriteString("url", $"{root}/sobjects/{row.Type}/{row.Id}");
        json.WriteEndObject();
        foreach (var (field, value) in row.Fields)
        {
            json.WritePropertyName(field);
            WriteValue(json, value, root);
        }

        json.WriteEndObject();
    }

    public static void WriteResult(Utf8JsonWriter json, RecordResult result, bool upsert)
    {
        json.WriteStartObject();
        if (result.Id is not null)
        {
            json.WriteString("id", result.Id);
        }

        json.WriteBoolean("success", result.Success);
        json.WriteStartArray("errors");
        foreach (var error in result.Errors)
        {
            WriteError(json, error);
        }

        json.WriteEndArray();
        if (upsert && result.Success)
        {
            json.WriteBoolean("created", result.Created);
        }

        json.WriteEndObject();
    }

    /// <exception cref="OrgFaultException">JSON_PARSER_ERROR.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException error)
        {
            throw new OrgFaultException("JSON_PARSER_ERROR", $"Unexpected character or end of the request body: {error.Message}");
        }
    }

    /// <summary>Values keep the text they were sent as; the org itself reads them by the field's type.</summary>
    /// <param name="type">The object; null to take it from the record's attributes.</param>
    /// <exception cref="OrgFaultException">No type, or a value that no field can hold.</exception>
    public static RecordInput ReadRecord(JsonElement element, string? type)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new OrgFaultException("JSON_PARSER_ERROR", $"Can not deserialize a record out of a JSON {element.ValueKind}");
        }

        string? id = null;
        var fields = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in element.EnumerateObject())
        {
            if (property.NameEquals("attributes"))
            {
                type ??= property.Value.TryGetProperty("type", out var named) ? named.GetString() : null;
            }
            else if (property.Name.Equals("Id", StringComparison.OrdinalIgnoreCase))
            {
                id = property.Value.GetString();
            }
            else
            {
                fields[property.Name] = ReadValue(property);
            }
        }

        return new RecordInput(type ?? throw new OrgFaultException("INVALID_INPUT", "Include an entry for type in attributes"), id, fields);
    }

    private static object? ReadValue(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => property.Value.GetString(),
        JsonValueKind.Number => property.Value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Object => ReadParent(property),
        _ => throw new OrgFaultException("JSON_PARSER_ERROR", $"Cannot deserialize an array into the field {property.Name}"),
    };

    private static ParentReference ReadParent(JsonProperty relationship)
    {
        string? type = null;
        JsonProperty? key = null;
        foreach (var property in relationship.Value.EnumerateObject())
        {
            if (property.NameEquals("attributes"))
            {
                type = property.Value.TryGetProperty("type", out var named) ? named.GetString() : null;
            }
            else if (key is null)
            {
                key = property;
            }
            else
            {
                throw new OrgFaultException("INVALID_FIELD", $"More than 1 field provided in an external foreign key reference in entity: {type ?? relationship.Name}");
            }
        }

        return key is { } found
            ? new ParentReference(type, found.Name, found.Value.ToString())
            : throw new OrgFaultException("INVALID_FIELD", $"No field provided in the external foreign key reference {relationship.Name}");
    }

    private static void WriteError(Utf8JsonWriter json, RecordError error)
    {
        json.WriteStartObject();
        json.WriteString("statusCode", error.StatusCode);
        json.WriteString("message", error.Message);
        json.WriteStartArray("fields");
        foreach (var field in error.Fields)
        {
            json.WriteStringValue(field);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value, string root)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case QueryRow parent:
                WriteRow(json, parent, root);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case decimal number:
                json.WriteRawValue(WireValue.Double(number), skipInputValidation: true);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Text(value));
                break;
        }
    }

    private static string Text(object value) => value switch
    {
        string text => text,
        DateTimeOffset moment => WireValue.RestDateTime(moment),
        DateOnly date => WireValue.Date(date),
        TimeOnly time => WireValue.Time(time),
        _ => throw new InvalidOperationException($"a query row holds a {value.GetType().Name}"),
    };
}
