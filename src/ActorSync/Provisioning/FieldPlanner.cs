using ActorSync.Configuration;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Salesforce.Rest;

namespace ActorSync.Provisioning;

/// <summary>Plans the fields of one mapping. Pure.</summary>
internal sealed class FieldPlanner(MappingConfig config, ObjectDescribe described, IReadOnlyDictionary<string, ObjectDescribe> describes)
{
    // Salesforce gives coordinates 15 digits after the point, its most; used where describe gives no scale.
    private const int UnknownScale = 15;

    /// <summary>The field, or null after adding what is wrong with it to <paramref name="errors"/>.</summary>
    public PlannedField? Plan(FieldConfig field, List<string> errors)
    {
        var (planned, error) = field.Parent is { } parent ? PlanParent(field, parent) : PlanPlain(field);
        if (error is not null)
        {
            errors.Add($", field {field.Name}: {error}");
        }

        return planned;
    }

    /// <summary>The domain's word for a configured policy.</summary>
    public static ConflictPolicy PolicyOf(ConflictPolicyConfig policy) => policy switch
    {
        ConflictPolicyConfig.LatestWins => ConflictPolicy.LatestWins,
        ConflictPolicyConfig.SalesforceWins => ConflictPolicy.SalesforceWins,
        ConflictPolicyConfig.PostgresWins => ConflictPolicy.PostgresWins,
        ConflictPolicyConfig.Manual => ConflictPolicy.Manual,
        ConflictPolicyConfig.Counter => ConflictPolicy.Counter,
        _ => throw new System.Diagnostics.UnreachableException($"policy {policy}"),
    };

    /// <summary>The reference field behind a relationship name; null when the object has no such relationship.</summary>
    public static FieldDescribe? ReferenceOf(ObjectDescribe described, string relationship) =>
        described.Fields.FirstOrDefault(field =>
            field.ReferenceTo.Count > 0 && string.Equals(field.RelationshipName, relationship, StringComparison.OrdinalIgnoreCase));

    private (PlannedField? Planned, string? Error) PlanPlain(FieldConfig field)
    {
        if (described.Field(field.Name) is not { } found)
        {
            var hint = NearestApiName.Hint(field.Name, described.Fields.Select(other => other.Name));
            return (null, $"{described.Name} has no such field that the integration user can see{hint} Correct the name, take it out, or give the user read access to the field");
        }

        if (ColumnType.Of(found) is not var (kind, type))
        {
            return (null, NotMappable(found));
        }

        if (field.Policy == ConflictPolicyConfig.Counter && kind != FieldKind.Number)
        {
            return (null, $"policy = counter sums numbers, and {found.Name} is of type {found.Type}: write another policy");
        }

        var mapping = new FieldMapping(
            found.Name,
            field.Column,
            kind,
            kind == FieldKind.Number ? ScaleOf(found) : 0,
            kind == FieldKind.Text ? found.Length : 0,
            found.Createable && !found.Calculated,
            found.Updateable && !found.Calculated,
            OwnPolicy(field)) { Intent = field.Intent };
        return Planned(mapping, type);
    }

    private (PlannedField? Planned, string? Error) PlanParent(FieldConfig field, ParentFieldConfig named)
    {
        if (field.Policy == ConflictPolicyConfig.Counter)
        {
            return (null, "policy = counter sums numbers, and this names a parent: write another policy");
        }

        if (ReferenceOf(described, named.Relationship) is not { } reference)
        {
            var relationships = described.Fields.Select(other => other.RelationshipName).OfType<string>().ToArray();
            return (null, $"{described.Name} has no relationship {named.Relationship}{NearestApiName.Hint(named.Relationship, relationships)} " +
                "Write Relationship.ExternalIdField, for a custom lookup Parent__r.ActorSync_Id__c");
        }

        if (reference.ReferenceTo is not [var parentName])
        {
            return (null, $"{reference.Name} can point at {string.Join(", ", reference.ReferenceTo)}, an external id is of one object: map {reference.Name} itself");
        }

        if (!describes.TryGetValue(parentName, out var parent))
        {
            return (null, $"the parent object {parentName} does not exist for the integration user: give it Read on {parentName}, or map {reference.Name} itself");
        }

        if (ExternalIdRule.Broken(parent, named.ExternalId, written: false) is { } broken)
        {
            return (null, broken);
        }

        var link = new ParentLink(reference.RelationshipName!, reference.Name, parent.Name, parent.Field(named.ExternalId)!.Name);
        var mapping = new FieldMapping(
            $"{link.Relationship}.{link.ExternalIdField}",
            field.Column,
            FieldKind.Parent,
            Scale: 0,
            Length: 0,
            reference.Createable && !reference.Calculated,
            reference.Updateable && !reference.Calculated,
            OwnPolicy(field)) { Parent = link, Intent = field.Intent };
        return Planned(mapping, ColumnType.Uuid);
    }

    private static (PlannedField? Planned, string? Error) Planned(FieldMapping mapping, ColumnType type) =>
        mapping is { Intent: true, Updatable: false }
            ? (null, "intent: the integration user cannot update the field, so nothing that is set could be said: take intent out, or give the user edit access to the field")
            : (new(mapping, type), null);

    private ConflictPolicy? OwnPolicy(FieldConfig field) => field.Policy == config.Policy ? null : PolicyOf(field.Policy);

    private string NotMappable(FieldDescribe field)
    {
        var components = described.Fields
            .Where(other => string.Equals(other.CompoundFieldName, field.Name, StringComparison.OrdinalIgnoreCase) && ColumnType.Of(other) is not null)
            .Select(other => other.Name).ToArray();
        return components.Length > 0
            ? $"{field.Name} is a compound ({field.Type}), which has no column: map its components {string.Join(", ", components)}"
            : $"a field of type {field.Type} cannot be mapped: take it out of fields";
    }

    private static int ScaleOf(FieldDescribe field) => field switch
    {
        { Type: "int" or "long" } => 0,
        { Precision: > 0 } => field.Scale,
        _ => Math.Max(field.Scale, UnknownScale),
    };
}
