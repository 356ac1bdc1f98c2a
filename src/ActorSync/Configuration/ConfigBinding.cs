using System.Collections.Immutable;

namespace ActorSync.Configuration;

/// <summary>A key, what it holds in the end, and where that was written.</summary>
/// <param name="Key">Full key such as <c>actorsync.feed.interval</c>.</param>
/// <param name="Value">As it would be written; secrets are <c>***</c>.</param>
internal sealed record ConfigEntry(string Key, string Value, ConfigOrigin Origin);

/// <summary>One run of binding values to records: what was found, what is wrong.</summary>
/// <param name="problems">Collects what is wrong.</param>
/// <param name="userFile">The user's first file: where a block belongs that stands nowhere; null if there is none.</param>
/// <param name="knownKeys">Every key of the reference configuration that holds a single value.</param>
internal sealed class ConfigBinding(ConfigProblems problems, string? userFile, ImmutableArray<string> knownKeys)
{
    private readonly OrderedDictionary<string, ConfigEntry> _entries = new(StringComparer.Ordinal);

    public ConfigProblems Problems { get; } = problems;

    public ImmutableArray<string> KnownKeys { get; } = knownKeys;

    /// <summary>Values bound without an error, in the order of the reference configuration.</summary>
    public IEnumerable<ConfigEntry> Entries => _entries.Values;

    /// <summary>Where to point when a key stands nowhere and its block neither.</summary>
    public ConfigOrigin UserOrigin => userFile is null ? new("configuration", 0) : new(userFile, 1);

    public void Record(string key, string value, ConfigOrigin origin) => _entries[key] = new(key, value, origin);

    public ConfigEntry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <summary>Was this written by the user, and not only in the reference configuration?</summary>
    public static bool IsUsers(ConfigOrigin origin) => origin.Source != ReferenceConfig.Source;
}
