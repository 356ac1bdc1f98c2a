using ActorSync.Runtime.Actors;

namespace ActorSync.Runtime.Journal;

/// <summary>One journaled decision.</summary>
/// <param name="Seq">Gap-free number within the address.</param>
/// <param name="Type">Stable name of the event's type.</param>
/// <param name="Body">The event, JSON.</param>
public sealed record JournalEntry(int Address, long Seq, long Epoch, ActorId Actor, string Type, DateTimeOffset At, string Body);

/// <summary>An actor's snapshot.</summary>
/// <param name="Seq">Journal sequence of its shard that it includes.</param>
public sealed record ActorSnapshot(ActorId Actor, short Shard, long Seq, bool Owes, bool Parked, string State);
