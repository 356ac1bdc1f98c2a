namespace ActorSync.Commands;

/// <summary>A node that has registered and not gone. Times are the database's.</summary>
/// <param name="NodeId">Of this life of it: another one at each start, and after each lost term.</param>
/// <param name="Name">What the configuration calls it.</param>
/// <param name="Version">Of the program.</param>
/// <param name="StartedAt">When this life began.</param>
/// <param name="ExpiresAt">When it dies, or died, without a further heartbeat.</param>
/// <param name="Alive">Its heartbeat has not expired. A dead node stays dead; the others take over what it held.</param>
/// <param name="DrainAskedAt">When it was first asked to hand everything over and end; null: nobody has.</param>
/// <param name="Shards">Record shards it holds.</param>
/// <param name="Coordinator">It holds the submission coordinator.</param>
/// <param name="Feeds">Feeds it holds.</param>
internal sealed record NodeStatus(
    Guid NodeId, string Name, string Version, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt, bool Alive, DateTimeOffset? DrainAskedAt, int Shards, bool Coordinator, int Feeds)
{
    /// <summary>alive, draining or dead.</summary>
    public string State => (Alive, DrainAskedAt) switch
    {
        (false, _) => "dead",
        (true, null) => "alive",
        _ => "draining",
    };

    /// <summary>What it holds, for a person: "12 shards, the coordinator, 2 feeds".</summary>
    internal string Holds => (Shards, Coordinator, Feeds) is (0, false, 0) ? "nothing" : string.Join(", ", new[]
    {
        Shards > 0 ? $"{Shards} shards" : "",
        Coordinator ? "the coordinator" : "",
        Feeds > 0 ? $"{Feeds} feeds" : "",
    }.Where(part => part.Length > 0));
}
