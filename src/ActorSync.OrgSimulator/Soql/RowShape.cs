using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>The select list as a tree: own fields, and per relationship the fields of the parent, each at the place of its first mention.</summary>
internal sealed class RowShape
{
    private readonly List<(string Name, int Ordinal, RowShape? Parent)> _items = [];
    private readonly OrgStore _store;
    private readonly ObjectDefinition _definition;

    private RowShape(OrgStore store, ObjectDefinition definition)
    {
        _store = store;
        _definition = definition;
    }

    /// <summary>The shape of a retrieve call's field list.</summary>
    /// <exception cref="OrgFaultException">INVALID_FIELD.</exception>
    public static RowShape Of(OrgStore store, ObjectDefinition definition, IReadOnlyList<string> fields)
    {
        var shape = new RowShape(store, definition);
        foreach (string field in fields.Select(f => f.Trim()))
        {
            shape.Add(FieldPath.Resolve(store.Schema, definition, field, out _) ?? throw Definitions.NoSuchColumn(definition, field, ""));
        }

        return shape;
    }

    /// <exception cref="OrgFaultException">INVALID_FIELD; MALFORMED_QUERY for a field selected twice.</exception>
    public static RowShape Of(OrgStore store, FieldBinder binder, SoqlSyntax query)
    {
        var shape = new RowShape(store, binder.Root);
        foreach (SelectItem item in query.Select)
        {
            switch (item)
            {
                case SelectItem.Field field when !shape.Add(binder.Bind(field.Path)):
                    throw SoqlError.Malformed(query.Text, field.Path.Position, $"duplicate field selected: {field.Path.Text}");
                case SelectItem.FieldGroup group:
                    shape.AddGroup(group.Group, query);
                    break;
            }
        }

        return shape;
    }

    public QueryRow Read(StoredRecord record, object?[] values)
    {
        var fields = new KeyValuePair<string, object?>[_items.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            (string name, int ordinal, RowShape? parent) = _items[i];
            object? value = parent is null ? _store.Read(record, values, ordinal)
                : values[ordinal] is string id && _store.Find(id) is { } found ? parent.Read(found, found.Values)
                : null;
            fields[i] = new KeyValuePair<string, object?>(name, value);
        }

        return new QueryRow(_definition.Name, record.Id, fields);
    }

    private bool Add(FieldPath path)
    {
        RowShape at = this;
        foreach (int hop in path.Hops)
        {
            at = at.Parent(hop);
        }

        if (at._items.Any(i => i.Parent is null && i.Ordinal == path.Leaf))
        {
            return false;
        }

        at._items.Add((path.Field.Name, path.Leaf, null));
        return true;
    }

    private RowShape Parent(int hop)
    {
        RowShape? known = _items.FirstOrDefault(i => i.Parent is not null && i.Ordinal == hop).Parent;
        if (known is null)
        {
            FieldDefinition reference = _definition.Fields[hop];
            known = new RowShape(_store, reference.ReferenceTo.Select(_store.Schema.Find).First(o => o is not null)!);
            _items.Add((reference.RelationshipName!, hop, known));
        }

        return known;
    }

    private void AddGroup(Token group, SoqlSyntax query)
    {
        if (!group.Is("all") && !group.Is("standard") && !group.Is("custom"))
        {
            throw SoqlError.Malformed(query.Text, group.Position, $"unexpected token: '{group.Raw}'");
        }

        if (!group.Is("standard") && query.Limit is not <= SoqlQuery.FieldsFunctionRowsMax)
        {
            throw SoqlError.Malformed(query.Text, group.Position, $"The SOQL FIELDS function must have a LIMIT of at most {SoqlQuery.FieldsFunctionRowsMax}");
        }

        for (int i = 0; i < _definition.Fields.Count; i++)
        {
            if (group.Is("all") || _definition.Fields[i].Custom == group.Is("custom"))
            {
                Add(new FieldPath([], i, _definition));
            }
        }
    }
}
