using ActorSync.Chaos.Cluster;

namespace ActorSync.Chaos.Injection;

/// <summary>Looks after the nodes as an operator's supervisor would: one that has ended is started again. Who ended although it had been running and nobody had asked it to has misbehaved.</summary>
internal sealed class NodeKeeper(ChaosWorld world, InjectionLog log, TimeProvider clock)
{
    private const int KilledExitCode = 128 + 9;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var node in world.Nodes.Where(node => node.Life.Process.HasExited).ToArray())
            {
                if (!HasEndedByItself(node.Life))
                {
                    continue;
                }

                await Task.Delay(StartAgainAfter, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!stop.IsCancellationRequested)
                {
                    node.Start();
                }
            }

            await Task.Delay(LookInterval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool HasEndedByItself(NodeLife life)
    {
        var code = life.Process.ExitCode;
        var isCrash = life.CrashPoint is not null && code == KilledExitCode;
        if (!life.TryEnd(isCrash ? LifeEnd.CrashPoint : LifeEnd.ByItself, clock.GetUtcNow()))
        {
            return false;
        }

        if (isCrash)
        {
            log.Note(new Injected(InjectionKind.CrashPoint, life, life.EndedAt!.Value, life.CrashPoint!), $"killed itself {life.CrashPoint!.Split(':')[0]}");
        }
        else if (life.HasRun)
        {
            log.Misbehave($"{life.Name} ended with {code} and nobody had asked it to: {NodeActs.Tail(life)}");
        }
        else
        {
            log.Count("starts that failed while database or org were away, and were made again");
        }

        return true;
    }
}
