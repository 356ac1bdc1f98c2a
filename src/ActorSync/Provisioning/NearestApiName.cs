using ActorSync.Configuration;

namespace ActorSync.Provisioning;

/// <summary>What somebody who wrote an API name that does not exist most likely meant.</summary>
internal static class NearestApiName
{
    private const string CustomSuffix = "__c";

    /// <summary>Ends a sentence: with a suggestion when a candidate is near, else with a full stop.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        Of(name, candidates) is { } nearest ? $"; did you mean {nearest}?" : ".";

    /// <summary>The nearest candidate; null when none is near. The suffix of custom names, which is easily left out, does not count.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var byStem = candidates.GroupBy(Stem, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
        return NearestWord.Find(Stem(name), byStem.Keys) is { } nearest ? byStem[nearest] : null;
    }

    private static string Stem(string name) =>
        name.EndsWith(CustomSuffix, StringComparison.OrdinalIgnoreCase) ? name[..^CustomSuffix.Length] : name;
}
