using System.Globalization;
using ActorSync.TestKit.Network;
using ActorSync.TestKit.Processes;

namespace ActorSync.Chaos.Cluster;

/// <summary>One node of the cluster: a line of its own to PostgreSQL and another to Salesforce, and one process after the other.</summary>
/// <param name="writeConfiguration">Writes the configuration of a process, by its name, and gives the file.</param>
internal sealed class ChaosNode(int number, CuttableLine database, CuttableLine salesforce, Func<ChaosNode, string, string> writeConfiguration, TimeProvider clock) : IAsyncDisposable
{
    private readonly List<NodeLife> _lives = [];

    /// <summary>1, 2, 3 ...</summary>
    public int Number => number;

    /// <summary>The network between the node and PostgreSQL.</summary>
    public CuttableLine Database => database;

    /// <summary>The network between the node and the org.</summary>
    public CuttableLine Salesforce => salesforce;

    /// <summary>Its processes, in the order of their start.</summary>
    public IReadOnlyList<NodeLife> Lives
    {
        get
        {
            lock (_lives)
            {
                return [.. _lives];
            }
        }
    }

    /// <summary>Its newest process.</summary>
    public NodeLife Life => Lives[^1];

    /// <summary>Starts a process.</summary>
    /// <param name="crashPoint">Where it kills itself; null: nowhere.</param>
    public NodeLife Start(string? crashPoint = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"chaos-{number}-{Lives.Count + 1}");
        var file = writeConfiguration(this, name);
        var process = ChildProcess.StartActorSync(["run", "-c", file], new Dictionary<string, string?> { ["ACTORSYNC_CRASH_POINT"] = crashPoint });
        var life = new NodeLife(name, process, crashPoint, clock.GetUtcNow());
        lock (_lives)
        {
            _lives.Add(life);
        }

        return life;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var life in Lives)
        {
            await life.Process.DisposeAsync();
        }

        await database.DisposeAsync();
        await salesforce.DisposeAsync();
    }
}
