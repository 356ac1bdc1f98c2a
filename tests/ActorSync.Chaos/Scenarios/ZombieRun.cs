using System.Collections.Immutable;
using ActorSync.Chaos.Cluster;
using ActorSync.Chaos.Judging;
using ActorSync.Chaos.Traffic;
using ActorSync.Commands;
using ActorSync.OrgSimulator.Http;
using ActorSync.Runtime.Sharding;
using ActorSync.TestKit.Time;
using Shouldly;

namespace ActorSync.Chaos.Scenarios;

/// <summary>What became of one holder that woke up late.</summary>
/// <param name="Told">What was done, for a person.</param>
internal sealed record ZombieResult(int Seed, string Told, ImmutableArray<string> Violations);

/// <summary>A node that holds shards, the coordinator and a call that is outside is stopped for three lease times. The other takes over; then the first wakes up, and must change nothing.</summary>
internal sealed class ZombieRun : IAsyncDisposable
{
    /// <summary>What becomes of the call: each run has another.</summary>
    private static readonly ImmutableArray<(string Told, HoldPoint Point, bool Drops, bool AfterWaking)> Calls =
    [
        ("its answer came while it slept", HoldPoint.AfterEffect, false, false),
        ("its answer was lost", HoldPoint.AfterEffect, true, false),
        ("it took effect while its caller slept", HoldPoint.BeforeEffect, false, false),
        ("its answer came after it woke up", HoldPoint.AfterEffect, false, true),
    ];

    private static readonly ImmutableArray<string> Writes = ["create", "update", "upsert", "delete"];

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConvergedWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UnchangedFor = TimeSpan.FromSeconds(1);

    private readonly ChaosWorld _world;
    private readonly ChaosOptions _options;
    private readonly TimeProvider _clock;
    private readonly EditLedger _ledger = new();

    private ZombieRun(ChaosWorld world, ChaosOptions options, TimeProvider clock) => (_world, _options, _clock) = (world, options, clock);

    /// <summary>Small and quick.</summary>
    public static ChaosOptions Options(int seed) => new(seed, TimeSpan.Zero) { Records = 20, HotRecords = 2, Nodes = 2, LeaseTtl = TimeSpan.FromSeconds(2) };

    /// <summary>Runs once.</summary>
    public static async Task<ZombieResult> RunAsync(ChaosOptions options, RestartablePostgres postgres, TimeProvider clock)
    {
        await using var run = new ZombieRun(await ChaosWorld.PrepareAsync(options, clock, postgres), options, clock);
        return await run.RunAsync();
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private async Task<ZombieResult> RunAsync()
    {
        _world.StartNode();
        await _world.LoadedAsync();
        await RowHistory.KeepAsync(_world);
        await LeaseHistory.KeepAsync(_world);
        await FenceHistory.KeepAsync(_world);
        _world.StartNode();
        await _world.NodesAreUpAsync();
        var zombie = await CoordinatorAsync();
        var call = Calls[_options.Seed % Calls.Length];
        using var hold = _world.Server.Faults.HoldNext(request => request is { Api: "soap", Operation: "update" }, call.Point);
        var ids = await RowsAsync();
        await EditAsync(ids[0]);
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, _clock);

        zombie.Life.Process.Pause();
        var stoppedAt = _clock.GetUtcNow();
        var held = (await LeaseHistory.ReadAsync(_world)).Values.Select(spans => spans[^1]).Where(span => span.Until is null && span.Holder == zombie.Life.Name).ToImmutableArray();
        if (!call.AfterWaking)
        {
            End(hold, call.Drops);
        }

        foreach (var id in ids)
        {
            await EditAsync(id);
        }

        await Task.Delay((_options.LeaseTtl * 3) - (_clock.GetUtcNow() - stoppedAt), _clock);
        var violations = ImmutableArray.CreateBuilder<string>();
        violations.AddRange(await TakenOverAsync(held));
        var (wokeAt, backAt) = await WakeAsync(zombie, hold, call.AfterWaking, violations);
        await ConvergeAsync(violations);
        violations.AddRange(await JudgeAsync(zombie.Life, held, wokeAt));
        var shards = held.Count(span => span.Address < Addresses.Coordinator);
        return new ZombieResult(
            _options.Seed,
            FormattableString.Invariant($"{zombie.Life.Name} held {shards} shards, {held.Count(span => span.Address == Addresses.Coordinator)} coordinator, {held.Length} addresses in all and a call ({call.Told}); stood still for {(wokeAt - stoppedAt).TotalSeconds:0.0} s, was back under a new id {(backAt - wokeAt)?.TotalSeconds:0.00} s later"),
            violations.ToImmutable());
    }

    private static void End(CallHold hold, bool drops)
    {
        if (drops)
        {
            hold.Drop();
        }
        else
        {
            hold.Release();
        }
    }

    // Whoever has the coordinator once nothing changes hands any more; it must hold shards as well.
    private async Task<ChaosNode> CoordinatorAsync()
    {
        const string Holders = "select string_agg(address || '=' || coalesce(n.name, ''), ' ' order by address) from actorsync.lease l left join actorsync.node n on n.node_id = l.owner";
        var (last, since) = ("", _clock.GetTimestamp());
        await Eventually.HoldsAsync("the leases to stay where they are", async () =>
        {
            if (await _world.QueryAsync<string>(Holders) is { } now && now != last)
            {
                (last, since) = (now, _clock.GetTimestamp());
            }

            return _clock.GetElapsedTime(since) > UnchangedFor;
        });
        return _world.Nodes.SingleOrDefault(node => last.Contains(FormattableString.Invariant($"{Addresses.Coordinator}={node.Life.Name} "), StringComparison.Ordinal))
            ?? throw new ShouldAssertException($"nobody holds the coordinator: {last}");
    }

    private async Task<IReadOnlyList<Guid>> RowsAsync()
    {
        await using var command = _world.Application.CreateCommand($"select {MappedObject.KeyColumn} from {MappedObject.Account.Table} order by 1");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    private Task EditAsync(Guid id) => _world.ExecuteAsync($"update {MappedObject.Account.Table} set phone = '{_ledger.LocalValue()}' where {MappedObject.KeyColumn} = '{id}'");

    // On a machine that is too busy the successor gets the time that a takeover may take.
    private async Task<IEnumerable<string>> TakenOverAsync(ImmutableArray<LeaseSpan> held)
    {
        if (held.All(span => span.Address != Addresses.Coordinator) || held.All(span => span.Address >= Addresses.Coordinator))
        {
            return [$"the scenario is none: the node held {string.Join(", ", held.Select(span => span.Address))}"];
        }

        try
        {
            await Eventually.PassesAsync("the successor", async () =>
            {
                var leases = await LeaseHistory.ReadAsync(_world);
                held.Where(span => leases[span.Address][^1] is { Until: null } last && last.Holder == span.Holder).ShouldBeEmpty();
            }, TakeoverJudge.P95Max);
            return [];
        }
        catch (ShouldAssertException error)
        {
            return [error.Message];
        }
    }

    // From waking up until it has registered anew it is nobody, and has nothing to write to Salesforce. Reads change nothing, and are not asked for a lease.
    private async Task<(DateTimeOffset WokeAt, DateTimeOffset? BackAt)> WakeAsync(ChaosNode zombie, CallHold hold, bool answersNow, ImmutableArray<string>.Builder violations)
    {
        var session = (await hold.Arrived).SessionId;
        var former = await _world.QueryAsync<Guid>($"select owner from public.chaos_lease where holder = '{zombie.Life.Name}' order by n desc limit 1");
        var wokeAt = _clock.GetUtcNow();
        zombie.Life.Process.Resume();
        if (answersNow)
        {
            hold.Release();
        }

        DateTimeOffset? backAt = null;
        for (var startedAt = _clock.GetTimestamp(); backAt is null && _clock.GetElapsedTime(startedAt) < BackWithin; await Task.Delay(LookInterval, _clock))
        {
            var before = _clock.GetUtcNow();
            var isBack = await _world.QueryAsync<long>($"select count(*) from actorsync.node where name = '{zombie.Life.Name}' and node_id <> '{former}'") > 0;
            backAt = isBack ? before : null;
        }

        if (backAt is null)
        {
            violations.Add($"it was not back within {BackWithin.TotalSeconds:0} s: {string.Join(" | ", zombie.Life.Process.Output.TakeLast(5))}");
        }

        violations.AddRange(_world.Requests.All
            .Where(request => request.At >= wokeAt && request.At < (backAt ?? DateTimeOffset.MaxValue) && request.Call.SessionId == session && Writes.Contains(request.Call.Operation))
            .Select(request => FormattableString.Invariant($"woken at {wokeAt.UtcDateTime:HH:mm:ss.fff}, it sent {request.Call.Operation} of {request.Call.Client} at {request.At.UtcDateTime:HH:mm:ss.fff}, before it was registered anew")));
        return (wokeAt, backAt);
    }

    private async Task ConvergeAsync(ImmutableArray<string>.Builder violations)
    {
        try
        {
            var status = new StatusReader(_world.Application);
            await Eventually.PassesAsync(
                "both sides to agree",
                async () =>
                {
                    (await status.ReadAsync(CancellationToken.None)).Moving.ShouldBeEmpty();
                    (await SideJudge.AreEqualAsync(_world, await Evidence.ReadAsync(_world))).Violations.ShouldBeEmpty();
                },
                ConvergedWithin);
        }
        catch (ShouldAssertException error)
        {
            violations.Add(error.Message);
        }
    }

    private async Task<IEnumerable<string>> JudgeAsync(NodeLife zombie, ImmutableArray<LeaseSpan> held, DateTimeOffset wokeAt)
    {
        var evidence = await Evidence.ReadAsync(_world);
        Verdict[] verdicts =
        [
            await LeaseJudge.OnlyHoldersActAsync(_world, evidence, await LeaseHistory.ReadAsync(_world)),
            await LocalChangeJudge.AreAnsweredAsync(_world, evidence),
            LocalChangeJudge.NeverFlipped(evidence),
            ArrivalJudge.NothingIsCreatedTwice(_world, evidence),
            await ArrivalJudge.OneWriteIsOutsideAsync(_world, evidence),
            ArrivalJudge.NothingIsAppliedTwice(evidence),
        ];
        var fences = await FenceHistory.ReadAsync(_world, wokeAt);
        return verdicts.SelectMany(verdict => verdict.Violations).Concat(FenceHistory.Under(held, fences).Select(fence => $"{zombie.Name} woke up at {wokeAt.UtcDateTime:HH:mm:ss.fff}: {fence}"));
    }
}
