using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorSync.Bench.Measuring;
using Spectre.Console;

namespace ActorSync.Bench.Growth;

/// <summary>The figures along an axis: a table for people, JSON for scripts, a plot of ratios to the first value. With several runs a figure is the median.</summary>
internal sealed class GrowthReport(MachineFacts machine, GrowthOptions growth, bool isRealistic)
{
    private static readonly (string Title, string Figure)[] Columns =
    [
        ("records/s", "records_per_s"), ("p50 ms", "p50_ms"), ("p99 ms", "p99_ms"), ("CPU s per 1,000", "cpu_s_per_1000"), ("nodes", "node_cpu_s_per_1000"), ("PostgreSQL", "postgres_cpu_s_per_1000"),
        ("peak MB", "peak_mb"), ("WAL B", "wal_bytes_per_record"), ("API", "api_calls"),
    ];

    private readonly Dictionary<(string Scenario, int Point), List<IReadOnlyDictionary<string, double?>>> _runs = [];

    /// <summary>Adds one run of a scenario at a value.</summary>
    public void Add(GrowthScenario scenario, int point, IReadOnlyDictionary<string, double?> figures)
    {
        if (!_runs.TryGetValue((scenario.Name, point), out var runs))
        {
            _runs[(scenario.Name, point)] = runs = [];
        }

        runs.Add(figures);
    }

    /// <summary>Prints the table.</summary>
    public void Show(IAnsiConsole console)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumn("scenario").AddColumn(new TableColumn(growth.Axis.Name).RightAligned()).AddColumns([.. Columns.Select(column => new TableColumn(column.Title).RightAligned())]);
        foreach (var ((scenario, point), runs) in _runs)
        {
            var medians = Figures.Fold(runs, Distribution.Median);
            table.AddRow([scenario, point.ToString(CultureInfo.InvariantCulture), .. Columns.Select(column => BenchReport.Text(medians[column.Figure]))]);
        }

        console.Write(table);
    }

    /// <summary>An array of points for each scenario; the names of figures are those of docs/performance.md.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            machine.Write(json);
            json.WriteBoolean("realistic", isRealistic);
            json.WriteString("axis", growth.Axis.Name);
            json.WriteNumber("records", growth.Records);
            json.WriteStartObject("scenarios");
            foreach (var scenario in growth.Scenarios)
            {
                json.WriteStartArray(scenario.Name);
                foreach (var (point, runs) in Measured(scenario))
                {
                    json.WriteStartObject();
                    json.WriteNumber(growth.Axis.Name, point);
                    json.WriteNumber("runs", runs.Count);
                    BenchReport.Write(json, Figures.Fold(runs, Distribution.Median));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>A panel for each scenario.</summary>
    public string ToSvg() => LinePlot.Write($"How it grows: {growth.Axis.Name}", growth.Axis.Title, $"ratio to {growth.Points[0]}", [.. growth.Scenarios.Select(Panel)]);

    private PlotPanel Panel(GrowthScenario scenario)
    {
        var points = Measured(scenario).Select(measured => (measured.Point, Medians: Figures.Fold(measured.Runs, Distribution.Median))).ToList();
        return new PlotPanel(scenario.Name, [.. scenario.Figures.Select(name => new PlotLine(name, Ratios(points, name))).Where(line => line.Points.Count > 0)]);
    }

    private static List<PlotPoint> Ratios(List<(int Point, Dictionary<string, double?> Medians)> points, string name) =>
        points is [var first, ..] && first.Medians[name] is { } one && one > 0
            ? [.. points.Where(point => point.Medians[name] is not null).Select(point => new PlotPoint(point.Point, point.Medians[name]!.Value / one))]
            : [];

    private IEnumerable<(int Point, List<IReadOnlyDictionary<string, double?>> Runs)> Measured(GrowthScenario scenario) =>
        growth.Points.Where(point => _runs.ContainsKey((scenario.Name, point))).Select(point => (point, _runs[(scenario.Name, point)]));
}
