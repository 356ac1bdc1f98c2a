using ActorSync.Commands;
using ActorSync.Demo;

namespace ActorSync.Bench.Growth;

/// <summary>Measures scenarios at each value of an axis, each time in a world of its own.</summary>
internal sealed class GrowthRun(GrowthOptions growth, BenchOptions options, CommandScope scope)
{
    /// <summary>Runs all; what was started has ended when it returns or throws.</summary>
    public async Task<ExitCode> RunAsync()
    {
        var folder = options.Folder is { } given ? Directory.CreateDirectory(given).FullName : DemoFolder.Open("bench");
        await using var server = await BenchServer.StartAsync(options, folder, Say, scope.Stop);
        var report = new GrowthReport(await MachineFacts.ReadAsync(server, scope.Clock, scope.Stop), growth, options.Realistic);
        for (var run = 1; run <= options.Runs; run++)
        {
            foreach (var scenario in growth.Scenarios)
            {
                foreach (var point in growth.Points)
                {
                    Say(FormattableString.Invariant($"{scenario.Name}, {growth.Axis.Name} {point}, run {run} of {options.Runs} ..."));
                    report.Add(scenario, point, await MeasureAsync(server, folder, scenario, point));
                    await WriteAsync(report);
                }
            }
        }

        report.Show(scope.Console);
        return ExitCode.Ok;
    }

    private async Task<Dictionary<string, double?>> MeasureAsync(BenchServer server, string folder, GrowthScenario scenario, int point)
    {
        var sized = options with { Size = growth.Axis.SizeOf(point, growth.Records) };
        await using var world = await BenchWorld.OpenAsync(server, sized, folder, scope.Clock, scope.Stop);
        var side = await scenario.RunAsync(world, Math.Min(growth.Records, scenario.RecordsMax), scope.Stop);
        Say(FormattableString.Invariant($"  {side.Cost.Wall.TotalSeconds:0.00} s, {side.Records / side.Cost.Wall.TotalSeconds:N0} records/s"));
        return Figures.Of(side);
    }

    // After each, so that an interrupted run has told what it knows.
    private async Task WriteAsync(GrowthReport report)
    {
        if (options.JsonFile is { } json)
        {
            await File.WriteAllTextAsync(json, report.ToJson(), scope.Stop);
        }

        if (growth.SvgFile is { } svg)
        {
            await File.WriteAllTextAsync(svg, report.ToSvg(), scope.Stop);
        }
    }

    private void Say(string line) => scope.Error.WriteLine(line);
}
