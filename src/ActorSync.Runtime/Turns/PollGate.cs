using ActorSync.Runtime.Hosting;

namespace ActorSync.Runtime.Turns;

/// <summary>Asks, in one cheap statement for all workers of a node, whether a turn could find anything: the store's snapshot moved since the last look, or an envelope is due.
/// What the look of one worker finds wakes the others that it is for, so that many workers look no more often than one.</summary>
public sealed class PollGate(ITurnStore store, TimeProvider clock)
{
    private static readonly TimeSpan LookAnywayInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>One statement watches for as long: a stop, mail that falls due and what is owed wait for its end.</summary>
    private static readonly TimeSpan WatchMax = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<PollSeat> _seats = [];
    private string _snapshot = "";
    private long _lookedAt;
    private bool _isWatched;

    /// <summary>A worker that asks from now on.</summary>
    /// <param name="addresses">Whose mail it takes.</param>
    /// <param name="wakeup">Wakes it when another worker has found something for it.</param>
    public PollSeat Join(IReadOnlyList<int> addresses, Wakeup wakeup)
    {
        var seat = new PollSeat(this, addresses.ToHashSet(), wakeup) { MovedAt = clock.GetTimestamp() };
        lock (_gate)
        {
            _seats.Add(seat);
        }

        return seat;
    }

    internal async Task<bool> HasWorkAsync(PollSeat asking, TimeSpan rest, CancellationToken stop)
    {
        int[] addresses;
        lock (_gate)
        {
            if (asking.TakeFound())
            {
                return true;
            }

            if (_seats.Count > 1 && _lookedAt != 0 && clock.GetElapsedTime(_lookedAt) < rest)
            {
                return false;
            }

            // The others need not look meanwhile.
            _lookedAt = clock.GetTimestamp();
            addresses = Addresses;
        }

        return Find(asking, await store.GlanceAsync(addresses, stop));
    }

    internal async Task<TimeSpan?> WatchAsync(PollSeat asking, TimeSpan look, TimeSpan rest, CancellationToken stop)
    {
        int[] addresses;
        string snapshot;
        lock (_gate)
        {
            if (asking.TakeFound())
            {
                return null;
            }

            if (_isWatched)
            {
                return WatchMax;
            }

            (_isWatched, snapshot, addresses) = (true, _snapshot, Addresses);
        }

        try
        {
            var glance = await store.WatchAsync(addresses, snapshot, look, WatchMax, stop);
            return Find(asking, glance) ? null : glance.HasWaited ? TimeSpan.Zero : rest;
        }
        finally
        {
            lock (_gate)
            {
                _isWatched = false;
            }
        }
    }

    private int[] Addresses => [.. _seats.SelectMany(seat => seat.Addresses)];

    // What one worker's look finds is for all of them.
    private bool Find(PollSeat asking, StoreGlance glance)
    {
        lock (_gate)
        {
            _lookedAt = clock.GetTimestamp();
            var hasMoved = glance.Snapshot != _snapshot;
            _snapshot = glance.Snapshot;
            foreach (var seat in _seats)
            {
                var isMoved = hasMoved || clock.GetElapsedTime(seat.MovedAt) > LookAnywayInterval;
                seat.MovedAt = isMoved ? clock.GetTimestamp() : seat.MovedAt;
                if (isMoved || glance.DueMail.Any(seat.Addresses.Contains))
                {
                    seat.Find(isOwn: seat == asking);
                }
            }

            return asking.TakeFound();
        }
    }
}

/// <summary>A worker's place at the gate.</summary>
public sealed class PollSeat
{
    private readonly PollGate _gate;
    private readonly Wakeup _wakeup;
    private bool _found;

    internal PollSeat(PollGate gate, IReadOnlySet<int> addresses, Wakeup wakeup) => (_gate, Addresses, _wakeup) = (gate, addresses, wakeup);

    internal IReadOnlySet<int> Addresses { get; }

    internal long MovedAt { get; set; }

    /// <summary>True when a turn of this worker could find something.</summary>
    /// <param name="rest">A look of another worker that is not older tells as much as one of this: it would have woken it.</param>
    public Task<bool> HasWorkAsync(TimeSpan rest, CancellationToken stop) => _gate.HasWorkAsync(this, rest, stop);

    /// <summary>Waits in the store for work, unless another worker of the node does: that one wakes this.</summary>
    /// <param name="look">How often the store looks.</param>
    /// <param name="rest">For a store that cannot wait.</param>
    /// <returns>How long to rest before asking again; null when a turn of this worker could find something.</returns>
    public Task<TimeSpan?> WatchAsync(TimeSpan look, TimeSpan rest, CancellationToken stop) => _gate.WatchAsync(this, look, rest, stop);

    internal void Find(bool isOwn)
    {
        _found = true;
        if (!isOwn)
        {
            _wakeup.Signal();
        }
    }

    internal bool TakeFound()
    {
        var found = _found;
        _found = false;
        return found;
    }
}
