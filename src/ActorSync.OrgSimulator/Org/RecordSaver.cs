using System.Collections.ObjectModel;

namespace ActorSync.OrgSimulator.Org;

/// <summary>
/// Saves one record as Salesforce does: write the sent fields, defaults, the org's own before-save automation, required fields, unique fields, validation rules,
/// then the row with its stamps and the roll-ups of its parents. Every error found in one step is reported.
/// </summary>
internal static class RecordSaver
{
    public static RecordResult Create(DmlCall call, RequestFields fields, string? id, string operation, string? externalId)
    {
        string type = fields.Definition.Name;
        if (id is not null)
        {
            return call.Refuse(operation, type, null, externalId,
                [new RecordError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"])]);
        }

        var record = new StoredRecord(call.Store.NextId(fields.Definition.KeyPrefix), fields.Definition);
        var draft = new RecordDraftInSave(call.Store, record, NewValues(call, record), isNew: true, call.Now, call.Context.AllowFieldTruncation);
        if (Prepare(call, draft, fields, operation, record) is { Count: > 0 } errors)
        {
            return call.Refuse(operation, type, null, externalId, errors);
        }

        call.Insert(record, draft.Values);
        call.Tell(operation, record, externalId ?? ExternalIdOf(record, record.Values), ReadOnlyDictionary<string, string?>.Empty, Written(draft, [], draft.Values));
        RollUps.Recompute(call, record, null, record.Values);
        return new RecordResult(record.Id, true, true, []);
    }

    public static RecordResult Update(DmlCall call, RequestFields fields, StoredRecord record, string operation, string? externalId)
    {
        object?[] before = record.Values;
        var draft = new RecordDraftInSave(call.Store, record, [.. before], isNew: false, call.Now, call.Context.AllowFieldTruncation);
        List<RecordError> errors = record.IsDeleted ? [Gone] : Prepare(call, draft, fields, operation, record);
        if (errors.Count > 0)
        {
            return call.Refuse(operation, record.Definition.Name, record.Id, externalId ?? ExternalIdOf(record, before), errors);
        }

        call.Change(record, draft.Values);
        call.Tell(operation, record, externalId ?? ExternalIdOf(record, record.Values), Written(draft, before, before), Written(draft, before, record.Values));
        RollUps.Recompute(call, record, before, record.Values);
        return new RecordResult(record.Id, true, false, []);
    }

    public static RecordError Gone { get; } = new("ENTITY_IS_DELETED", "entity is deleted", []);

    public static RecordError Unknown { get; } = new("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", []);

    /// <summary>Value of the record's first external id field.</summary>
    public static string? ExternalIdOf(StoredRecord record, object?[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (record.Definition.Fields[i].ExternalId)
            {
                return FieldText.Format(values[i]);
            }
        }

        return null;
    }

    private static List<RecordError> Prepare(DmlCall call, RecordDraftInSave draft, RequestFields fields, string operation, StoredRecord record)
    {
        if (call.Injected(fields.Definition.Name, operation) is { } injected)
        {
            return [injected];
        }

        foreach (Func<List<RecordError>> step in new Func<List<RecordError>>[]
        {
            () => Write(draft, fields),
            () => RunBeforeSave(draft),
            () => FindLocked(call, record, draft) is { Count: > 0 } locked ? [RowLocks.Error(locked)] : [],
            () => SaveChecks.Required(draft),
            () => SaveChecks.References(call.Store, draft, record),
            () => SaveChecks.Unique(call.Store, draft, record),
            () => SaveChecks.ValidationRules(draft),
            () => call.Rules.Duplicates(call, draft, record),
            () => call.Rules.Assign(call, draft),
        })
        {
            if (step() is { Count: > 0 } errors)
            {
                return errors;
            }
        }

        return [];
    }

    private static List<RecordError> Write(RecordDraftInSave draft, RequestFields fields)
    {
        var refused = new List<string>();
        foreach ((int ordinal, object? value) in fields.Values)
        {
            FieldDefinition field = fields.Definition.Fields[ordinal];
            if (draft.IsNew ? field.Createable : field.Updateable)
            {
                draft.Send(ordinal, value);
            }
            else if (field.Type != FieldType.Id)
            {
                refused.Add(field.Name);
            }
        }

        if (refused.Count > 0)
        {
            draft.Errors.Add(new RecordError(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                $"Unable to create/update fields: {string.Join(", ", refused)}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
                refused));
        }

        return [.. fields.Errors, .. draft.Errors];
    }

    private static List<RecordError> RunBeforeSave(RecordDraftInSave draft)
    {
        foreach (BeforeSaveRule rule in draft.Definition.BeforeSaveRules)
        {
            rule.Apply(draft);
        }

        return draft.Errors;
    }

    /// <summary>A save locks its row, and the parents whose roll-ups it moves or whose details it is.</summary>
    private static List<string> FindLocked(DmlCall call, StoredRecord record, RecordDraftInSave draft)
    {
        List<string> locked = call.Locks.IsHeld(record.Id) ? [record.Id] : [];
        locked.AddRange(RollUps.ParentsTouched(call.Store, record.Definition, draft.IsNew ? null : record.Values, draft.Values).Where(call.Locks.IsHeld));
        return locked;
    }

    private static object?[] NewValues(DmlCall call, StoredRecord record)
    {
        IReadOnlyList<FieldDefinition> fields = record.Definition.Fields;
        var values = new object?[fields.Count];
        for (int i = 0; i < fields.Count; i++)
        {
            values[i] = fields[i] switch
            {
                { Type: FieldType.Id } => record.Id,
                { Name: "OwnerId" } => call.Context.UserId,
                { AutoNumber: true } => call.Store.NextAutoNumber(record.Definition, fields[i]),
                { RollUp.Kind: RollUpKind.Count or RollUpKind.Sum } => 0m,
                { IsComputed: true } => null,
                { DefaultValue: { } text } => FieldText.Parse(fields[i], text, truncate: false).Value,
                { Type: FieldType.Boolean } => false,
                _ => null,
            };
        }

        return values;
    }

    /// <summary>Texts of the fields the caller sent or the org changed.</summary>
    private static Dictionary<string, string?> Written(RecordDraftInSave draft, object?[] before, object?[] shown)
    {
        var written = new Dictionary<string, string?>();
        IReadOnlyList<FieldDefinition> fields = draft.Definition.Fields;
        for (int i = 0; i < fields.Count; i++)
        {
            bool changed = (fields[i].Createable || fields[i].Updateable) && !Equals(before.Length == 0 ? null : before[i], draft.Values[i]);
            if (draft.Sent.Contains(i) || changed)
            {
                written[fields[i].Name] = FieldText.Format(shown[i]);
            }
        }

        return written;
    }
}
