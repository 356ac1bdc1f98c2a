using System.CommandLine;
using ActorSync.Bench;
using ActorSync.Bench.Growth;
using ActorSync.EmbeddedPostgres;

namespace ActorSync.Commands;

/// <summary><c>actorsync bench growth</c>: the same scenario with more around it.</summary>
internal static class GrowthCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var axis = new Option<string>("--axis") { Description = $"What grows: {string.Join(", ", GrowthAxis.All.Select(known => known.Name))}.", HelpName = "AXIS", Required = true };
        var scenarios = new Argument<string[]>("SCENARIO") { Description = "Which scenarios of the axis. All of them when none is named.", Arity = ArgumentArity.ZeroOrMore };
        var points = new Option<string?>("--points") { Description = "Values of the axis, ascending, such as 1,10,100. Ratios are to the first.", HelpName = "N,N..." };
        var records = BenchCommand.Number("--records", "Records of each scenario, and of one unit of history.", GrowthOptions.RecordsDefault);
        var runs = BenchCommand.Number("--runs", "How often each is measured; figures are medians.", BenchOptions.RunsDefault);
        var realistic = new Option<bool?>("--realistic") { Description = "Whether the org takes its time as Salesforce does. Only nodes do so by themselves.", HelpName = "true|false" };
        var json = new Option<string?>("--json") { Description = "Write the figures to a file too.", HelpName = "FILE" };
        var svg = new Option<string?>("--svg") { Description = "Draw the ratios to the first value to a file.", HelpName = "FILE" };
        var postgres = new Option<string?>("--postgres") { Description = "Address of a PostgreSQL server to use: postgres://user:password@host:5432/database. Databases are made in it and dropped.", HelpName = "URL" };
        var folder = new Option<string?>("--folder") { Description = "Where logs and the private server are kept, instead of .actorsync/bench.", HelpName = "FOLDER" };
        var command = new DescribedCommand(
            "growth",
            "Measure the same scenario with 1, 10, 100 times as many records in sync, with 1, 2, 4 nodes, or with 1 to 64 mapped objects. docs/performance.md explains the figures.",
            "actorsync bench growth --axis history --json history.json --svg history.svg",
            "actorsync bench growth --axis nodes burst-soap --runs 3",
            "actorsync bench growth --axis objects --points 1,64 --records 2000") { axis, scenarios, points, records, runs, realistic, json, svg, postgres, folder };
        command.Validators.Add(result =>
        {
            if (Mistake(result.GetValue(axis), result.GetValue(scenarios) ?? [], result.GetValue(points)) is { } mistake)
            {
                result.AddError(mistake);
            }
        });
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            var chosen = Axis(parsed.GetValue(axis))!;
            var named = parsed.GetValue(scenarios) ?? [];
            var growth = new GrowthOptions(
                chosen, parsed.GetValue(points) is { } text ? chosen.ReadPoints(text)! : chosen.PointsDefault,
                [.. chosen.Scenarios.Where(scenario => named.Length == 0 || named.Contains(scenario.Name))], parsed.GetValue(records)!.Value, parsed.GetValue(svg));
            var options = new BenchOptions([], growth.Records, (int)parsed.GetValue(runs)!, parsed.GetValue(realistic) ?? chosen.IsRealistic, parsed.GetValue(json))
            {
                Postgres = parsed.GetValue(postgres) ?? Environment.GetEnvironmentVariable(PostgresServerOptions.ExistingServerVariable),
                Folder = parsed.GetValue(folder),
            };
            return CommandLine.GuardAsync(scope, async () => (int)await new GrowthRun(growth, options, scope).RunAsync());
        });
        return command;
    }

    private static GrowthAxis? Axis(string? name) => GrowthAxis.All.FirstOrDefault(known => known.Name == name);

    private static string? Mistake(string? name, string[] scenarios, string? points)
    {
        if (Axis(name) is not { } axis)
        {
            return name is null ? null : $"--axis {name}: write one of {string.Join(", ", GrowthAxis.All.Select(known => known.Name))}.";
        }

        if (scenarios.FirstOrDefault(named => axis.Scenarios.All(scenario => scenario.Name != named)) is { } unknown)
        {
            return $"{unknown} is not measured along {axis.Name}: write one of {string.Join(", ", axis.Scenarios.Select(scenario => scenario.Name))}.";
        }

        return points is not null && axis.ReadPoints(points) is null ? $"--points {points}: write numbers from 1 to {axis.Max}, ascending, such as {string.Join(',', axis.PointsDefault)}." : null;
    }
}
