using ActorSync.Bench.Measuring;
using ActorSync.Commands;
using ActorSync.Demo;

namespace ActorSync.Bench;

/// <summary>Runs scenarios one after the other, each side in a world of its own, and tells what they came to.</summary>
internal sealed class BenchRun(BenchOptions options, CommandScope scope)
{
    /// <summary>Runs all; what was started has ended when it returns or throws.</summary>
    public async Task<ExitCode> RunAsync()
    {
        var folder = options.Folder is { } given ? Directory.CreateDirectory(given).FullName : DemoFolder.Open("bench");
        await using var server = await BenchServer.StartAsync(options, folder, Say, scope.Stop);
        var report = new BenchReport(await MachineFacts.ReadAsync(server, scope.Clock, scope.Stop), options);
        for (var run = 1; run <= options.Runs; run++)
        {
            foreach (var scenario in options.Scenarios)
            {
                var records = options.Records ?? scenario.RecordsDefault;
                Say(FormattableString.Invariant($"{scenario.Name}, run {run} of {options.Runs}: {records:N0} records ..."));
                var engine = await SideAsync(server, folder, world => scenario.EngineAsync(world, records, scope.Stop));
                Say(FormattableString.Invariant($"  the engine: {Told(engine)}"));
                var floor = await SideAsync(server, folder, world => scenario.FloorAsync(world, records, scope.Stop));
                Say(FormattableString.Invariant($"  the floor:  {Told(floor)}"));
                report.Add(scenario.Name, Figures.Of(engine, floor));
                if (options.JsonFile is { } file)
                {
                    // After each, so that an interrupted run has told what it knows.
                    await File.WriteAllTextAsync(file, report.ToJson(), scope.Stop);
                }
            }
        }

        report.Show(scope.Console);
        return ExitCode.Ok;
    }

    private async Task<SideFigures> SideAsync(BenchServer server, string folder, Func<BenchWorld, Task<SideFigures>> side)
    {
        await using var world = await BenchWorld.OpenAsync(server, options, folder, scope.Clock, scope.Stop);
        var figures = await side(world);
        await (world.Statements?.ShowAsync(figures.Records, scope.Out) ?? Task.CompletedTask);

        return figures;
    }

    private static string Told(SideFigures side) => FormattableString.Invariant(
        $"{side.Cost.Wall.TotalSeconds:0.00} s, {side.Records / side.Cost.Wall.TotalSeconds:N0} records/s; CPU of node or client {Seconds(side.Cost.Node)}, PostgreSQL {Seconds(side.Cost.Postgres)}, simulator {Seconds(side.Cost.Simulator)}");

    private static string Seconds(TimeSpan? time) => time is { } cpu ? FormattableString.Invariant($"{cpu.TotalSeconds:0.00} s") : "unknown";

    private void Say(string line) => scope.Error.WriteLine(line);
}
