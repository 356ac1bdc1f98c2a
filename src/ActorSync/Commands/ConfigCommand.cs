using System.CommandLine;

namespace ActorSync.Commands;

/// <summary><c>actorsync config check</c>: every mistake at once, before anything is started.</summary>
internal static class ConfigCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var files = new Argument<string[]>("FILE") { Description = "Configuration files; a later one wins.", Arity = ArgumentArity.OneOrMore };
        var json = Json.Option();
        var check = new DescribedCommand(
            "check",
            "Check configuration files and report every error with its file, line and key, and what to write. Exit code 3 if there is one.",
            "actorsync config check actorsync.conf",
            "actorsync config check actorsync.conf production.conf --json") { files, json };
        check.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, () => CheckAsync(scope, parsed.GetRequiredValue(files), parsed.GetValue(json)));
        });
        return new Command("config", "Work with configuration files.") { check };
    }

    private static async Task<int> CheckAsync(CommandScope scope, string[] files, bool json)
    {
        var report = ConfigFiles.TryLoad(files).Report;
        await scope.Out.WriteAsync(json ? report.ToJson() + "\n" : (report.IsValid ? report.ValuesToText() : "") + report.ProblemsToText());
        return (int)(report.IsValid ? ExitCode.Ok : ExitCode.Configuration);
    }
}
