namespace ActorSync.OrgSimulator.Org;

/// <summary>
/// Upsert by an external id: no match creates, one updates, several are an error of the record; the same value twice in a call is an error of all of them.
/// Soft-deleted records do not match, unless the org's options say so.
/// </summary>
internal sealed class Upsert
{
    private readonly DmlCall _call;
    private readonly IReadOnlyList<RecordInput> _records;
    private readonly RequestFields[] _fields;
    private readonly FieldDefinition[] _keys;
    private readonly HashSet<(string Type, string Key)> _repeated;
    private readonly bool _matchesDeleted;

    public Upsert(DmlCall call, string externalIdField, IReadOnlyList<RecordInput> records, bool matchesDeleted)
    {
        _call = call;
        _records = records;
        _fields = RequestFields.ResolveAll(call.Store, records, call.Context.Api);
        _matchesDeleted = matchesDeleted;
        _keys = [.. _fields.Select(f => KeyField(f.Definition, externalIdField, call.Context.Api))];
        _repeated = [.. Enumerable.Range(0, records.Count).Select(RepeatKey).OfType<(string, string)>().GroupBy(k => k).Where(g => g.Count() > 1).Select(g => g.Key)];
    }

    public RecordResult Save(int index)
    {
        FieldDefinition key = _keys[index];
        string? text = KeyText(index);
        if (text is null)
        {
            return key.Type == FieldType.Id
                ? RecordSaver.Create(_call, _fields[index], null, "upsert", null)
                : Refuse(index, null, new RecordError("MISSING_ARGUMENT", $"{key.Name} not specified", []));
        }

        if (RepeatKey(index) is { } repeat && _repeated.Contains(repeat))
        {
            return Refuse(index, text, new RecordError("DUPLICATE_VALUE", $"Duplicate external id specified: {text}", [key.Name]));
        }

        StoredRecord[] found = Matches(_call.Store, _fields[index].Definition, key, text, _matchesDeleted || key.Type == FieldType.Id);
        return found.Length switch
        {
            0 when key.Type == FieldType.Id => Refuse(index, text, SalesforceId.TryNormalize(text, out _)
                ? RecordSaver.Unknown
                : new RecordError("MALFORMED_ID", $"{key.Label}: id value of incorrect type: {text}", ["Id"])),
            0 => RecordSaver.Create(_call, _fields[index], _records[index].Id, "upsert", text),
            1 => RecordSaver.Update(_call, _fields[index], found[0], "upsert", key.Type == FieldType.Id ? null : text),
            _ => Refuse(index, text, ExternalIds.SeveralMatches(key, found)),
        };
    }

    /// <summary>Records an upsert of that value would meet: live ones first, deleted ones only if they count.</summary>
    public static StoredRecord[] Matches(OrgStore store, ObjectDefinition definition, FieldDefinition key, string text, bool matchesDeleted)
    {
        StoredRecord[] all = [.. ExternalIds.Match(store, definition, key, text)];
        StoredRecord[] live = [.. all.Where(r => !r.IsDeleted)];
        return live.Length == 0 && matchesDeleted ? [.. all.Take(1)] : live;
    }

    /// <exception cref="OrgFaultException">The object has no such field, or it is neither an external id nor indexed.</exception>
    public static FieldDefinition KeyField(ObjectDefinition definition, string name, string api)
    {
        FieldDefinition field = definition.Field(name) ?? throw Definitions.NoSuchColumn(definition, name, api);
        return field.IdLookup ? field : throw Definitions.NotAnExternalId(definition, field.Name);
    }

    private string? KeyText(int index)
    {
        string? text = _keys[index].Type == FieldType.Id
            ? _records[index].Id ?? _fields[index].Text(0)
            : _fields[index].Text(_fields[index].Definition.Ordinal(_keys[index].Name));
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    private (string, string)? RepeatKey(int index)
    {
        if (KeyText(index) is not { } text)
        {
            return null;
        }

        FieldDefinition key = _keys[index];
        string canonical = key.Type == FieldType.Id && SalesforceId.TryNormalize(text, out string? id) ? id
            : key is { Unique: true, CaseSensitive: false, IsText: true } ? text.ToUpperInvariant()
            : text;
        return (_fields[index].Definition.Name, canonical);
    }

    private RecordResult Refuse(int index, string? externalId, RecordError error) =>
        _call.Refuse("upsert", _fields[index].Definition.Name, null, externalId, [error]);
}
