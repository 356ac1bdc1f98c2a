namespace ActorSync.Runtime.Actors;

/// <summary>States of warm actors, at most <paramref name="recordsMax"/> of them and about <paramref name="bytesMax"/> bytes; the least recently used leave first.</summary>
public sealed class ActorCache<TState>(int recordsMax, long bytesMax = long.MaxValue)
{
    private readonly Dictionary<ActorId, Entry> _states = [];
    private long _clock;

    /// <summary>How many actors are warm.</summary>
    public int Count => _states.Count;

    /// <summary>About what their states take.</summary>
    public long Bytes { get; private set; }

    /// <summary>The state of a warm actor.</summary>
    public bool TryGet(ActorId id, out TState state)
    {
        if (_states.TryGetValue(id, out var entry))
        {
            _states[id] = entry with { UsedAt = ++_clock };
            state = entry.State;
            return true;
        }

        state = default!;
        return false;
    }

    /// <summary>Replaces a state once its turn has committed.</summary>
    /// <param name="bytes">What it takes; null: as much as the one before.</param>
    public void Adopt(ActorId id, TState state, int? bytes = null)
    {
        var before = _states.GetValueOrDefault(id).Bytes;
        var now = bytes ?? (before == 0 ? StateSize.Of(0) : before);
        Bytes += now - before;
        _states[id] = new Entry(state, now, ++_clock);
    }

    /// <summary>Forgets the least recently used when there are too many, or they take too much: a quarter at a time.</summary>
    public void Passivate()
    {
        if (_states.Count <= recordsMax && Bytes <= bytesMax)
        {
            return;
        }

        var (countTo, bytesTo) = ((int)((long)recordsMax * 3 / 4), bytesMax - (bytesMax / 4));
        foreach (var (id, entry) in _states.OrderBy(entry => entry.Value.UsedAt).ToArray())
        {
            if (_states.Count <= countTo && Bytes <= bytesTo)
            {
                return;
            }

            _states.Remove(id);
            Bytes -= entry.Bytes;
        }
    }

    /// <summary>Forgets the actors that are not to be kept: their shards are held by others.</summary>
    public void Keep(Func<ActorId, bool> isKept)
    {
        foreach (var (id, entry) in _states.Where(entry => !isKept(entry.Key)).ToArray())
        {
            _states.Remove(id);
            Bytes -= entry.Bytes;
        }
    }

    /// <summary>Forgets everything: after a lost lease, or a commit that failed.</summary>
    public void Clear()
    {
        _states.Clear();
        Bytes = 0;
    }

    private readonly record struct Entry(TState State, int Bytes, long UsedAt);
}
