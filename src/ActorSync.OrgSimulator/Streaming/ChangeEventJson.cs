using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.Changes;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>A change event as CometD carries it: names of fields nested where the field is part of an address or of a person's name, values as in REST.</summary>
/// <param name="namesNulls">Adds nulledFields and diffFields to the header, which the Pub/Sub API has and CometD has not.</param>
internal sealed class ChangeEventJson(bool namesNulls)
{
    /// <summary>Stands for the records of an overflow.</summary>
    private const string NoRecord = "000000000000000AAA";

    private readonly ConcurrentDictionary<ObjectDefinition, string> _schemas = new();

    public void Write(Utf8JsonWriter json, string channel, OrgChangeEvent change)
    {
        json.WriteStartObject();
        json.WriteStartObject("data");
        json.WriteString("schema", _schemas.GetOrAdd(change.Definition, SchemaOf));
        json.WriteStartObject("payload");
        WriteHeader(json, change);
        if (change.Gap == ChangeGap.None)
        {
            WriteFields(json, change.Fields);
        }

        json.WriteEndObject();
        json.WriteStartObject("event");
        json.WriteNumber("replayId", change.ReplayId);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("channel", channel);
        json.WriteEndObject();
    }

    private void WriteHeader(Utf8JsonWriter json, OrgChangeEvent change)
    {
        var transaction = change.Transaction;
        var isUpdate = change is { Kind: ChangeKind.Update, Gap: ChangeGap.None };
        json.WriteStartObject("ChangeEventHeader");
        json.WriteNumber("commitNumber", transaction.CommitNumber);
        json.WriteString("commitUser", transaction.UserId);
        json.WriteNumber("sequenceNumber", change.SequenceNumber);
        json.WriteString("entityName", change.Definition.Name);
        json.WriteString("changeType", Kind(change));
        WriteNames(json, "changedFields", isUpdate ? change.Fields.Select(f => PathOf(f.Field)) : []);
        json.WriteString("changeOrigin", transaction.Origin);
        json.WriteString("transactionKey", transaction.Key);
        json.WriteNumber("commitTimestamp", transaction.CommittedAt.ToUnixTimeMilliseconds());
        WriteNames(json, "recordIds", change.Gap == ChangeGap.Overflow ? [NoRecord] : change.RecordIds);
        if (namesNulls)
        {
            WriteNames(json, "nulledFields", isUpdate ? change.Fields.Where(f => f.Value is null).Select(f => PathOf(f.Field)) : []);
            WriteNames(json, "diffFields", []);
        }

        json.WriteEndObject();
    }

    private static string Kind(OrgChangeEvent change) => change.Gap switch
    {
        ChangeGap.Overflow => "GAP_OVERFLOW",
        ChangeGap.Values => $"GAP_{change.Kind.ToString().ToUpperInvariant()}",
        _ => change.Kind.ToString().ToUpperInvariant(),
    };

    /// <summary>Plain fields and each compound in the order in which they first come.</summary>
    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<ChangedField> fields)
    {
        foreach (var group in fields.GroupBy(f => Compound(f.Field)))
        {
            if (group.Key is { } compound)
            {
                json.WriteStartObject(compound);
            }

            foreach (var (field, value) in group)
            {
                json.WritePropertyName(PartOf(field));
                WriteValue(json, value);
            }

            if (group.Key is not null)
            {
                json.WriteEndObject();
            }
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
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
            default:
                json.WriteStringValue(FieldText.Format(value));
                break;
        }
    }

    private static string PathOf(FieldDefinition field) => Compound(field) is { } compound ? $"{compound}.{PartOf(field)}" : field.Name;

    /// <summary>The compound that a field is a part of: an address, or a person's name.</summary>
    private static string? Compound(FieldDefinition field) =>
        field.CompoundFieldName is { } compound && compound != field.Name && (compound == "Name" || compound.EndsWith("Address", StringComparison.Ordinal)) ? compound : null;

    private static string PartOf(FieldDefinition field) =>
        Compound(field) is { } compound and not "Name" ? field.Name[(compound.Length - "Address".Length)..] : field.Name;

    private static void WriteNames(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    /// <summary>Another id for other fields, 22 characters as real ones have.</summary>
    private static string SchemaOf(ObjectDefinition definition)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{definition.Name}:{string.Join(',', definition.Fields.Select(f => $"{f.Name} {f.TypeName}"))}"));
        return Convert.ToBase64String(hash.AsSpan(0, 16)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
