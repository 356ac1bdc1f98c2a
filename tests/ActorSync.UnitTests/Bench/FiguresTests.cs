using ActorSync.Bench;
using ActorSync.Bench.Measuring;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Bench;

public sealed class FiguresTests
{
    private static readonly SideFigures Engine = new(2000, new Cost(Seconds(10), Seconds(6), Seconds(4), Seconds(2), 4_000_000, 50))
    {
        PeakBytes = 123_000_000,
        Own = new Dictionary<string, double> { ["rate"] = 30, ["alone"] = 1 },
    };

    private static readonly SideFigures Floor = new(1000, new Cost(Seconds(2), Seconds(0.5), Seconds(0.5), Seconds(1), 1_000_000, 20))
    {
        Own = new Dictionary<string, double> { ["rate"] = 40 },
    };

    [Fact]
    public void Ratios_are_of_a_record_whatever_the_numbers_of_records()
    {
        var figures = Figures.Of(Engine, Floor);

        figures["records_per_s"].ShouldBe(200);
        figures["cpu_s_per_1000"].ShouldBe(6);
        figures["node_cpu_s_per_1000"].ShouldBe(3);
        figures["floor_cpu_s_per_1000"].ShouldBe(2);
        figures["floor_cpu_ratio"].ShouldBe(3);
        figures["floor_cpu_ratio_without_simulator"].ShouldBe(5);
        figures["floor_wall_ratio"].ShouldBe(2.5);
        figures["peak_mb"].ShouldBe(123);
        figures["wal_bytes_per_record"].ShouldBe(2000);
        figures["api_calls"].ShouldBe(50);
    }

    [Fact]
    public void A_figure_of_a_scenario_s_own_stands_beside_the_floor_s_of_the_same_name()
    {
        var figures = Figures.Of(Engine, Floor);

        figures["rate_ratio"].ShouldBe(0.75);
        figures["floor_rate"].ShouldBe(40);
        figures["alone"].ShouldBe(1);
        figures.Keys.ShouldNotContain("alone_ratio");
    }

    [Fact]
    public void What_cannot_be_measured_is_unknown_and_not_zero()
    {
        var figures = Figures.Of(Engine with { Cost = Engine.Cost with { Postgres = null } }, Floor);

        figures["cpu_s_per_1000"].ShouldBeNull();
        figures["floor_cpu_ratio"].ShouldBeNull();
        figures["p50_ms"].ShouldBeNull();
        figures["node_cpu_s_per_1000"].ShouldBe(3);
    }

    [Fact]
    public void Runs_fold_to_medians_of_what_is_known()
    {
        IReadOnlyDictionary<string, double?>[] runs = [Of(3, null), Of(1, 5), Of(2, 7)];

        Figures.Fold(runs, Distribution.Median).ShouldBe(new Dictionary<string, double?> { ["a"] = 2, ["b"] = 6 });
        Figures.Fold([Of(1, null)], Distribution.Median)["b"].ShouldBeNull();
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.95, 95)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    public void Percentiles_are_values_that_occurred(double part, double expected) =>
        Distribution.Percentile([.. Enumerable.Range(1, 100).Reverse().Select(i => (double)i)], part).ShouldBe(expected);

    [Fact]
    public void One_value_is_all_percentiles_and_none_has_none()
    {
        Distribution.Percentile([7], 0.01).ShouldBe(7);
        Distribution.Percentile([], 0.5).ShouldBeNull();
        Distribution.Median([]).ShouldBeNull();
    }

    private static Dictionary<string, double?> Of(double? a, double? b) => new() { ["a"] = a, ["b"] = b };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
