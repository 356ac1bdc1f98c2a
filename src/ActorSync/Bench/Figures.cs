using System.Collections.Immutable;
using ActorSync.Bench.Measuring;

namespace ActorSync.Bench;

/// <summary>The figures of one scenario by their names in the JSON; null where one cannot be measured here. docs/performance.md says what each means.</summary>
internal static class Figures
{
    private const double BytesPerMegabyte = 1_000_000;

    /// <summary>Every scenario has these, in this order; some have more.</summary>
    public static ImmutableArray<string> Common { get; } =
    [
        "records", "records_per_s", "p50_ms", "p95_ms", "p99_ms", "applied_p50_ms", "applied_p95_ms", "applied_p99_ms", "written_back_p50_ms", "written_back_p95_ms", "written_back_p99_ms",
        "cpu_s_per_1000", "node_cpu_s_per_1000", "postgres_cpu_s_per_1000", "simulator_cpu_s_per_1000", "floor_records_per_s", "floor_cpu_s_per_1000", "floor_client_cpu_s_per_1000",
        "floor_postgres_cpu_s_per_1000", "floor_simulator_cpu_s_per_1000", "floor_wall_ratio", "floor_cpu_ratio", "floor_cpu_ratio_without_simulator", "peak_mb", "wal_bytes_per_record",
        "floor_wal_bytes_per_record", "api_calls", "floor_api_calls",
    ];

    /// <summary>The figures of one run.</summary>
    public static Dictionary<string, double?> Of(SideFigures engine, SideFigures floor)
    {
        var figures = Common.ToDictionary(name => name, _ => (double?)null, StringComparer.Ordinal);
        AddEngine(figures, engine);
        figures["floor_records_per_s"] = floor.Records / floor.Cost.Wall.TotalSeconds;
        Add(figures, "floor_", "client", floor);
        figures["floor_wall_ratio"] = Each(engine, engine.Cost.Wall) / Each(floor, floor.Cost.Wall);
        figures["floor_cpu_ratio"] = figures["cpu_s_per_1000"] / figures["floor_cpu_s_per_1000"];
        figures["floor_cpu_ratio_without_simulator"] = Each(engine, engine.Cost.Node + engine.Cost.Postgres) / Each(floor, floor.Cost.Node + floor.Cost.Postgres);
        foreach (var (name, value) in engine.Own)
        {
            figures[name] = value;
            if (floor.Own.TryGetValue(name, out var least))
            {
                figures[$"floor_{name}"] = least;
                figures[$"{name}_ratio"] = value / least;
            }
        }

        return Finite(figures);
    }

    /// <summary>The figures of one run of the engine alone.</summary>
    public static Dictionary<string, double?> Of(SideFigures engine)
    {
        var figures = Common.Where(name => !name.StartsWith("floor_", StringComparison.Ordinal)).ToDictionary(name => name, _ => (double?)null, StringComparer.Ordinal);
        AddEngine(figures, engine);
        foreach (var (name, value) in engine.Own)
        {
            figures[name] = value;
        }

        return Finite(figures);
    }

    /// <summary>Medians of several runs, or what else is made of the values of one name.</summary>
    public static Dictionary<string, double?> Fold(IReadOnlyList<IReadOnlyDictionary<string, double?>> runs, Func<IReadOnlyCollection<double>, double?> fold) =>
        runs[0].Keys.ToDictionary(name => name, name => fold([.. runs.Select(run => run.GetValueOrDefault(name)).OfType<double>()]), StringComparer.Ordinal);

    // What is too short to be measured has no ratio.
    private static Dictionary<string, double?> Finite(Dictionary<string, double?> figures) =>
        figures.ToDictionary(figure => figure.Key, figure => figure.Value is { } value && double.IsFinite(value) ? figure.Value : null, StringComparer.Ordinal);

    private static void AddEngine(Dictionary<string, double?> figures, SideFigures engine)
    {
        figures["records"] = engine.Records;
        figures["records_per_s"] = engine.Records / engine.Cost.Wall.TotalSeconds;
        Add(figures, "", engine.Latencies.Sent);
        Add(figures, "applied_", engine.Latencies.Applied);
        Add(figures, "written_back_", engine.Latencies.WrittenBack);
        Add(figures, "", "node", engine);
        figures["peak_mb"] = engine.PeakBytes / BytesPerMegabyte;
    }

    private static void Add(Dictionary<string, double?> figures, string prefix, List<double> latencies)
    {
        figures[$"{prefix}p50_ms"] = Distribution.Percentile(latencies, 0.5);
        figures[$"{prefix}p95_ms"] = Distribution.Percentile(latencies, 0.95);
        figures[$"{prefix}p99_ms"] = Distribution.Percentile(latencies, 0.99);
    }

    private static void Add(Dictionary<string, double?> figures, string prefix, string program, SideFigures side)
    {
        figures[$"{prefix}cpu_s_per_1000"] = PerThousand(side, side.Cost.Cpu);
        figures[$"{prefix}{program}_cpu_s_per_1000"] = PerThousand(side, side.Cost.Node);
        figures[$"{prefix}postgres_cpu_s_per_1000"] = PerThousand(side, side.Cost.Postgres);
        figures[$"{prefix}simulator_cpu_s_per_1000"] = PerThousand(side, side.Cost.Simulator);
        figures[$"{prefix}wal_bytes_per_record"] = (double)side.Cost.WalBytes / side.Records;
        figures[$"{prefix}api_calls"] = side.Cost.ApiCalls;
    }

    private static double? PerThousand(SideFigures side, TimeSpan? cpu) => Each(side, cpu) * 1000;

    private static double? Each(SideFigures side, TimeSpan? time) => time?.TotalSeconds / side.Records;
}
