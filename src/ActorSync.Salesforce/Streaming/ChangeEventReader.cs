using System.Text.Json;
using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce.Streaming;

/// <summary>Reads change events out of their JSON. What cannot be read is said, and never left out.</summary>
internal static class ChangeEventReader
{
    private const string Header = "ChangeEventHeader";

    /// <summary>Ends the name of a compound address field; its parts bear what stands before.</summary>
    private const string Address = "Address";

    private static readonly Dictionary<string, ChangeType> Types = new(StringComparer.Ordinal)
    {
        ["CREATE"] = ChangeType.Create,
        ["UPDATE"] = ChangeType.Update,
        ["DELETE"] = ChangeType.Delete,
        ["UNDELETE"] = ChangeType.Undelete,
        ["GAP_CREATE"] = ChangeType.GapCreate,
        ["GAP_UPDATE"] = ChangeType.GapUpdate,
        ["GAP_DELETE"] = ChangeType.GapDelete,
        ["GAP_UNDELETE"] = ChangeType.GapUndelete,
        ["GAP_OVERFLOW"] = ChangeType.GapOverflow,
    };

    /// <summary>The replay id of a message's data; null where there is none.</summary>
    public static long? ReplayId(JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("event", out JsonElement @event) && @event.ValueKind == JsonValueKind.Object
        && @event.TryGetProperty("replayId", out JsonElement id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out long number) && number > 0
            ? number
            : null;

    /// <summary>The event of a message's data.</summary>
    /// <exception cref="FormatException">Something is missing or of another kind; the message names it and carries no values.</exception>
    public static ChangeEvent Read(JsonElement data)
    {
        JsonElement payload = Member(data, "payload", JsonValueKind.Object);
        JsonElement header = Member(payload, Header, JsonValueKind.Object);
        string typeName = Text(header, "changeType");
        ChangeType type = Types.TryGetValue(typeName, out ChangeType known) ? known : throw new FormatException($"changeType is '{OneLine.Of(typeName)}'");
        List<string> diffs = FieldNames(header, "diffFields");
        List<string> changed = FieldNames(header, "changedFields");
        Dictionary<string, string?> fields = Values(payload, diffs);
        foreach (string name in FieldNames(header, "nulledFields").Where(name => !diffs.Contains(name)))
        {
            fields.TryAdd(name, null);
        }

        return new ChangeEvent
        {
            ObjectName = Text(header, "entityName"),
            RecordIds = Names(Member(header, "recordIds", JsonValueKind.Array)) is { Count: > 0 } ids ? ids : throw new FormatException("recordIds is empty"),
            Type = type,
            Origin = OptionalText(header, "changeOrigin"),
            TransactionKey = Text(header, "transactionKey"),
            SequenceNumber = (int)Number(header, "sequenceNumber"),
            CommitNumber = Number(header, "commitNumber"),
            CommittedAt = Instant(Number(header, "commitTimestamp")),
            CommitUser = OptionalText(header, "commitUser"),
            Fields = fields,
            ChangedFields = changed,
            NulledFields = [.. fields.Where(field => field.Value is null).Select(field => field.Key)],
            DiffFields = diffs,
            UntoldFields = type == ChangeType.Update ? [.. changed.Where(name => !fields.ContainsKey(name) && !diffs.Contains(name))] : [],
        };
    }

    /// <summary>API name of a field whose path in an event has one or two parts.</summary>
    internal static string FieldName(string path) =>
        path.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? FieldName(path[..dot], path[(dot + 1)..]) : path;

    private static string FieldName(string compound, string part) => compound switch
    {
        "Name" => part,
        _ when compound.EndsWith("__c", StringComparison.Ordinal) => $"{compound[..^1]}{part}__s",
        _ when compound.EndsWith(Address, StringComparison.Ordinal) => compound[..^Address.Length] + part,
        _ => $"{compound}.{part}",
    };

    private static Dictionary<string, string?> Values(JsonElement payload, List<string> diffs)
    {
        Dictionary<string, string?> fields = new(StringComparer.Ordinal);
        foreach (JsonProperty property in payload.EnumerateObject().Where(property => property.Name != Header))
        {
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty part in property.Value.EnumerateObject())
                {
                    fields[FieldName(property.Name, part.Name)] = Value(part.Value);
                }
            }
            else
            {
                fields[property.Name] = Value(property.Value);
            }
        }

        diffs.ForEach(name => fields.Remove(name));
        return fields;
    }

    private static string? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static List<string> FieldNames(JsonElement header, string name) =>
        header.TryGetProperty(name, out JsonElement given) && given.ValueKind == JsonValueKind.Array ? Names(given).ConvertAll(FieldName) : [];

    private static List<string> Names(JsonElement array) => [.. array.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)];

    private static JsonElement Member(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement member) && member.ValueKind == kind
            ? member
            : throw new FormatException($"{name} is missing");

    private static string Text(JsonElement header, string name) => Member(header, name, JsonValueKind.String).GetString()!;

    private static string OptionalText(JsonElement header, string name) =>
        header.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static long Number(JsonElement header, string name) =>
        Member(header, name, JsonValueKind.Number).TryGetInt64(out long number) && number >= 0 ? number : throw new FormatException($"{name} is no whole number");

    private static DateTimeOffset Instant(long milliseconds)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new FormatException("commitTimestamp is no time");
        }
    }
}
