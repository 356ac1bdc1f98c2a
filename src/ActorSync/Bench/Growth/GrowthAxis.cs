namespace ActorSync.Bench.Growth;

/// <summary>What grows while a scenario stays the same.</summary>
/// <param name="Name">As the command line and the JSON know it.</param>
/// <param name="Title">Of the x axis of the plot.</param>
/// <param name="PointsDefault">Values that are measured, ascending.</param>
/// <param name="Max">Largest value.</param>
/// <param name="IsRealistic">Whether the org takes its time as Salesforce does.</param>
/// <param name="Scenarios">What can be measured along it.</param>
/// <param name="SizeOf">The size at a value, given the number of records.</param>
internal sealed record GrowthAxis(
    string Name, string Title, IReadOnlyList<int> PointsDefault, int Max, bool IsRealistic, IReadOnlyList<GrowthScenario> Scenarios, Func<int, long, BenchSize> SizeOf)
{
    /// <summary>Every axis there is.</summary>
    public static IReadOnlyList<GrowthAxis> All { get; } =
    [
        new("history", "records already in sync, as multiples of the records of a scenario", [1, 10, 100], 1_000, IsRealistic: false,
            [GrowthScenario.BulkInsert, GrowthScenario.BurstSoap, GrowthScenario.Trickle], (times, records) => new BenchSize { History = times * records }),
        new("nodes", "nodes", [1, 2, 4], 16, IsRealistic: true,
            [GrowthScenario.BurstSoap], (nodes, _) => new BenchSize { Nodes = nodes }),
        new("objects", "mapped objects", [1, 4, 16, 64], CustomObjects.Max, IsRealistic: false,
            [GrowthScenario.SpreadInsert], (objects, _) => new BenchSize { Objects = objects }),
    ];

    /// <summary>Reads values such as <c>1,10,100</c>; null where they are not numbers of this axis, ascending.</summary>
    public IReadOnlyList<int>? ReadPoints(string text)
    {
        var points = new List<int>();
        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var point) || point < 1 || point > Max || (points.Count > 0 && point <= points[^1]))
            {
                return null;
            }

            points.Add(point);
        }

        return points;
    }
}

/// <summary>A scenario as it is measured along an axis: the engine alone, without a floor.</summary>
/// <param name="Name">As in the figures.</param>
/// <param name="RecordsMax">Most records that it handles itself, whatever the number of records of the axis.</param>
/// <param name="Figures">Those that the plot shows.</param>
/// <param name="RunAsync">Does the work.</param>
internal sealed record GrowthScenario(
    string Name, long RecordsMax, IReadOnlyList<string> Figures, Func<BenchWorld, long, CancellationToken, Task<SideFigures>> RunAsync)
{
    public static GrowthScenario BulkInsert { get; } = Of(new Scenarios.BulkInsert(), long.MaxValue, "records_per_s", "cpu_s_per_1000", "peak_mb");

    public static GrowthScenario BurstSoap { get; } = Of(new Scenarios.BurstSoap(), long.MaxValue, "records_per_s", "cpu_s_per_1000", "p50_ms", "peak_mb");

    /// <summary>Single edits take their time whatever there is around them.</summary>
    public static GrowthScenario Trickle { get; } = Of(new Scenarios.Trickle(), 300, "p50_ms", "p99_ms", "cpu_s_per_1000");

    public static GrowthScenario SpreadInsert { get; } = new("spread-insert", long.MaxValue, ["records_per_s", "cpu_s_per_1000", "peak_mb"], Growth.SpreadInsert.EngineAsync);

    private static GrowthScenario Of(IBenchScenario scenario, long recordsMax, params string[] figures) => new(scenario.Name, recordsMax, figures, scenario.EngineAsync);
}
