using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>Finds the fields that a query names.</summary>
internal sealed class FieldBinder(OrgStore store, string soql, ObjectDefinition root, string? alias)
{
    public ObjectDefinition Root => root;

    public string Soql => soql;

    /// <exception cref="OrgFaultException">INVALID_FIELD: no such column, or no such relationship.</exception>
    public FieldPath Bind(Token token)
    {
        string text = Stripped(token.Text);
        return FieldPath.Resolve(store.Schema, root, text, out var failure) ?? throw SoqlError.Field(soql, token.Position, failure.IsRelationship
            ? $"Didn't understand relationship '{failure.Part}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names."
            : Definitions.NoSuchColumnText(failure.On, failure.Part));
    }

    /// <exception cref="OrgFaultException">INVALID_FIELD too if the field cannot stand in a where clause.</exception>
    public FieldPath BindFilter(Token token)
    {
        FieldPath path = Bind(token);
        return path.Field.Filterable ? path : throw SoqlError.Field(soql, token.Position, $"field '{path.Field.Name}' can not be filtered in a query call");
    }

    /// <exception cref="OrgFaultException">INVALID_FIELD too if the field cannot be sorted by.</exception>
    public FieldPath BindOrder(Token token)
    {
        FieldPath path = Bind(token);
        return path.Field.Sortable ? path : throw SoqlError.Field(soql, token.Position, $"field '{path.Field.Name}' can not be sorted in a query call");
    }

    /// <summary>A path may begin with the queried object's name or alias: Account.Name FROM Account.</summary>
    public string Stripped(string path)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        string first = dot < 0 ? "" : path[..dot];
        bool names = first.Length > 0 && (first.Equals(alias, StringComparison.OrdinalIgnoreCase)
            || (first.Equals(root.Name, StringComparison.OrdinalIgnoreCase) && root.Relationship(first) is null));
        return names ? path[(dot + 1)..] : path;
    }
}
