using ActorSync.Runtime.Actors;

namespace ActorSync.Runtime.Turns;

/// <summary>One message for one actor.</summary>
public readonly record struct Delivery<TMessage>(ActorId Actor, TMessage Message);

/// <summary>Gives messages inside the turn's transaction. What it takes comes again if the turn does not commit.</summary>
public interface ITurnSource<TMessage>
{
    /// <summary>True when there is more to take at once, whatever the database's snapshot says.</summary>
    bool HasMore { get; }

    /// <summary>Takes at most about <paramref name="messagesMax"/> messages, in the order in which they are to be decided.</summary>
    Task<IReadOnlyList<Delivery<TMessage>>> TakeAsync(Turn turn, int messagesMax, CancellationToken stop);

    /// <summary>The messages that a worker before this one has put back because they had to wait; they stay where they are. What stands behind one of them waits too.</summary>
    Task<IReadOnlyList<Delivery<TMessage>>> PeekPostponedAsync(ITurnStore store, CancellationToken stop);
}

/// <summary>Executes effects inside the turn's transaction.</summary>
public interface ITurnSink<TState, TMessage, TEvent>
{
    /// <summary>Hands on what events ask for: envelopes, offers, index rows. May give messages that belong to this turn.</summary>
    Task<IReadOnlyList<Delivery<TMessage>>> EmitAsync(Turn turn, IReadOnlyList<(ActorId Actor, TEvent Event)> events, CancellationToken stop);

    /// <summary>Tries what states owe; the result of each comes back in this turn.</summary>
    Task<IReadOnlyList<Delivery<TMessage>>> ExecuteAsync(Turn turn, IReadOnlyList<(ActorId Actor, TState State)> owing, CancellationToken stop);

    /// <summary>Puts a message that must wait back into the mailbox, due a little later.</summary>
    void Postpone(Turn turn, Delivery<TMessage> delivery, TimeSpan delay);

    /// <summary>The turn has committed: wake the addressees.</summary>
    void Committed();
}

/// <summary>A message is for a kind of actor that this node does not know and another does. Nothing was taken: the node has to give its shards to others.</summary>
public sealed class UnknownKindException(string message) : Exception(message);
