using System.Collections;
using System.CommandLine;
using ActorSync.Configuration;

namespace ActorSync.Commands;

/// <summary>Configuration files as commands take them.</summary>
internal static class ConfigFiles
{
    /// <summary><c>-c FILE</c>, repeatable; a later file wins over an earlier one.</summary>
    public static Option<string[]> Option(bool required) => new("--config", "-c")
    {
        Description = "Configuration file (HOCON). May be given more than once; a later file wins.",
        HelpName = "FILE",
        Required = required,
        Arity = required ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Loads files under the variables of this process.</summary>
    public static LoadedConfig TryLoad(IReadOnlyList<string> files) => SyncConfigLoader.Load(files, Environment());

    /// <summary>Loads files that must be right.</summary>
    /// <param name="files">A later file wins.</param>
    /// <param name="warn">Told what is allowed but most likely not meant.</param>
    /// <exception cref="CommandException">They are not; the message holds every error, one a line.</exception>
    public static SyncConfig Load(IReadOnlyList<string> files, Action<string>? warn = null)
    {
        var loaded = TryLoad(files);
        foreach (var warning in loaded.Report.IsValid ? loaded.Report.Warnings : [])
        {
            warn?.Invoke(warning.ToString());
        }

        return loaded.Config ?? throw new CommandException(ExitCode.Configuration, $"the configuration is wrong:\n{loaded.Report.ProblemsToText().TrimEnd()}");
    }

    private static Dictionary<string, string> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
}
