using ActorSync.Bench.Measuring;

namespace ActorSync.Bench;

/// <summary>One thing that is measured, and its floor: what the same work costs without an engine. Every scenario stands in docs/performance.md.</summary>
internal interface IBenchScenario
{
    /// <summary>As the command line and the figures know it.</summary>
    string Name { get; }

    /// <summary>What it does, in one line.</summary>
    string About { get; }

    /// <summary>Records unless told otherwise.</summary>
    long RecordsDefault { get; }

    /// <summary>Does the work by the engine.</summary>
    /// <param name="world">A new database and org; the scenario starts the node.</param>
    Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop);

    /// <summary>Does the same work without an engine: the same rows, the same requests to the org, COPY and set-based SQL.</summary>
    /// <param name="world">A new database and org, no node.</param>
    Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop);
}

/// <summary>What one side of a scenario came to.</summary>
/// <param name="Records">Records that went all the way.</param>
/// <param name="Cost">From the first commit to the last record's end.</param>
internal sealed record SideFigures(long Records, Cost Cost)
{
    /// <summary>Of each record; empty where a scenario has none.</summary>
    public Latencies Latencies { get; init; } = new();

    /// <summary>Most memory the node held, in bytes.</summary>
    public long? PeakBytes { get; init; }

    /// <summary>Figures that this scenario alone has. Where the floor has one of the same name, it and their ratio are told too.</summary>
    public IReadOnlyDictionary<string, double> Own { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);
}
