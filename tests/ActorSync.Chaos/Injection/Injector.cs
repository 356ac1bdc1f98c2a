using ActorSync.Chaos.Cluster;

namespace ActorSync.Chaos.Injection;

/// <summary>Does what is planned when it is due, to nodes drawn among those that nothing is being done to.</summary>
internal sealed class Injector(ChaosWorld world, InjectionLog log, ChaosOptions options, TimeProvider clock)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WholeWithin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstWithin = TimeSpan.FromMinutes(1);

    private readonly NodeActs _acts = new(options, log, clock);
    private readonly Random _random = options.Stream(90);
    private readonly List<Task> _acting = [];
    private Task _restarting = Task.CompletedTask;

    /// <summary>Runs until stopped, and until every kind that is planned has been done once; then every node is going on and connected, and the database is up.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var startedAt = clock.GetTimestamp();
        var done = new HashSet<InjectionKind>();
        foreach (var planned in options.Injections.Draw(options.Traffic, options.Stream))
        {
            var wait = planned.At - clock.GetElapsedTime(startedAt);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isFirst = done.Add(planned.Kind);
            if (!isFirst && stop.IsCancellationRequested)
            {
                continue;
            }

            await InjectAsync(planned.Kind, isFirst, isFirst ? CancellationToken.None : stop);
        }

        await Task.WhenAll(_acting.Append(_restarting));
    }

    private async Task InjectAsync(InjectionKind kind, bool isFirst, CancellationToken stop)
    {
        _acting.RemoveAll(act => act.IsCompletedSuccessfully);
        if (kind == InjectionKind.RestartDatabase)
        {
            // One that takes longer than the time to the next is left to end.
            _restarting = _restarting.IsCompleted ? RestartDatabaseAsync(_random.Next(2) == 0) : _restarting;
        }
        else if (await WholeNodeAsync(isFirst ? FirstWithin : WholeWithin, stop) is { } node)
        {
            _acting.Add(ActAsync(kind, node, new Random(_random.Next()), stop));
        }
        else
        {
            log.Count($"left out, no node was whole: {kind}");
        }
    }

    private Task ActAsync(InjectionKind kind, ChaosNode node, Random random, CancellationToken stop) => kind switch
    {
        InjectionKind.Kill => _acts.KillAsync(node, random, stop),
        InjectionKind.CrashPoint => _acts.CrashAsync(node, random, stop),
        InjectionKind.Stop => _acts.StopAsync(node, random, stop),
        InjectionKind.Terminate => _acts.TerminateAsync(node),
        _ => _acts.CutAsync(node, kind, random, stop),
    };

    private async Task RestartDatabaseAsync(bool immediate)
    {
        var injected = log.Note(new Injected(InjectionKind.RestartDatabase, null, clock.GetUtcNow(), immediate ? "immediate" : "fast"), $"database restarted, {(immediate ? "immediate" : "fast")} shutdown");
        await world.RestartDatabaseAsync(immediate);
        injected.Until = clock.GetUtcNow();
    }

    private async Task<ChaosNode?> WholeNodeAsync(TimeSpan within, CancellationToken stop)
    {
        var startedAt = clock.GetTimestamp();
        do
        {
            var whole = world.Nodes.Where(node => node.Life is { IsWhole: true, HasRun: true }).ToArray();
            if (whole.Length > 0)
            {
                return whole[_random.Next(whole.Length)];
            }

            await Task.Delay(LookInterval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!stop.IsCancellationRequested && clock.GetElapsedTime(startedAt) < within);
        return null;
    }
}
