namespace ActorSync.Bench.Growth;

/// <summary>How much there is around what a scenario measures.</summary>
internal sealed record BenchSize
{
    /// <summary>What a scenario has by itself: nothing but its own records, one node, accounts.</summary>
    public static BenchSize Plain { get; } = new();

    /// <summary>Records already in sync when a scenario begins, with their journals.</summary>
    public long History { get; init; }

    /// <summary>Node processes on the database.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Mapped custom objects (<see cref="CustomObjects"/>); 0: accounts are mapped.</summary>
    public int Objects { get; init; }
}
