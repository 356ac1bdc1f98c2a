using System.Collections.Immutable;
using ActorSync.Configuration.Hocon;

namespace ActorSync.Configuration;

/// <summary>What came of loading: the configuration, or everything that is wrong with it.</summary>
/// <param name="Config">Null exactly if the report has errors.</param>
internal sealed record LoadedConfig(SyncConfig? Config, ConfigReport Report);

/// <summary>
/// Loads a node's configuration: <c>reference.conf</c>, over it the user's files in order, over them the environment variables
/// <c>ACTORSYNC_*</c> (an empty variable counts as absent). Never throws for what is written in a file; reports all errors at once.
/// </summary>
internal static class SyncConfigLoader
{
    /// <summary>Loads files from disk. Includes are relative to the file they stand in.</summary>
    /// <param name="paths">The user's files; a later one wins over an earlier one.</param>
    /// <param name="environment">The variables that <c>${?NAME}</c> and the overrides may see.</param>
    public static LoadedConfig Load(IReadOnlyList<string> paths, IReadOnlyDictionary<string, string> environment) =>
        Load(paths, environment, HoconFiles.Read);

    /// <summary>As <see cref="Load(IReadOnlyList{string}, IReadOnlyDictionary{string, string})"/> with another source of files.</summary>
    public static LoadedConfig Load(IReadOnlyList<string> paths, IReadOnlyDictionary<string, string> environment, ReadConfigFile read)
    {
        var problems = new ConfigProblems();
        var root = new BlockExpression(new(paths.Count > 0 ? paths[0] : ReferenceConfig.Source, 1), "");
        var files = new HoconIncludes(read, problems);
        files.Parse(ReferenceConfig.Source, ReferenceConfig.ReadText(), root, []);
        var keys = ReferenceConfig.ValueKeys(root.Slot(SyncConfigBinder.Root).OpenBlock(root.Origin));
        foreach (var path in paths)
        {
            files.Load(path, root);
        }

        // docker compose passes variables that are not set as empty ones.
        var variables = environment.Where(e => e.Value.Length > 0 || !e.Key.StartsWith(ReferenceConfig.VariablePrefix, StringComparison.Ordinal))
            .ToImmutableDictionary(StringComparer.Ordinal);
        ApplyEnvironment(root, keys, variables, problems);
        var resolved = new HoconResolver(root, variables, problems).Resolve();

        var binding = new ConfigBinding(problems, paths.Count > 0 ? paths[0] : null, keys);
        CheckRoot(resolved, keys, problems);
        var config = SyncConfigBinder.Bind(SectionReader.Of(binding, resolved));
        SyncConfigValidator.Validate(config, binding);
        return new(problems.Errors.Count == 0 ? config : null, new(problems, [.. binding.Entries]));
    }

    private static void ApplyEnvironment(
        BlockExpression root, ImmutableArray<string> keys, IReadOnlyDictionary<string, string> environment, ConfigProblems problems)
    {
        var variables = keys.ToImmutableDictionary(ReferenceConfig.VariableOf, StringComparer.Ordinal);
        foreach (var (variable, value) in environment.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var origin = ConfigOrigin.Environment(variable);
            if (variables.TryGetValue(variable, out var key))
            {
                root.Slot([.. key.Split('.')], origin).Add(new TextExpression(origin, value, IsQuoted: true));
            }
            else if (IsMeantAsKey(variable, variables.Keys) && NearestWord.Find(variable, variables.Keys) is { } nearest)
            {
                problems.Warn(origin, "", "this variable sets no key", $"write {nearest}");
            }
        }
    }

    /// <summary>Begins with the name of a block, as in ACTORSYNC_POSTGRES_URI. (ACTORSYNC_POSTGRES alone is the launcher's.)</summary>
    private static bool IsMeantAsKey(string variable, IEnumerable<string> variables)
    {
        var block = string.Join('_', variable.Split('_').Take(2)) + "_";
        return variable.StartsWith(block, StringComparison.Ordinal) && variables.Any(v => v.StartsWith(block, StringComparison.Ordinal));
    }

    /// <summary>Keys beside <c>actorsync</c> are the user's own, unless they look like a mistake.</summary>
    private static void CheckRoot(HoconObject root, ImmutableArray<string> keys, ConfigProblems problems)
    {
        foreach (var (key, value) in root.Fields)
        {
            var isBlock = keys.Any(k => k.StartsWith($"{SyncConfigBinder.Root}.{key}.", StringComparison.Ordinal)) || key == "mappings";
            if (isBlock)
            {
                problems.Error(value.Origin, key, $"stands outside the block {SyncConfigBinder.Root}", $"write {SyncConfigBinder.Root} {{ {key} ... }}");
            }
            else if (key != SyncConfigBinder.Root && NearestWord.Find(key, [SyncConfigBinder.Root]) is not null)
            {
                problems.Error(value.Origin, key, "there is no such key", $"write {SyncConfigBinder.Root}");
            }
        }
    }
}
