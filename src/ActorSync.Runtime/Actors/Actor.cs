using System.Collections.Immutable;

namespace ActorSync.Runtime.Actors;

/// <summary>Entity id of one actor: what kind it is of, and which one.</summary>
/// <param name="Kind">A small number the program gives meaning to.</param>
/// <param name="Entity">The entity's UUID; the shard is taken from its last bytes.</param>
public readonly record struct ActorId(short Kind, Guid Entity);

/// <summary>What an actor is: pure functions of state, message and time. The turn loop around it does the rest.</summary>
public interface IActorBehavior<TState, TMessage, TEvent>
    where TState : class, IEquatable<TState>
{
    /// <summary>State of an actor nobody has told anything.</summary>
    TState Initial { get; }

    /// <summary>True when the message cannot be decided in this state yet and has to come again a little later.</summary>
    bool MustWait(TState state, TMessage message);

    /// <summary>Place of a message that has one among others of its actor: while one of them waits, those behind it wait too. Null: it has none.</summary>
    (long Major, int Minor)? PlaceOf(TMessage message);

    /// <summary>Events that a message causes. <paramref name="now"/> is the turn's time, database clock.</summary>
    ImmutableArray<TEvent> Decide(ActorId id, TState state, TMessage message, DateTimeOffset now);

    /// <summary>Events that follow once all messages of an actor in a turn have been decided.</summary>
    ImmutableArray<TEvent> Settle(ActorId id, TState state, DateTimeOffset now);

    /// <summary>The state after one event. Throws for an event it does not know.</summary>
    TState Evolve(TState state, TEvent @event);

    /// <summary>True when the state owes something to the outside that is tried again until it lands.</summary>
    bool Owes(TState state);

    /// <summary>True when the actor waits for an operator or a correction.</summary>
    bool IsParked(TState state);

    /// <summary>The message that parks an actor whose own message failed again and again when it was alone.</summary>
    TMessage Poison(TMessage failed, Exception error, DateTimeOffset now);
}

/// <summary>How states and events are written. Names are stable: they are read again for years.</summary>
public interface IActorCodec<TState, TEvent>
{
    /// <summary>Stable name of an event's type.</summary>
    string NameOf(TEvent @event);

    /// <summary>JSON of an event.</summary>
    string WriteEvent(TEvent @event);

    /// <summary>The event of a name and its JSON. Throws for a name it does not know.</summary>
    TEvent ReadEvent(string name, string json);

    /// <summary>JSON of a state.</summary>
    string WriteState(TState state);

    /// <summary>The state of its JSON.</summary>
    TState ReadState(string json);
}

/// <summary>States of warm actors, at most <paramref name="recordsMax"/>; the least recently used leave first.</summary>
public sealed class ActorCache<TState>(int recordsMax)
{
    private readonly Dictionary<ActorId, (TState State, long UsedAt)> _states = [];
    private long _clock;

    /// <summary>How many actors are warm.</summary>
    public int Count => _states.Count;

    /// <summary>The state of a warm actor.</summary>
    public bool TryGet(ActorId id, out TState state)
    {
        if (_states.TryGetValue(id, out var entry))
        {
            _states[id] = (entry.State, ++_clock);
            state = entry.State;
            return true;
        }

        state = default!;
        return false;
    }

    /// <summary>Replaces a state once its turn has committed.</summary>
    public void Adopt(ActorId id, TState state) => _states[id] = (state, ++_clock);

    /// <summary>Forgets the least recently used when there are too many: a quarter at a time.</summary>
    public void Passivate()
    {
        if (_states.Count <= recordsMax)
        {
            return;
        }

        foreach (var id in _states.OrderBy(entry => entry.Value.UsedAt).Take(_states.Count - (recordsMax * 3 / 4)).Select(entry => entry.Key).ToArray())
        {
            _states.Remove(id);
        }
    }

    /// <summary>Forgets the actors that are not to be kept: their shards are held by others.</summary>
    public void Keep(Func<ActorId, bool> isKept)
    {
        foreach (var id in _states.Keys.Where(id => !isKept(id)).ToArray())
        {
            _states.Remove(id);
        }
    }

    /// <summary>Forgets everything: after a lost lease, or a commit that failed.</summary>
    public void Clear() => _states.Clear();
}
