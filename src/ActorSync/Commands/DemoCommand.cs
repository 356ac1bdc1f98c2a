using System.CommandLine;
using System.Security.Cryptography;
using ActorSync.Demo;

namespace ActorSync.Commands;

/// <summary><c>actorsync demo</c>: the whole product on this machine.</summary>
internal static class DemoCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var exit = new Option<bool>("--exit") { Description = "End by itself: edit, wait, compare both sides. Exit code 1 if a single field differs or a story is wrong." };
        var records = new Option<int>("--records")
        {
            Description = $"Records the org starts with, {DemoOptions.RecordsMin} to {DemoOptions.RecordsMax}.",
            HelpName = "N",
            DefaultValueFactory = _ => DemoOptions.RecordsDefault,
        };
        records.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < DemoOptions.RecordsMin or > DemoOptions.RecordsMax)
            {
                result.AddError($"--records: write a number from {DemoOptions.RecordsMin} to {DemoOptions.RecordsMax}.");
            }
        });
        var seed = new Option<int?>("--seed") { Description = "Seed of the org and of the traffic; drawn and printed when not given.", HelpName = "N" };
        var command = new DescribedCommand(
            "demo",
            "See it work on this machine: a PostgreSQL, a Salesforce org and a node; the documented anomalies of Heroku Connect one by one; then traffic on both sides.",
            "actorsync demo                   # until Ctrl-C",
            "actorsync demo --exit            # ends with a comparison of both sides",
            "actorsync demo --exit --records 20000 --seed 7") { exit, records, seed };
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            var options = new DemoOptions(parsed.GetValue(exit), parsed.GetValue(records), parsed.GetValue(seed) ?? RandomNumberGenerator.GetInt32(1, 1_000_000));
            return CommandLine.GuardAsync(scope, () => RunAsync(scope, options));
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandScope scope, DemoOptions options)
    {
        try
        {
            return (int)await new DemoRun(options, scope).RunAsync();
        }
        catch (OperationCanceledException) when (scope.Stop.IsCancellationRequested && !options.Exit)
        {
            return (int)ExitCode.Ok;
        }
    }
}
