using ActorSync.Chaos.Cluster;

namespace ActorSync.Chaos.Injection;

/// <summary>What an upgrade at noon does: one node after the other is asked to end, ends, and is started again, while people and the application go on.</summary>
internal sealed class RollingRestart(ChaosWorld world, InjectionLog log, ChaosOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private readonly NodeActs _acts = new(options, log, clock);

    /// <summary>Restarts every node once, or stops earlier when it is told to.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var node in world.Nodes)
        {
            await Task.Delay(Settled, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                log.Misbehave($"node {node.Number} was not restarted in the time there was");
                continue;
            }

            await _acts.TerminateAsync(node);
            await world.NodesAreUpAsync();
        }

        await Task.Delay(Settled, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
