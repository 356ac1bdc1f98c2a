using ActorSync.Salesforce.Rest;

namespace ActorSync.Provisioning;

/// <summary>What a field must be so that a record's UUID can be its external id.</summary>
internal static class ExternalIdRule
{
    /// <summary>Characters of a UUID in its text form.</summary>
    private const int UuidCharacters = 36;

    /// <summary>What is wrong with the field and what to do, or null.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="name">API name of the field as configured.</param>
    /// <param name="written">The engine writes the field: the integration user must be able to.</param>
    public static string? Broken(ObjectDescribe owner, string name, bool written)
    {
        if (owner.Field(name) is not { } field)
        {
            return $"{owner.Name} has no field {name} that the integration user can see{NearestApiName.Hint(name, owner.Fields.Where(IsCandidate).Select(other => other.Name))} " +
                $"Create a {Wanted(owner, name)}, and let the integration user read and edit it (field-level security)";
        }

        if (field.Type is not "string" || field.Calculated || field.AutoNumber)
        {
            return $"{field.Name} is {Kind(field)}, a UUID needs text: create a {Wanted(owner, "of another name")}, and name it instead";
        }

        if (field.Length < UuidCharacters)
        {
            return $"{field.Name} is Text({field.Length}), a UUID has {UuidCharacters} characters: change its length to {UuidCharacters} in Setup, Object Manager, {owner.Name}";
        }

        if (!field.ExternalId || !field.Unique)
        {
            var missing = field.ExternalId ? "Unique" : field.Unique ? "External ID" : "External ID and Unique";
            return $"{field.Name} is not marked {missing}: mark it in Setup, Object Manager, {owner.Name}, Fields";
        }

        return written && !(field.Createable && field.Updateable)
            ? $"the integration user may not edit {field.Name}: give it edit access to the field (permission set or profile, field-level security)"
            : null;
    }

    private static bool IsCandidate(FieldDescribe field) => field is { ExternalId: true, Type: "string" };

    private static string Wanted(ObjectDescribe owner, string name) =>
        $"Text({UuidCharacters}) field {name} on {owner.Name}, marked External ID and Unique";

    private static string Kind(FieldDescribe field) =>
        field.AutoNumber ? "an auto number" : field.Calculated ? "a formula" : $"of type {field.Type}";
}
