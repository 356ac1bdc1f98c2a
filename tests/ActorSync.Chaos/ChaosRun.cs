using System.Collections.Immutable;
using ActorSync.Chaos.Injection;
using ActorSync.Chaos.Judging;
using ActorSync.Chaos.Scenarios;
using ActorSync.Chaos.Traffic;

namespace ActorSync.Chaos;

/// <summary>What still stands when a run has been judged; the nodes are stopped.</summary>
internal sealed record ChaosScene(ChaosWorld World, Roster Roster, EditLedger Ledger, ChaosReport Report);

/// <summary>One run from its start to its verdicts: load, what must delay nobody else, edits on both sides with everything injected, quiet, judges.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    // What an injection that is under way at the end of the traffic may still take.
    private static readonly TimeSpan EndMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private readonly ChaosWorld _world;
    private readonly ChaosOptions _options;
    private readonly TimeProvider _clock;
    private readonly Action<string> _progress;
    private readonly InjectionLog _log = new();
    private readonly EditLedger _ledger = new();
    private readonly LeaseWatch _watch;
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _beside = [];

    private ChaosRun(ChaosWorld world, ChaosOptions options, TimeProvider clock, Action<string> progress) =>
        (_world, _options, _clock, _progress, _watch) = (world, options, clock, progress, new LeaseWatch(world, clock));

    /// <summary>Runs; everything it started has ended when it returns.</summary>
    /// <param name="progress">Gets a line about once a second.</param>
    /// <param name="beforeEnd">Runs after the judges, while everything but the nodes still stands.</param>
    public static async Task<ChaosReport> RunAsync(ChaosOptions options, TimeProvider clock, Action<string> progress, Func<ChaosScene, Task>? beforeEnd = null)
    {
        await using var world = await ChaosWorld.PrepareAsync(options, clock);
        await using var run = new ChaosRun(world, options, clock, progress);
        var scene = await run.RunAsync();
        if (beforeEnd is not null)
        {
            await beforeEnd(scene);
        }

        return scene.Report;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task<ChaosScene> RunAsync()
    {
        _progress("loading");
        await StartAsync();
        var steady = await SteadyEdits.InsertAsync(_world, _ledger, _options.SteadyOfEach, _options.Stream(60), _clock);
        await _world.LoadedAsync();
        var roster = await Roster.ReadAsync(_world.Application, _world.Org, steady.Ids);
        _beside.Add(Task.Run(() => steady.WatchAsync(_over.Token)));

        using var edited = new CancellationTokenSource();
        var editing = Task.Run(() => steady.EditAsync(_options.SteadyPeriod, edited.Token));
        _progress("one bad record, one bad batch, one bad object");
        var bad = await new IsolationPhase(_world, steady, _ledger, _options, _clock).RunAsync();
        var trafficFrom = _clock.GetUtcNow();
        var faults = new FaultPlan(_world.Server, _options);
        try
        {
            await EditAsync(roster, faults).WaitAsync(_options.Traffic + EndMax, _clock);
            await edited.CancelAsync();
            await editing;
        }
        catch (TimeoutException)
        {
            return new ChaosScene(_world, roster, _ledger, await HangsAsync("the end of the traffic", faults.End()));
        }

        var trafficUntil = _clock.GetUtcNow();
        var struck = faults.End();
        var rest = await Rest.AwaitAsync(_world, _options, _clock, _progress);
        _progress("judging");
        var during = steady.All.Where(edit => edit.CommittedAt >= trafficFrom).ToList();
        var evidence = await Evidence.ReadAsync(_world);
        var leases = await LeaseHistory.ReadAsync(_world);
        var takeovers = Takeovers.Find(_log.All, leases, [.. _world.Lives], _log.Outages, _watch.FirstCommit, _options.LeaseTtl, _clock.GetUtcNow());
        ImmutableArray<Verdict> verdicts =
        [
            await LocalChangeJudge.AreAnsweredAsync(_world, evidence),
            LocalChangeJudge.NeverFlipped(evidence),
            ArrivalJudge.NothingIsCreatedTwice(_world, evidence),
            await SideJudge.CountersAreExactAsync(_world, evidence, _ledger),
            await ArrivalJudge.OneWriteIsOutsideAsync(_world, evidence),
            await AuditJudge.VerifiesAsync(_world),
            await AuditJudge.ExplainsAsync(_world, evidence, roster, _options),
            rest,
            await SideJudge.AreEqualAsync(_world, evidence),
            await LeaseJudge.OnlyHoldersActAsync(_world, evidence, leases),
            ArrivalJudge.NothingIsAppliedTwice(evidence),
            SteadyJudge.NobodyElseWaits(steady.All, bad, trafficUntil),
            await SideJudge.ParkedSayWhyAsync(_world, evidence),
            TakeoverJudge.AreQuick(takeovers, _log.Outages),
            SteadyJudge.NobodyPauses(during, _log.All, _options.Rolling ? SteadyJudge.PauseMax : null, _clock.GetUtcNow()),
            await NodesEndAsync(),
        ];
        var locked = evidence.Arrivals.Count(arrival => arrival.Error?.StatusCode == "UNABLE_TO_LOCK_ROW" && Evidence.IsBySync(arrival));
        return new ChaosScene(_world, roster, _ledger, Report(verdicts, struck.SetItem("record locked", locked)));
    }

    private async Task StartAsync()
    {
        _world.StartNode();
        await _world.LoadedAsync();
        await RowHistory.KeepAsync(_world);
        await LeaseHistory.KeepAsync(_world);
        while (_world.Nodes.Count < _options.Nodes)
        {
            _world.StartNode();
        }

        await _world.NodesAreUpAsync();
        _beside.Add(Task.Run(() => _watch.RunAsync(_over.Token)));
        _beside.Add(Task.Run(() => new NodeKeeper(_world, _log, _clock).RunAsync(_over.Token)));
    }

    private async Task EditAsync(Roster roster, FaultPlan faults)
    {
        using var stop = new CancellationTokenSource();
        using var timeUp = new CancellationTokenSource(_options.Traffic, _clock);
        var startedAt = _clock.GetTimestamp();
        await Task.WhenAll(
            Task.Run(() => new ApplicationTraffic(_world.Application, roster, _ledger, _options, _clock).RunAsync(stop.Token)),
            Task.Run(() => new PeopleTraffic(_world.Org, roster, _ledger, _options, _clock).RunAsync(stop.Token)),
            roster.KeepAsync(_clock, stop.Token),
            faults.OutagesAsync(_clock, stop.Token),
            Task.Run(InjectAsync),
            TellAsync());

        async Task InjectAsync()
        {
            try
            {
                await (_options.Rolling
                    ? new RollingRestart(_world, _log, _options, _clock).RunAsync(timeUp.Token)
                    : Task.WhenAll(new Injector(_world, _log, _options, _clock).RunAsync(timeUp.Token), Task.Delay(_options.Traffic, _clock)));
            }
            finally
            {
                await stop.CancelAsync();
            }
        }

        async Task TellAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                _progress(FormattableString.Invariant(
                    $"{_clock.GetElapsedTime(startedAt).TotalSeconds:0} of {_options.Traffic.TotalSeconds:0} s, {_ledger.Total:N0} edits, {_world.Org.LastArrival:N0} arrivals, {_log.All.Length} injections"));
                await Task.Delay(ProgressInterval, _clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // They drain when asked, and never end otherwise.
    private async Task<Verdict> NodesEndAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_beside);
        var acts = new NodeActs(_options, _log, _clock);
        await Task.WhenAll(_world.Nodes.Select(node => node.Life).Where(life => life.TryEnd(Cluster.LifeEnd.Terminated, _clock.GetUtcNow())).Select(acts.EndAsync));
        return new Verdict(
            "", "nodes end when asked, with exit code 0, and not otherwise",
            $"{_world.Lives.Count()} processes of {_world.Nodes.Count} nodes, {_world.Lives.Sum(life => life.Process.Output.Count(line => line.Contains(" warn ", StringComparison.Ordinal)))} warnings",
            _log.Misbehaved);
    }

    private async Task<ChaosReport> HangsAsync(string awaited, ImmutableSortedDictionary<string, long> struck)
    {
        var leases = "the database does not answer";
        try
        {
            leases = await _world.QueryAsync<string>("select string_agg(l.address || ' ' || coalesce(n.name, '-') || ' epoch ' || epoch || ' batch ' || batch_no, '; ' order by address) from actorsync.lease l left join actorsync.node n on n.node_id = l.owner");
        }
        catch (Exception error) when (DatabaseTrouble.IsAway(error))
        {
            // Said.
        }

        ImmutableArray<string> evidence = [$"leases: {leases}", .. _log.All.Where(injected => injected.Until is null).Select(injected => $"under way: {injected}"), .. _world.Nodes.Select(node => $"{node.Life.Name}: {NodeActs.Tail(node.Life)}")];
        return Report([new Verdict("", $"nothing hangs: {awaited}", FormattableString.Invariant($"waited {EndMax.TotalSeconds:0} s longer than it was to take"), evidence)], struck);
    }

    private ChaosReport Report(ImmutableArray<Verdict> verdicts, ImmutableSortedDictionary<string, long> struck) => new(
        _options, _ledger.Done, struck.SetItems(_log.Counts), _log.All, verdicts, [.. _world.Lives.SelectMany(life => life.Process.Output.Select(line => $"{life.Name} {line}"))]);
}
