using System.Collections.Immutable;
using System.Diagnostics;
using ActorSync.Configuration.Hocon;

namespace ActorSync.Configuration;

/// <summary>The embedded <c>reference.conf</c>: the one place of defaults, and the list of keys that exist.</summary>
internal static class ReferenceConfig
{
    /// <summary>Its name in origins; no path of a user's file.</summary>
    public const string Source = "built-in reference.conf";

    private const string Resource = "reference.conf";

    /// <summary>Environment variables that override keys begin so.</summary>
    public const string VariablePrefix = "ACTORSYNC_";

    public static string ReadText()
    {
        using var stream = typeof(ReferenceConfig).Assembly.GetManifestResourceStream(Resource)
            ?? throw new UnreachableException($"{Resource} is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The keys in a block that hold a single value, not a list or a block, in the order written.</summary>
    public static ImmutableArray<string> ValueKeys(BlockExpression block)
    {
        var keys = ImmutableArray.CreateBuilder<string>();
        foreach (var (_, slot) in block.Slots)
        {
            if (slot.Layers is [.., BlockExpression inner])
            {
                keys.AddRange(ValueKeys(inner));
            }
            else if (slot.Layers is not [.., ListExpression])
            {
                keys.Add(slot.Path);
            }
        }

        return keys.ToImmutable();
    }

    /// <summary>The environment variable that overrides a key: <c>actorsync.postgres.command-timeout</c> is <c>ACTORSYNC_POSTGRES_COMMAND_TIMEOUT</c>.</summary>
    public static string VariableOf(string key) =>
        VariablePrefix + key[(SyncConfigBinder.Root.Length + 1)..].Replace('.', '_').Replace('-', '_').ToUpperInvariant();
}
