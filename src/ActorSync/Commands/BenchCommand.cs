using System.CommandLine;
using ActorSync.Bench;
using ActorSync.EmbeddedPostgres;

namespace ActorSync.Commands;

/// <summary><c>actorsync bench</c>: what it costs and how fast it is, on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var names = string.Join(", ", BenchScenarios.All.Select(scenario => scenario.Name));
        var scenarios = new Argument<string[]>("SCENARIO") { Description = $"Which: {names}. All of them when none is named.", Arity = ArgumentArity.ZeroOrMore };
        scenarios.Validators.Add(result =>
        {
            foreach (var name in result.Tokens.Select(token => token.Value).Where(name => BenchScenarios.All.All(scenario => scenario.Name != name)))
            {
                result.AddError($"{name} is no scenario: write one of {names}.");
            }
        });
        var json = new Option<string?>("--json") { Description = "Write the figures to a file too.", HelpName = "FILE" };
        var runs = Number("--runs", "How often each scenario runs; figures are medians, with the smallest and the largest.", BenchOptions.RunsDefault);
        var records = Number("--records", "Records of each scenario, instead of its own number.", null);
        var realistic = new Option<bool>("--realistic") { Description = "Let the org take its time as Salesforce does: seconds for a call, minutes for a Bulk job." };
        var profile = new Option<bool>("--profile") { Description = "Print the statements that PostgreSQL spends its time with. Figures are a little worse for it." };
        var postgres = new Option<string?>("--postgres") { Description = "Address of a PostgreSQL server to use: postgres://user:password@host:5432/database. Databases are made in it and dropped.", HelpName = "URL" };
        var org = new Option<string?>("--org") { Description = "Address of a running org simulator (actorsync org) to use for all scenarios.", HelpName = "URL" };
        org.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } url && !Uri.TryCreate(url, UriKind.Absolute, out _))
            {
                result.AddError($"--org {url}: write an address such as http://127.0.0.1:8080.");
            }
        });
        var folder = new Option<string?>("--folder") { Description = "Where logs and the private server are kept, instead of .actorsync/bench.", HelpName = "FOLDER" };
        var command = new DescribedCommand(
            "bench",
            "Measure on this machine: a PostgreSQL, an org simulator and a node, each a process of its own; every scenario beside its floor, the same work without an engine. docs/performance.md explains the figures.",
            "actorsync bench                                  # all scenarios: about a quarter of an hour",
            "actorsync bench trickle burst-soap --runs 5 --json figures.json",
            "actorsync bench bulk-insert --records 20000 --profile") { scenarios, json, runs, records, realistic, profile, postgres, org, folder };
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            var chosen = parsed.GetValue(scenarios) is { Length: > 0 } some ? some.Distinct().Select(name => BenchScenarios.All.First(scenario => scenario.Name == name)) : BenchScenarios.All;
            var options = new BenchOptions([.. chosen], parsed.GetValue(records), (int)parsed.GetValue(runs)!, parsed.GetValue(realistic), parsed.GetValue(json))
            {
                Postgres = parsed.GetValue(postgres) ?? Environment.GetEnvironmentVariable(PostgresServerOptions.ExistingServerVariable),
                Org = parsed.GetValue(org) is { } url ? new Uri(url) : null,
                Profile = parsed.GetValue(profile),
                Folder = parsed.GetValue(folder),
            };
            return CommandLine.GuardAsync(scope, async () => (int)await new BenchRun(options, scope).RunAsync());
        });
        command.Subcommands.Add(GrowthCommand.Create(scopeOf));
        return command;
    }

    /// <summary>An option that takes a number of things.</summary>
    public static Option<long?> Number(string name, string description, long? otherwise)
    {
        var option = new Option<long?>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is < 1 or > 100_000_000)
            {
                result.AddError($"{name}: write a number from 1 to 100000000.");
            }
        });
        return option;
    }
}
