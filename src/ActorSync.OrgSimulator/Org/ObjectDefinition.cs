using System.Collections.Frozen;

namespace ActorSync.OrgSimulator.Org;

/// <summary>An object of the org. Field and object names are looked up without regard to case, as Salesforce does.</summary>
public sealed class ObjectDefinition
{
    private readonly FrozenDictionary<string, int> _ordinals;
    private readonly FrozenDictionary<string, int> _relationships;

    public ObjectDefinition(
        string name,
        string label,
        string labelPlural,
        string keyPrefix,
        IReadOnlyList<FieldDefinition> fields,
        IReadOnlyList<ValidationRule>? validationRules = null,
        IReadOnlyList<BeforeSaveRule>? beforeSaveRules = null)
    {
        Name = name;
        Label = label;
        LabelPlural = labelPlural;
        KeyPrefix = keyPrefix;
        Fields = fields;
        ValidationRules = validationRules ?? [];
        BeforeSaveRules = beforeSaveRules ?? [];
        _ordinals = fields.Select((f, i) => (f.Name, i)).ToFrozenDictionary(p => p.Name, p => p.i, StringComparer.OrdinalIgnoreCase);
        _relationships = fields.Select((f, i) => (f.RelationshipName, i)).Where(p => p.RelationshipName is not null)
            .ToFrozenDictionary(p => p.RelationshipName!, p => p.i, StringComparer.OrdinalIgnoreCase);
    }

    public string Name { get; }

    public string Label { get; }

    public string LabelPlural { get; }

    /// <summary>First three characters of the object's ids.</summary>
    public string KeyPrefix { get; }

    /// <summary>In the order of describe; Id first.</summary>
    public IReadOnlyList<FieldDefinition> Fields { get; }

    public IReadOnlyList<ValidationRule> ValidationRules { get; }

    public IReadOnlyList<BeforeSaveRule> BeforeSaveRules { get; }

    public bool Custom => Name.EndsWith("__c", StringComparison.Ordinal);

    /// <summary>Users are neither deleted nor undeleted; everything else is.</summary>
    public bool Deletable => Name != "User";

    public bool Mergeable => Name is "Account" or "Contact" or "Lead" or "Case";

    /// <summary>The field of that name, or null.</summary>
    public FieldDefinition? Field(string name) => _ordinals.TryGetValue(name, out int i) ? Fields[i] : null;

    /// <summary>The reference field behind a relationship name such as Account or Parent__r, or null.</summary>
    public FieldDefinition? Relationship(string relationshipName) =>
        _relationships.TryGetValue(relationshipName, out int i) ? Fields[i] : null;

    internal int Ordinal(string name) => _ordinals.TryGetValue(name, out int i) ? i : -1;

    internal ObjectDefinition With(
        IReadOnlyList<FieldDefinition> fields, IReadOnlyList<ValidationRule> validationRules, IReadOnlyList<BeforeSaveRule> beforeSaveRules) =>
        new(Name, Label, LabelPlural, KeyPrefix, fields, validationRules, beforeSaveRules);
}

/// <summary>A child relationship as the parent's describe lists it.</summary>
public sealed record ChildRelationship(string ChildObject, string Field, string? RelationshipName, bool CascadeDelete, bool RestrictedDelete);

/// <summary>The objects of an org.</summary>
public sealed class OrgSchema
{
    private readonly FrozenDictionary<string, ObjectDefinition> _byName;
    private readonly FrozenDictionary<string, ObjectDefinition> _byPrefix;

    public OrgSchema(IReadOnlyList<ObjectDefinition> objects)
    {
        Objects = objects;
        _byName = objects.ToFrozenDictionary(o => o.Name, StringComparer.OrdinalIgnoreCase);
        _byPrefix = objects.ToFrozenDictionary(o => o.KeyPrefix, StringComparer.Ordinal);
    }

    public IReadOnlyList<ObjectDefinition> Objects { get; }

    /// <summary>The object of that name, or null.</summary>
    public ObjectDefinition? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The object whose ids begin like this one, or null.</summary>
    public ObjectDefinition? FindById(string id) => id.Length >= 3 ? _byPrefix.GetValueOrDefault(id[..3]) : null;

    /// <summary>Every reference to the object, in schema order.</summary>
    public IReadOnlyList<ChildRelationship> ChildRelationships(string objectName) =>
        [.. from o in Objects
            from f in o.Fields
            where f.ReferenceTo.Contains(objectName, StringComparer.OrdinalIgnoreCase)
            select new ChildRelationship(o.Name, f.Name, f.ChildRelationshipName, f.CascadeDelete, f.RestrictedDelete)];
}
