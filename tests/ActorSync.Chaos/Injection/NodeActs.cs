using ActorSync.Chaos.Cluster;
using Shouldly;

namespace ActorSync.Chaos.Injection;

/// <summary>What is done to single nodes. Each act leaves the node as it should be: up, going on, connected.</summary>
internal sealed class NodeActs(ChaosOptions options, InjectionLog log, TimeProvider clock)
{
    /// <summary>What a node gets to finish its turns and calls; a node that is still there is killed, and that is a violation.</summary>
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(45);

    private static readonly string[] CrashPoints = ["before-journal", "after-journal", "after-answer", "before-outcome-commit"];

    /// <summary>Kills a node and starts it again after a while.</summary>
    public async Task KillAsync(ChaosNode node, Random random, CancellationToken stop)
    {
        var (life, delay) = (node.Life, options.RestartAfterMax * random.NextDouble());
        if (!life.TryEnd(LifeEnd.Killed, clock.GetUtcNow()))
        {
            return;
        }

        log.Note(new Injected(InjectionKind.Kill, life, life.EndedAt!.Value, ""), "kill -9");
        await life.Process.KillAsync();
        await WaitAsync(delay, stop);
        node.Start();
    }

    /// <summary>Kills a node and starts it again so that it kills itself at a step of a submission; whoever looks after the nodes starts it once more then.</summary>
    public async Task CrashAsync(ChaosNode node, Random random, CancellationToken stop)
    {
        const int TimesMax = 8;
        var point = FormattableString.Invariant($"{CrashPoints[random.Next(CrashPoints.Length)]}:{random.Next(1, TimesMax + 1)}");
        var (life, delay) = (node.Life, options.RestartAfterMax * random.NextDouble());
        if (!life.TryEnd(LifeEnd.Killed, clock.GetUtcNow()))
        {
            return;
        }

        log.Note(new Injected(InjectionKind.Kill, life, life.EndedAt!.Value, $"back with crash point {point}"), "kill -9, started again with a crash point");
        await life.Process.KillAsync();
        await WaitAsync(delay, stop);
        node.Start(point);
    }

    /// <summary>Lets a node stand still.</summary>
    public async Task StopAsync(ChaosNode node, Random random, CancellationToken stop)
    {
        var (life, time) = (node.Life, options.LeaseTtl * (0.5 + (2.5 * random.NextDouble())));
        life.Disturb(clock.GetUtcNow());
        life.Process.Pause();
        var injected = log.Note(new Injected(InjectionKind.Stop, life, clock.GetUtcNow(), FormattableString.Invariant($"{time.TotalSeconds:0.0} s")), "SIGSTOP and SIGCONT");
        await WaitAsync(time, stop);
        life.Process.Resume();
        injected.Until = clock.GetUtcNow();
        life.Undisturb(clock.GetUtcNow());
    }

    /// <summary>Cuts a node off.</summary>
    public async Task CutAsync(ChaosNode node, InjectionKind kind, Random random, CancellationToken stop)
    {
        var lines = kind switch
        {
            InjectionKind.CutDatabase => new[] { node.Database },
            InjectionKind.CutSalesforce => [node.Salesforce],
            _ => [node.Database, node.Salesforce],
        };
        var (life, time, isSilent) = (node.Life, options.LeaseTtl * (0.3 + (2.2 * random.NextDouble())), random.Next(2) == 0);
        life.Disturb(clock.GetUtcNow());
        foreach (var line in lines)
        {
            if (isSilent)
            {
                line.BlackHole();
            }
            else
            {
                line.Cut();
            }
        }

        var from = kind switch { InjectionKind.CutDatabase => "PostgreSQL", InjectionKind.CutSalesforce => "Salesforce", _ => "both" };
        var injected = log.Note(
            new Injected(kind, life, clock.GetUtcNow(), FormattableString.Invariant($"{(isSilent ? "packets vanish" : "connections reset")}, {time.TotalSeconds:0.0} s")),
            $"cut off from {from}, {(isSilent ? "packets vanish" : "connections reset")}");
        await WaitAsync(time, stop);
        foreach (var line in lines)
        {
            line.Mend();
        }

        injected.Until = clock.GetUtcNow();
        life.Undisturb(clock.GetUtcNow());
    }

    /// <summary>Asks a node to end, waits for it, and starts it again.</summary>
    public async Task TerminateAsync(ChaosNode node)
    {
        var life = node.Life;
        if (!life.TryEnd(LifeEnd.Terminated, clock.GetUtcNow()))
        {
            return;
        }

        var injected = log.Note(new Injected(InjectionKind.Terminate, life, life.EndedAt!.Value, ""), "SIGTERM");
        await EndAsync(life);
        injected.Until = clock.GetUtcNow();
        node.Start();
    }

    /// <summary>Asks a process to end, and sees that it does, with exit code 0.</summary>
    /// <returns>False when it did not.</returns>
    public async Task<bool> EndAsync(NodeLife life)
    {
        life.Process.Terminate();
        try
        {
            var code = await life.Process.ExitAsync(DrainMax);
            if (code == 0)
            {
                return true;
            }

            log.Misbehave($"{life.Name} was asked to end and ended with {code}: {Tail(life)}");
        }
        catch (ShouldAssertException)
        {
            log.Misbehave($"{life.Name} was asked to end and did not within {DrainMax.TotalSeconds:0} s: {Tail(life)}");
            await life.Process.KillAsync();
        }

        return false;
    }

    /// <summary>The last lines of a process.</summary>
    public static string Tail(NodeLife life) => string.Join(" | ", life.Process.Output.TakeLast(5));

    private Task WaitAsync(TimeSpan time, CancellationToken stop) => Task.Delay(time, clock, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
