using ActorSync.Bench.Growth;

namespace ActorSync.Bench;

/// <summary>What <c>actorsync bench</c> is asked to do.</summary>
/// <param name="Scenarios">In the order in which they run.</param>
/// <param name="Records">Records of each scenario; null: what each has by itself.</param>
/// <param name="Runs">How often each is run; its figures are medians.</param>
/// <param name="Realistic">Whether the org takes its time as Salesforce does.</param>
/// <param name="JsonFile">Where the figures go; null: nowhere.</param>
internal sealed record BenchOptions(IReadOnlyList<IBenchScenario> Scenarios, long? Records, int Runs, bool Realistic, string? JsonFile)
{
    /// <summary>Address of a server to use; null: a private one is started.</summary>
    public string? Postgres { get; init; }

    /// <summary>Address of a running org simulator; null: one is started for each side of a scenario.</summary>
    public Uri? Org { get; init; }

    /// <summary>Where logs and the private server are kept; null: <c>.actorsync/bench</c>.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether PostgreSQL counts its statements, which costs it about a twentieth: the most expensive are printed.</summary>
    public bool Profile { get; init; }

    /// <summary>How much there is around what is measured.</summary>
    public BenchSize Size { get; init; } = BenchSize.Plain;

    /// <summary>Runs unless told otherwise.</summary>
    public const int RunsDefault = 1;
}
