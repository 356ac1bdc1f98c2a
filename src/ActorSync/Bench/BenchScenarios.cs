using ActorSync.Bench.Scenarios;

namespace ActorSync.Bench;

/// <summary>Every scenario there is: a file, and a line here and in docs/performance.md.</summary>
internal static class BenchScenarios
{
    /// <summary>In the order in which they run.</summary>
    public static IReadOnlyList<IBenchScenario> All { get; } =
    [
        new Trickle(),
        new BurstSoap(),
        new BulkInsert(),
        new Load(),
        new BulkUpdate(),
        new CaptureCost(),
        new TwoWay(),
        new Cold(),
        new Backlog(),
    ];
}
