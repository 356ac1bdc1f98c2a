namespace ActorSync.OrgSimulator.Org;

/// <summary>What a record must satisfy to be saved, one step each, all errors of a step.</summary>
internal static class SaveChecks
{
    public static List<RecordError> Required(RecordDraftInSave draft)
    {
        string[] missing = [.. draft.Definition.Fields.Where((f, i) => IsRequired(f) && draft.Values[i] is null).Select(f => f.Name)];
        return missing.Length == 0
            ? []
            : [new RecordError("REQUIRED_FIELD_MISSING", $"Required fields are missing: [{string.Join(", ", missing)}]", missing)];
    }

    /// <summary>A reference that changes must name a live record of an object the field refers to.</summary>
    public static List<RecordError> References(OrgStore store, RecordDraftInSave draft, StoredRecord record)
    {
        var errors = new List<RecordError>();
        IReadOnlyList<FieldDefinition> fields = draft.Definition.Fields;
        for (int i = 0; i < fields.Count; i++)
        {
            if (fields[i].Type != FieldType.Reference || draft.Values[i] is not string id || (!draft.IsNew && Equals(record.Values[i], id)))
            {
                continue;
            }

            ObjectDefinition? target = store.Schema.FindById(id);
            if (target is null || !fields[i].ReferenceTo.Contains(target.Name, StringComparer.OrdinalIgnoreCase))
            {
                errors.Add(new RecordError("FIELD_INTEGRITY_EXCEPTION", $"{fields[i].Label}: id value of incorrect type: {id}", [fields[i].Name]));
            }
            else if (store.Find(id) is not { } parent)
            {
                errors.Add(RecordSaver.Unknown);
            }
            else if (parent.IsDeleted)
            {
                errors.Add(RecordSaver.Gone);
            }
        }

        return errors;
    }

    public static List<RecordError> Unique(OrgStore store, RecordDraftInSave draft, StoredRecord record)
    {
        var errors = new List<RecordError>();
        IReadOnlyList<FieldDefinition> fields = draft.Definition.Fields;
        for (int i = 0; i < fields.Count; i++)
        {
            if (fields[i].Unique && draft.Values[i] is { } value && Holder(store, record, i, value) is { } holder)
            {
                errors.Add(DuplicateValue(fields[i], holder));
            }
        }

        return errors;
    }

    /// <summary>Another live record that holds the value; the recycle bin does not count.</summary>
    public static StoredRecord? Holder(OrgStore store, StoredRecord record, int ordinal, object value) =>
        store.Table(record.Definition).FindByValue(ordinal, FieldText.Format(value)!).FirstOrDefault(r => r != record && !r.IsDeleted);

    /// <summary>The id in the text has 15 characters, as the server writes it.</summary>
    public static RecordError DuplicateValue(FieldDefinition field, StoredRecord holder) => new(
        "DUPLICATE_VALUE", $"duplicate value found: {field.Name} duplicates value on record with id: {holder.Id[..15]}", []);

    public static List<RecordError> ValidationRules(RecordDraftInSave draft) =>
        [.. from rule in draft.Definition.ValidationRules
            where rule.Violated(draft)
            select new RecordError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.Message, rule.Field is null ? [] : [rule.Field])];

    private static bool IsRequired(FieldDefinition field) =>
        !field.Nillable && field.Createable && field.Type != FieldType.Boolean && !field.IsComputed;
}
