using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.Changes;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>A channel of change events. Names differ by case, as the real ones do.</summary>
/// <param name="Name">For example <c>/data/AccountChangeEvent</c>.</param>
/// <param name="Definition">The object whose events it carries; null: those of all selected objects.</param>
internal sealed record StreamChannel(string Name, ObjectDefinition? Definition)
{
    private const string All = "/data/ChangeEvents";

    /// <summary>The channel of that name.</summary>
    /// <exception cref="StreamException">There is none.</exception>
    public static StreamChannel Find(string name, OrgSchema schema, ChangeEventLog log)
    {
        if (!name.StartsWith('/'))
        {
            throw new StreamException(name.Length == 0 ? StreamErrors.NoChannel : StreamErrors.NoSlash);
        }

        if (name.StartsWith("/meta/", StringComparison.Ordinal))
        {
            throw new StreamException(StreamErrors.MetaChannel(name));
        }

        if (name == All)
        {
            return new StreamChannel(name, null);
        }

        var definition = schema.Objects.FirstOrDefault(o => NameOf(o) == name && log.IsSelected(o));
        return definition is null ? throw new StreamException(StreamErrors.NoSuchChannel(name)) : new StreamChannel(name, definition);
    }

    public bool Carries(OrgChangeEvent change) => Definition is null || Definition == change.Definition;

    /// <summary><c>AccountChangeEvent</c>; <c>Invoice__ChangeEvent</c> for the custom object <c>Invoice__c</c>.</summary>
    private static string NameOf(ObjectDefinition definition) =>
        definition.Custom ? $"/data/{definition.Name[..^"c".Length]}ChangeEvent" : $"/data/{definition.Name}ChangeEvent";
}
