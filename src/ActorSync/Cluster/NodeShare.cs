using ActorSync.Operations;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Cluster;

/// <summary>Keeps what this node holds in line with what it is assigned, from the first lease of a term to the last. Every node looks at the same rows and comes to the same assignment: what is
/// another's is stopped first and released then, what is this node's and free is acquired. Nodes speak to each other in no other way.</summary>
internal sealed class NodeShare(ILeaseTable table, NodeTerm term, FlowLoops loops, NodeHealth health, TimeProvider clock, SyncLog log)
{
    // Between looks: at most; for each node that lives, so that many look at the tables no more often than few; and while something is on its way from a node that lives.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PeerLookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AwaitInterval = TimeSpan.FromMilliseconds(20);

    // A node that stops carries its outstanding calls for so long; what is not answered then is in doubt for the coordinator's next holder.
    private static readonly TimeSpan DrainTimeMax = TimeSpan.FromSeconds(20);

    // What gives leases back: if the database does not answer they expire by themselves.
    private static readonly TimeSpan StatementMax = TimeSpan.FromSeconds(5);

    private readonly List<(int[] Addresses, Task Released)> _leaving = [];
    private readonly List<(HeldLoops Held, Task Carried)> _carrying = [];
    private readonly SortedDictionary<int, HeldLease> _shards = [];
    private IReadOnlyList<int> _addresses = [];
    private HeldLoops? _records;
    private HeldLoops? _coordinator;
    private HeldLoops? _feeds;
    private bool _isAlone;
    private int _toldHeld = -1;
    private bool _toldWaiting;
    private string? _toldWhyNot;

    /// <summary>Runs until the node stops, the term is lost, a loop fails, or the node was asked to drain; then lets go of everything.</summary>
    /// <returns>True when it was asked to drain: nothing more is for it to do.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        var isDraining = false;
        try
        {
            while (!stop.IsCancellationRequested && !term.Lost.IsCancellationRequested && !isDraining)
            {
                var (drains, pause) = await TryLookAsync(stop);
                isDraining = drains;
                await (isDraining ? Task.CompletedTask : RestAsync(pause, stop));
            }

            return isDraining;
        }
        finally
        {
            await LeaveAsync(stop.IsCancellationRequested || isDraining);
        }
    }

    private async Task<(bool Drains, TimeSpan Pause)> TryLookAsync(CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, term.Lost);
        try
        {
            return await LookAsync(over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return (false, TimeSpan.Zero);
        }
        catch (Exception error) when (PostgresTrouble.IsEnvironment(error))
        {
            // The heartbeat says so too, and knows how long this may last.
            return (false, LookInterval);
        }
    }

    private async Task<(bool Drains, TimeSpan Pause)> LookAsync(CancellationToken stop)
    {
        var view = await table.ViewAsync(stop);
        _addresses = [.. view.Owners.Keys];
        if (view.Nodes.FirstOrDefault(node => node.Id == term.Id) is not { } self)
        {
            term.End();
            return (false, TimeSpan.Zero);
        }

        if (self.IsDraining)
        {
            health.Drain();
            return (true, TimeSpan.Zero);
        }

        SayWhyNot(self, view);
        _isAlone = view.Nodes.Count == 1;
        loops.HasPeers = !_isAlone;
        _leaving.RemoveAll(leaving => leaving.Released.IsCompletedSuccessfully);
        ForgetCarried();
        var assigned = Assignment.Of(view);
        var held = _shards.Keys.Concat(Of(_coordinator)).Concat(Of(_feeds)).ToHashSet();
        if (held.Any(address => view.Owners.GetValueOrDefault(address) != term.Id))
        {
            log.Alert("leases of this node are another's, or were taken from it: its term is over");
            term.End();
            return (false, TimeSpan.Zero);
        }

        var kept = held.Concat(_leaving.SelectMany(leaving => leaving.Addresses)).ToHashSet();
        var others = held.Where(address => assigned.TryGetValue(address, out var holder) && holder != term.Id).ToArray();
        var mine = assigned.Where(entry => entry.Value == term.Id && !kept.Contains(entry.Key) && loops.Knows(entry.Key)).Select(entry => entry.Key).ToArray();
        var free = mine.Where(address => view.Owners[address] is not { } owner || owner == term.Id).ToArray();
        // Held in the table and not here: an answer was lost. What is to be another's is given back.
        var forgotten = view.Owners.Where(entry => entry.Value == term.Id && !kept.Contains(entry.Key)).Select(entry => entry.Key).Except(mine).ToArray();
        if (forgotten.Length > 0)
        {
            await table.ReleaseAsync(term.Id, forgotten, stop);
        }

        var acquired = free.Length == 0 ? [] : await table.AcquireAsync(term.Id, free, stop);
        await HandOverAsync(others, acquired, stop);
        Say(mine.Length - acquired.Count, held.Count == 0);
        var isOnItsWay = mine.Except(acquired.Select(lease => lease.Address)).Any(address => view.Nodes.Any(node => node.Id == view.Owners[address]));
        var look = PeerLookInterval * view.Nodes.Count;
        return (false, isOnItsWay ? AwaitInterval : view.Nodes.Count > 1 && look < LookInterval ? look : LookInterval);
    }

    private async Task HandOverAsync(int[] others, IReadOnlyList<HeldLease> acquired, CancellationToken stop)
    {
        if (_coordinator is { } coordinator && others.Contains(Addresses.Coordinator))
        {
            _coordinator = null;
            _ = Release(coordinator);
        }

        if (_feeds is { } feeds && others.Any(address => address >= Addresses.FeedBase))
        {
            _feeds = null;
            _ = Release(feeds);
        }

        await ChangeShardsAsync([.. others.Where(_shards.ContainsKey)], [.. acquired.Where(lease => lease.Address < Addresses.Coordinator)], stop);

        if (acquired.Where(lease => lease.Address == Addresses.Coordinator).ToArray() is { Length: > 0 } coordination)
        {
            _coordinator = Watched(loops.StartCoordinator(coordination[0]), "the coordinator");
        }

        if (acquired.Where(lease => lease.Address >= Addresses.FeedBase).ToArray() is { Length: > 0 } feeding)
        {
            await StartFeedsAsync(feeding);
        }
    }

    // Mappings that were added while the feeds ran, or leases that came one after the other: they run together.
    private async Task StartFeedsAsync(IReadOnlyList<HeldLease> acquired)
    {
        var leases = acquired.Concat(_feeds?.Leases ?? []).OrderBy(lease => lease.Address).ToArray();
        if (_feeds is { } before)
        {
            await before.StopAsync();
            before.Dispose();
        }

        _feeds = Watched(loops.StartFeeds(leases), "the feeds");
    }

    // A turn that had not committed changed nothing. The actors of shards that stay are as warm as before.
    private async Task ChangeShardsAsync(int[] others, IReadOnlyList<HeldLease> acquired, CancellationToken stop)
    {
        if (others.Length == 0 && acquired.Count == 0)
        {
            return;
        }

        if (_records is { } before)
        {
            _records = null;
            await before.StopAsync();
            before.Dispose();
        }

        foreach (var shard in others)
        {
            _shards.Remove(shard);
        }

        var kept = _shards.Keys.ToHashSet();
        foreach (var lease in acquired)
        {
            _shards[lease.Address] = lease;
        }

        _records = _shards.Count == 0 ? null : Watched(loops.StartRecords([.. _shards.Values], kept), "the record shards");
        if (others.Length > 0)
        {
            await table.ReleaseAsync(term.Id, others, stop);
        }
    }

    // Beside everything else: a call that is outside may take its time. Where nobody could take over its answer is journaled first, and nothing is left open.
    private Task Release(HeldLoops stopping)
    {
        var isAlone = _isAlone;
        var released = ReleaseAsync();
        _leaving.Add(([.. Of(stopping)], released));
        _carrying.Add((stopping, CarryAsync()));
        return released;

        async Task ReleaseAsync()
        {
            try
            {
                await stopping.StopAsync();
                await (isAlone ? stopping.CarryAsync(isHeld: true) : Task.CompletedTask);
            }
            finally
            {
                await QuietlyAsync(() => table.ReleaseAsync(term.Id, [.. Of(stopping)], CancellationToken.None));
            }
        }

        async Task CarryAsync()
        {
            await released;
            await (isAlone ? Task.CompletedTask : stopping.CarryAsync(isHeld: false));
        }
    }

    private async Task RestAsync(TimeSpan rest, CancellationToken stop)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop, term.Lost);
        var running = new[] { _records, _coordinator, _feeds }.OfType<HeldLoops>().Select(held => held.Ended).Concat(_leaving.Select(leaving => leaving.Released)).Concat(_carrying.Select(carrying => carrying.Carried)).ToArray();
        var delay = Task.Delay(rest, clock, waiting.Token);
        var first = await Task.WhenAny([delay, .. running.Where(task => !task.IsCompletedSuccessfully)]);
        await waiting.CancelAsync();
        if (first != delay)
        {
            // A loop ends only when it is told to, when the term is lost, or by a defect, which is thrown here.
            await first;
        }
    }

    private async Task LeaveAsync(bool drains)
    {
        var isLost = term.Lost.IsCancellationRequested && !drains;
        var shards = _records is null ? [] : _shards.Keys.ToArray();
        var held = new[] { _records, _coordinator, _feeds }.OfType<HeldLoops>().ToArray();
        int[] running = [.. shards, .. Of(_coordinator), .. Of(_feeds), .. _leaving.SelectMany(leaving => leaving.Addresses)];
        foreach (var loops in held.Concat(_carrying.Select(carrying => carrying.Held)))
        {
            loops.AbandonAfter(isLost ? TimeSpan.Zero : DrainTimeMax);
        }

        // A loop that has failed keeps the others neither from releasing what they hold nor from carrying what they have outside.
        Task[] leaving = isLost ? [.. held.Select(StopAsync)] : [AnnounceAsync(), .. _leaving.Select(left => left.Released), .. held.Select(Release)];
        var left = Task.WhenAll([.. leaving, .. _carrying.Select(carrying => carrying.Carried)]);
        await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ForgetCarried();
        await left;

        // The others need not wait for what nothing runs under here: it may be leases of which an answer was lost.
        async Task AnnounceAsync()
        {
            await QuietlyAsync(() => table.DrainAsync(term.Id, CancellationToken.None));
            await QuietlyAsync(() => table.ReleaseAsync(term.Id, [.. _addresses.Except(running)], CancellationToken.None));
        }

        static async Task StopAsync(HeldLoops loops)
        {
            await loops.StopAsync();
            loops.Dispose();
        }
    }

    private void ForgetCarried()
    {
        foreach (var carrying in _carrying.Where(carrying => carrying.Carried.IsCompletedSuccessfully).ToArray())
        {
            carrying.Held.Dispose();
            _carrying.Remove(carrying);
        }
    }

    private async Task QuietlyAsync(Func<Task> work)
    {
        try
        {
            await work().WaitAsync(StatementMax, clock);
        }
        catch (Exception error) when (PostgresTrouble.IsEnvironment(error))
        {
            log.Trouble(error, "the leases could not be given back; they expire by themselves");
        }
    }

    // A node that may hold nothing looks as if it had nothing to do.
    private void SayWhyNot(ClusterNode self, ClusterView view)
    {
        var why = self.IsOutdated ? "a newer version has written here: this node may hold nothing until it is started with that version"
            : view.Nodes.SelectMany(node => node.Kinds).Except(self.Kinds).Any() ? "other nodes map objects that the configuration of this node does not have: it may hold nothing while they run, until it is started with theirs"
            : null;
        if (why is not null && why != _toldWhyNot)
        {
            log.Alert(why);
        }

        _toldWhyNot = why;
    }

    private void Say(int waiting, bool isFirst)
    {
        var held = _shards.Count + Of(_coordinator).Count() + Of(_feeds).Count();
        if (held > 0 && held != _toldHeld)
        {
            log.Say($"node {term.Id} holds {held} addresses: {_shards.Count} shards{(_coordinator is null ? "" : ", the coordinator")}{(_feeds is null ? "" : $", {_feeds.Leases.Count} feeds")}; running");
        }
        else if (held == 0 && _toldHeld > 0)
        {
            log.Say($"node {term.Id} holds nothing: others do the work");
        }

        if (isFirst && waiting > 0 && !_toldWaiting)
        {
            log.Say($"{waiting} addresses are still leased to another node; waiting for it to end or to expire");
        }

        (_toldHeld, _toldWaiting) = (held, waiting > 0);
    }

    private HeldLoops Watched(HeldLoops started, string name)
    {
        _ = health.Watch(started.Ended, name, started.Stopping, term.Lost);
        return started;
    }

    private static IEnumerable<int> Of(HeldLoops? held) => held?.Leases.Select(lease => lease.Address) ?? [];
}
