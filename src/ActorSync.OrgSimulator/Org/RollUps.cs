namespace ActorSync.OrgSimulator.Org;

/// <summary>Roll-up summary fields: the parents of a written child are computed anew, and stamped where a value changed.</summary>
internal static class RollUps
{
    /// <summary>Parents whose roll-ups or details a write of the child touches: both the one it had and the one it gets.</summary>
    public static IEnumerable<string> ParentsTouched(OrgStore store, ObjectDefinition child, object?[]? before, object?[] after)
    {
        for (int i = 0; i < child.Fields.Count; i++)
        {
            if (child.Fields[i].RelationshipOrder is null && !store.RollUpFeeds[child.Name].Any(f => f.ReferenceOrdinal == i))
            {
                continue;
            }

            foreach (string parent in new[] { before?[i], after[i] }.OfType<string>().Distinct())
            {
                yield return parent;
            }
        }
    }

    public static void Recompute(DmlCall call, StoredRecord child, object?[]? before, object?[]? after)
    {
        foreach (RollUpFeed feed in call.Store.RollUpFeeds[child.Definition.Name])
        {
            foreach (string id in new[] { before?[feed.ReferenceOrdinal], after?[feed.ReferenceOrdinal] }.OfType<string>().Distinct())
            {
                if (call.Store.Table(feed.Parent).Find(id) is { IsDeleted: false } parent)
                {
                    Recompute(call, parent, feed.RollUpOrdinal, child.Definition, feed.ReferenceOrdinal);
                }
            }
        }
    }

    private static void Recompute(DmlCall call, StoredRecord parent, int ordinal, ObjectDefinition child, int referenceOrdinal)
    {
        FieldDefinition field = parent.Definition.Fields[ordinal];
        object? value = Summarize(call.Store, field.RollUp!, child, referenceOrdinal, parent.Id);
        object? old = parent.Values[ordinal];
        if (Equals(value, old))
        {
            return;
        }

        object?[] before = parent.Values;
        object?[] values = [.. before];
        values[ordinal] = value;
        call.Change(parent, values);
        call.Tell("rollup", parent, RecordSaver.ExternalIdOf(parent, values), Named(field, old), Named(field, value));
        if (parent.Definition != child)
        {
            Recompute(call, parent, before, values);
        }
    }

    private static Dictionary<string, string?> Named(FieldDefinition field, object? value) => new() { [field.Name] = FieldText.Format(value) };

    private static object? Summarize(OrgStore store, RollUp rollUp, ObjectDefinition child, int referenceOrdinal, string parentId)
    {
        RecordTable table = store.Table(child);
        IEnumerable<StoredRecord> children = table.FindByValue(referenceOrdinal, parentId).Where(r => !r.IsDeleted);
        if (rollUp.Kind == RollUpKind.Count)
        {
            return (decimal)children.Count();
        }

        int summarized = child.Ordinal(rollUp.SummarizedField!);
        object[] values = [.. children.Select(r => store.Read(r, r.Values, summarized)).OfType<object>()];
        return rollUp.Kind switch
        {
            RollUpKind.Sum => values.Sum(v => v is long whole ? whole : (decimal)v),
            RollUpKind.Min => values.Length == 0 ? null : Widened(values.Min()),
            _ => values.Length == 0 ? null : Widened(values.Max()),
        };
    }

    private static object? Widened(object? value) => value is long whole ? (decimal)whole : value;
}

/// <summary>A roll-up field that the child's reference feeds.</summary>
internal sealed record RollUpFeed(int ReferenceOrdinal, ObjectDefinition Parent, int RollUpOrdinal)
{
    public static IReadOnlyList<RollUpFeed> Of(OrgSchema schema, ObjectDefinition child) =>
        [.. from parent in schema.Objects
            from ordinal in Enumerable.Range(0, parent.Fields.Count)
            let rollUp = parent.Fields[ordinal].RollUp
            where rollUp is not null && rollUp.ChildObject.Equals(child.Name, StringComparison.OrdinalIgnoreCase)
            select new RollUpFeed(child.Ordinal(rollUp.ReferenceField), parent, ordinal)];
}
