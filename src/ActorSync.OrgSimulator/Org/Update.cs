namespace ActorSync.OrgSimulator.Org;

/// <summary>Update by id. The same id twice in a call is an error of the second and later ones.</summary>
internal sealed class Update(DmlCall call, IReadOnlyList<RecordInput> records)
{
    private readonly RequestFields[] _fields = RequestFields.ResolveAll(call.Store, records, call.Context.Api);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public RecordResult Save(int index)
    {
        RecordInput input = records[index];
        ObjectDefinition definition = _fields[index].Definition;
        string? text = input.Id ?? _fields[index].Text(definition.Ordinal("Id"));
        if (string.IsNullOrEmpty(text))
        {
            return Refuse(definition, null, new RecordError("MISSING_ARGUMENT", "Id not specified in an update call", []));
        }

        if (!SalesforceId.TryNormalize(text, out string? id) || !id.StartsWith(definition.KeyPrefix, StringComparison.Ordinal))
        {
            return Refuse(definition, text, new RecordError("MALFORMED_ID", $"{definition.Label} ID: id value of incorrect type: {text}", ["Id"]));
        }

        if (!_seen.Add(id))
        {
            return Refuse(definition, id, new RecordError("DUPLICATE_VALUE", $"Duplicate id specified: {id}", ["Id"]));
        }

        return call.Store.Find(id) is { } record
            ? RecordSaver.Update(call, _fields[index], record, "update", null)
            : Refuse(definition, id, RecordSaver.Unknown);
    }

    private RecordResult Refuse(ObjectDefinition definition, string? id, RecordError error) =>
        call.Refuse("update", definition.Name, id, null, [error]);
}
