using ActorSync.OrgSimulator.Org.Changes;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>An event on its way to a client, on the channel that carries it.</summary>
internal sealed record Delivery(string Channel, OrgChangeEvent Event);

/// <summary>
/// A client after its handshake: where it stands on each of its channels. What was answered is not told again, whether the answer arrived or not: that is what replay ids
/// are for. Thread-safe.
/// </summary>
internal sealed class StreamSubscriber(string id, string cookie, ChangeEventLog log)
{
    /// <summary>Events looked at in one piece.</summary>
    private const int ScanEvents = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Position> _positions = new(StringComparer.Ordinal);
    private TaskCompletionSource _turn = new();
    private bool _wasConnected;

    public string Id => id;

    /// <summary>Value of the cookie that its calls carry.</summary>
    public string Cookie => cookie;

    /// <summary>When it last called, by the clock's timestamp.</summary>
    public long UsedAt { get; set; }

    /// <summary>Connects that are held now; a client with one is not idle.</summary>
    public int Held { get; set; }

    /// <summary>Names of the objects it hears of; empty where it hears of all or of none.</summary>
    public IReadOnlyList<string> Objects
    {
        get
        {
            lock (_gate)
            {
                return [.. _positions.Values.Select(p => p.Channel.Definition?.Name).OfType<string>()];
            }
        }
    }

    /// <summary>True once: the first connect of a client is answered at once.</summary>
    public bool IsFirstConnect() => !Interlocked.Exchange(ref _wasConnected, true);

    /// <summary>Starts to hear a channel after the event of a replay id.</summary>
    public void Subscribe(StreamChannel channel, long after)
    {
        lock (_gate)
        {
            _positions[channel.Name] = new Position(channel, after);
        }
    }

    public void Unsubscribe(string channel)
    {
        lock (_gate)
        {
            _positions.Remove(channel);
        }
    }

    /// <summary>Lets go of the connect that is held, if one is.</summary>
    public void Forget() => Turn();

    /// <summary>Ends when another connect of the client begins, or the client is forgotten.</summary>
    public Task Turn()
    {
        lock (_gate)
        {
            _turn.SetResult();
            _turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _turn.Task;
        }
    }

    /// <summary>The events it has not been told, oldest first. What lies before the first of them, and concerns others, is passed for good.</summary>
    /// <param name="countMax">No more than these.</param>
    /// <param name="last">The newest event that was looked at.</param>
    public List<Delivery> Events(int countMax, out long last)
    {
        lock (_gate)
        {
            var events = new List<Delivery>();
            last = log.Last;
            if (_positions.Count == 0)
            {
                return events;
            }

            for (var from = From(); events.Count < countMax && log.After(from, ScanEvents) is { Count: > 0 } some; from = some[^1].ReplayId)
            {
                events.AddRange(some.SelectMany(change => _positions.Values.Where(p => p.Wants(change)).Select(p => new Delivery(p.Channel.Name, change))).Take(countMax - events.Count));
                last = Math.Max(last, some[^1].ReplayId);
            }

            if (events.Count == 0)
            {
                Advance(last);
            }

            return events;
        }
    }

    /// <summary>Notes that these were told, and with them that the channels had nothing else before the last.</summary>
    /// <param name="events">As <see cref="Events"/> gave them, one at least.</param>
    public void Told(IReadOnlyList<Delivery> events)
    {
        lock (_gate)
        {
            // The last event may be on a channel for which there was no more room.
            Advance(events[^1].Event.ReplayId - 1);
            foreach (var (channel, change) in events)
            {
                if (_positions.TryGetValue(channel, out var position))
                {
                    position.After = Math.Max(position.After, change.ReplayId);
                }
            }
        }
    }

    private long From() => _positions.Values.Min(p => p.After);

    private void Advance(long to)
    {
        foreach (var position in _positions.Values.Where(p => p.After < to))
        {
            position.After = to;
        }
    }

    private sealed class Position(StreamChannel channel, long after)
    {
        public StreamChannel Channel { get; } = channel;

        public long After { get; set; } = after;

        public bool Wants(OrgChangeEvent change) => change.ReplayId > After && Channel.Carries(change);
    }
}
