using System.Globalization;
using System.Text.Json;
using ActorSync.Bench.Measuring;
using Spectre.Console;

namespace ActorSync.Bench;

/// <summary>The figures of all scenarios: a table for people, JSON for scripts. With several runs a figure is the median, with the smallest and the largest beside it.</summary>
internal sealed class BenchReport(MachineFacts machine, BenchOptions options)
{
    private static readonly (string Title, string Figure)[] Columns =
    [
        ("records/s", "records_per_s"), ("p50 ms", "p50_ms"), ("p95 ms", "p95_ms"), ("p99 ms", "p99_ms"), ("CPU s per 1,000", "cpu_s_per_1000"), ("node", "node_cpu_s_per_1000"),
        ("PostgreSQL", "postgres_cpu_s_per_1000"), ("simulator", "simulator_cpu_s_per_1000"), ("CPU / floor", "floor_cpu_ratio"), ("wall / floor", "floor_wall_ratio"), ("peak MB", "peak_mb"),
        ("WAL B", "wal_bytes_per_record"), ("API", "api_calls"),
    ];

    private readonly Dictionary<string, List<IReadOnlyDictionary<string, double?>>> _runs = new(StringComparer.Ordinal);

    /// <summary>Adds one run of a scenario.</summary>
    public void Add(string scenario, IReadOnlyDictionary<string, double?> figures)
    {
        if (!_runs.TryGetValue(scenario, out var runs))
        {
            _runs[scenario] = runs = [];
        }

        runs.Add(figures);
    }

    /// <summary>Prints the table, and what scenarios have beside it.</summary>
    public void Show(IAnsiConsole console)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumn("scenario").AddColumns([.. Columns.Select(column => new TableColumn(column.Title).RightAligned())]);
        foreach (var (scenario, runs) in _runs)
        {
            var medians = Figures.Fold(runs, Distribution.Median);
            table.AddRow([scenario, .. Columns.Select(column => Text(medians[column.Figure]))]);
        }

        console.Write(table);
        foreach (var (scenario, runs) in _runs)
        {
            var own = Figures.Fold(runs, Distribution.Median).Where(figure => !Figures.Common.Contains(figure.Key)).Select(figure => $"{figure.Key} {Text(figure.Value)}").ToList();
            if (own.Count > 0)
            {
                console.Profile.Out.Writer.WriteLine($"{scenario}: {string.Join(", ", own)}");
            }
        }
    }

    /// <summary>The JSON, whose names are those of docs/performance.md.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            machine.Write(json);
            json.WriteBoolean("realistic", options.Realistic);
            json.WriteStartObject("scenarios");
            foreach (var (scenario, runs) in _runs)
            {
                json.WriteStartObject(scenario);
                json.WriteNumber("runs", runs.Count);
                Write(json, Figures.Fold(runs, Distribution.Median));
                json.WriteStartObject("min");
                Write(json, Figures.Fold(runs, values => values.Count == 0 ? null : values.Min()));
                json.WriteEndObject();
                json.WriteStartObject("max");
                Write(json, Figures.Fold(runs, values => values.Count == 0 ? null : values.Max()));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Writes figures as members of the present object.</summary>
    public static void Write(Utf8JsonWriter json, Dictionary<string, double?> figures)
    {
        foreach (var (name, value) in figures)
        {
            if (value is { } number)
            {
                json.WriteNumber(name, Math.Round(number, 6));
            }
            else
            {
                json.WriteNull(name);
            }
        }
    }

    /// <summary>A figure as people read it.</summary>
    public static string Text(double? value) => value switch
    {
        null => "-",
        >= 1000 or <= -1000 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
