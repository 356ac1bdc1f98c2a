using System.Collections.Immutable;
using ActorSync.Chaos.Judging;
using ActorSync.Chaos.Traffic;

namespace ActorSync.Chaos;

/// <summary>What still stands when a run has been judged; the nodes are stopped.</summary>
internal sealed record ChaosScene(ChaosWorld World, Roster Roster, EditLedger Ledger, ChaosReport Report);

/// <summary>One run from its start to its verdicts: load, edits on both sides with the faults on, quiet, judges.</summary>
internal static class ChaosRun
{
    private static readonly TimeSpan StoppedWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    /// <summary>Runs; everything it started has ended when it returns.</summary>
    /// <param name="progress">Gets a line about once a second.</param>
    /// <param name="beforeEnd">Runs after the judges, while everything but the nodes still stands.</param>
    public static async Task<ChaosReport> RunAsync(ChaosOptions options, TimeProvider clock, Action<string> progress, Func<ChaosScene, Task>? beforeEnd = null)
    {
        await using var world = await ChaosWorld.PrepareAsync(options);
        for (var i = 0; i < options.Nodes; i++)
        {
            world.StartNode();
        }

        progress("loading");
        await world.LoadedAsync();
        await RowHistory.KeepAsync(world);
        var roster = await Roster.ReadAsync(world.Application, world.Org);
        var ledger = new EditLedger();
        var injected = await EditAsync(world, roster, ledger, options, clock, progress);
        var rest = await Rest.AwaitAsync(world, options, clock, progress);
        progress("judging");
        var report = await JudgeAsync(world, roster, ledger, rest, injected, options);
        if (beforeEnd is not null)
        {
            await beforeEnd(new ChaosScene(world, roster, ledger, report));
        }

        return report;
    }

    private static async Task<ImmutableSortedDictionary<string, long>> EditAsync(
        ChaosWorld world, Roster roster, EditLedger ledger, ChaosOptions options, TimeProvider clock, Action<string> progress)
    {
        using var stop = new CancellationTokenSource(options.Traffic, clock);
        var faults = new FaultPlan(world.Server, options);
        var startedAt = clock.GetTimestamp();
        await Task.WhenAll(
            Task.Run(() => new ApplicationTraffic(world.Application, roster, ledger, options, clock).RunAsync(stop.Token)),
            Task.Run(() => new PeopleTraffic(world.Org, roster, ledger, options, clock).RunAsync(stop.Token)),
            roster.KeepAsync(clock, stop.Token),
            faults.OutagesAsync(clock, stop.Token),
            TellAsync());
        return faults.End();

        async Task TellAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                progress(FormattableString.Invariant($"{clock.GetElapsedTime(startedAt).TotalSeconds:0} of {options.Traffic.TotalSeconds:0} s, {ledger.Total:N0} edits, {world.Org.LastArrival:N0} arrivals"));
                await Task.Delay(ProgressInterval, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task<ChaosReport> JudgeAsync(
        ChaosWorld world, Roster roster, EditLedger ledger, Verdict rest, ImmutableSortedDictionary<string, long> injected, ChaosOptions options)
    {
        var evidence = await Evidence.ReadAsync(world);
        ImmutableArray<Verdict> verdicts =
        [
            await LocalChangeJudge.AreAnsweredAsync(world, evidence),
            LocalChangeJudge.NeverFlipped(evidence),
            ArrivalJudge.NothingIsCreatedTwice(world, evidence),
            await SideJudge.CountersAreExactAsync(world, evidence, ledger),
            await ArrivalJudge.OneWriteIsOutsideAsync(world, evidence),
            await AuditJudge.VerifiesAsync(world),
            await AuditJudge.ExplainsAsync(world, evidence, roster, options),
            rest,
            await SideJudge.AreEqualAsync(world, evidence),
            ArrivalJudge.NothingIsAppliedTwice(evidence),
            await SideJudge.ParkedSayWhyAsync(world, evidence),
            await NodesStopAsync(world),
        ];
        var locked = evidence.Arrivals.Count(arrival => arrival.Error?.StatusCode == "UNABLE_TO_LOCK_ROW" && Evidence.IsBySync(arrival));
        return new ChaosReport(options, ledger.Done, injected.SetItem("record locked", locked), verdicts, [.. world.Nodes.SelectMany(node => node.Output)]);
    }

    // They lived through all of it, and drain when asked.
    private static async Task<Verdict> NodesStopAsync(ChaosWorld world)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        foreach (var node in world.Nodes)
        {
            var died = node.HasExited;
            if (!died)
            {
                node.Terminate();
            }

            var code = await node.ExitAsync(StoppedWithin);
            if (died || code != 0)
            {
                violations.Add($"node {node.Id} {(died ? "died" : "was asked to stop and ended")} with {code}: {string.Join(" | ", node.Output.TakeLast(5))}");
            }
        }

        return new Verdict("", "the nodes live and drain", $"{world.Nodes.Count} node(s), {world.Nodes.Sum(node => node.Output.Count(line => line.Contains(" warn ", StringComparison.Ordinal)))} warnings", violations.ToImmutable());
    }
}
