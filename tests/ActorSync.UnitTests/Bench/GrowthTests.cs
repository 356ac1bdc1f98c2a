using ActorSync.Bench;
using ActorSync.Bench.Growth;
using ActorSync.Bench.Measuring;
using ActorSync.OrgSimulator.Org.SchemaFiles;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Bench;

public sealed class GrowthTests
{
    [Theory]
    [InlineData("history", "1,10,100", "1 10 100")]
    [InlineData("nodes", "2", "2")]
    [InlineData("objects", "1,64", "1 64")]
    [InlineData("objects", "1,65", null)]
    [InlineData("history", "10,1", null)]
    [InlineData("history", "1,1", null)]
    [InlineData("history", "0,1", null)]
    [InlineData("history", "1,", null)]
    [InlineData("history", "one", null)]
    public void Values_of_an_axis_are_numbers_within_its_bounds_that_ascend(string axis, string text, string? expected) =>
        GrowthAxis.All.Single(known => known.Name == axis).ReadPoints(text)?.Aggregate("", (all, point) => $"{all} {point}").Trim().ShouldBe(expected);

    [Fact]
    public void Default_values_are_values_of_their_axis() =>
        GrowthAxis.All.ShouldAllBe(axis => axis.ReadPoints(string.Join(',', axis.PointsDefault)) != null);

    [Fact]
    public void Figures_that_a_plot_shows_are_figures_of_the_engine() =>
        GrowthAxis.All.SelectMany(axis => axis.Scenarios).SelectMany(scenario => scenario.Figures)
            .ShouldBeSubsetOf(Figures.Common.Where(name => !name.StartsWith("floor_", StringComparison.Ordinal)));

    [Theory]
    [InlineData(1)]
    [InlineData(CustomObjects.Max)]
    public void An_org_takes_the_schema_of_the_objects(int count)
    {
        var schema = OrgSchemaFile.Parse(CustomObjects.Schema(count), "objects.json");

        var custom = schema.Objects.Where(definition => definition.Name.StartsWith("Bench", StringComparison.Ordinal)).ToList();
        custom.Count.ShouldBe(count);
        custom.ShouldAllBe(definition => CustomObjects.Columns.Split(", ").All(column => definition.Fields.Any(field => field.Name.Equals(column, StringComparison.OrdinalIgnoreCase))));
        CustomObjects.Tables(count).Count.ShouldBe(count);
    }

    [Theory]
    [InlineData(2_000, 4)]
    [InlineData(2_000, 64)]
    [InlineData(3, 64)]
    public void Records_are_spread_evenly_and_none_is_lost(long records, int count)
    {
        var spread = CustomObjects.Spread(records, count);

        spread.Count.ShouldBe(count);
        spread.Sum().ShouldBe(records);
        (spread.Max() - spread.Min()).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Ratios_are_to_the_first_value_and_what_was_not_measured_has_no_line()
    {
        var axis = GrowthAxis.All.Single(known => known.Name == "history");
        var report = new GrowthReport(
            new MachineFacts(DateTimeOffset.UnixEpoch, "", 2, 0, "", "", ""), new GrowthOptions(axis, [1, 10], [GrowthScenario.BulkInsert], 100, null), isRealistic: false);
        report.Add(GrowthScenario.BulkInsert, 1, Side(100, 1));
        report.Add(GrowthScenario.BulkInsert, 10, Side(100, 2));

        var json = System.Text.Json.JsonDocument.Parse(report.ToJson()).RootElement;

        var points = json.GetProperty("scenarios").GetProperty("bulk-insert").EnumerateArray().ToList();
        points.Select(point => point.GetProperty("history").GetInt32()).ShouldBe([1, 10]);
        points.Select(point => point.GetProperty("records_per_s").GetDouble()).ShouldBe([100, 50]);
        report.ToSvg().ShouldContain(">records_per_s<");
        report.ToSvg().ShouldNotContain(">peak_mb<");
    }

    private static Dictionary<string, double?> Side(long records, double seconds) => Figures.Of(new SideFigures(
        records, new Cost(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.Zero, 1000, 1)));
}
