namespace ActorSync.OrgSimulator.Org;

/// <summary>A field of a record or of one of its parents: Name, Account.Name, Contact.Account.Owner.Name.</summary>
/// <param name="Hops">Reference fields to follow, empty for a field of the record itself.</param>
/// <param name="Leaf">Ordinal of the field on the last object.</param>
internal sealed record FieldPath(IReadOnlyList<int> Hops, int Leaf, ObjectDefinition LeafObject)
{
    /// <summary>Parents a path may pass: Salesforce allows five levels up.</summary>
    public const int HopsMax = 5;

    public FieldDefinition Field => LeafObject.Fields[Leaf];

    /// <summary>Finds the path, or tells which part is unknown and on which object.</summary>
    public static FieldPath? Resolve(OrgSchema schema, ObjectDefinition root, string text, out (ObjectDefinition On, string Part, bool IsRelationship) failure)
    {
        string[] parts = text.Split('.');
        var hops = new List<int>();
        ObjectDefinition at = root;
        failure = (root, parts[0], true);
        for (int i = 0; i < parts.Length - 1; i++)
        {
            failure = (at, parts[i], true);
            if (hops.Count == HopsMax || at.Relationship(parts[i]) is not { } reference
                || reference.ReferenceTo.Select(schema.Find).FirstOrDefault(o => o is not null) is not { } parent)
            {
                return null;
            }

            hops.Add(at.Ordinal(reference.Name));
            at = parent;
        }

        failure = (at, parts[^1], false);
        int leaf = at.Ordinal(parts[^1]);
        return leaf < 0 ? null : new FieldPath(hops, leaf, at);
    }

    /// <summary>The path as the API spells it: <c>Account.Owner.Name</c>.</summary>
    public string Name(OrgSchema schema, ObjectDefinition root)
    {
        var parts = new List<string>();
        ObjectDefinition at = root;
        foreach (int hop in Hops)
        {
            parts.Add(at.Fields[hop].RelationshipName!);
            at = at.Fields[hop].ReferenceTo.Select(schema.Find).First(o => o is not null)!;
        }

        return string.Join('.', [.. parts, Field.Name]);
    }

    public object? Read(OrgStore store, StoredRecord record, object?[] values)
    {
        foreach (int hop in Hops)
        {
            if (values[hop] is not string id || store.Find(id) is not { } parent)
            {
                return null;
            }

            record = parent;
            values = parent.Values;
        }

        return store.Read(record, values, Leaf);
    }
}
