namespace ActorSync.Bench.Measuring;

/// <summary>What had been used up at one moment, or between two.</summary>
/// <param name="Wall">Time on the clock.</param>
/// <param name="Node">CPU time of the node; of a floor, of the program that does the node's work. Null where it cannot be seen from this machine.</param>
/// <param name="Postgres">CPU time of the whole PostgreSQL server.</param>
/// <param name="Simulator">CPU time of the org simulator.</param>
/// <param name="WalBytes">Write-ahead log of the whole server.</param>
/// <param name="ApiCalls">API requests that count, by the simulator's log.</param>
internal sealed record Cost(TimeSpan Wall, TimeSpan? Node, TimeSpan? Postgres, TimeSpan? Simulator, long WalBytes, long ApiCalls)
{
    /// <summary>All three processes; null where one is unknown.</summary>
    public TimeSpan? Cpu => Node + Postgres + Simulator;

    /// <summary>What was used since an earlier moment.</summary>
    public Cost Since(Cost before) => new(
        Wall - before.Wall, Node - before.Node, Postgres - before.Postgres, Simulator - before.Simulator, WalBytes - before.WalBytes, ApiCalls - before.ApiCalls);
}
