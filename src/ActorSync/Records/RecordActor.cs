using System.Collections.Immutable;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Runtime.Actors;

namespace ActorSync.Records;

/// <summary>The record's pure behaviour as the runtime runs it.</summary>
internal sealed class RecordActor(IReadOnlyDictionary<short, ObjectMapping> mappings) : IActorBehavior<RecordState, RecordMessage, RecordEvent>
{
    public RecordState Initial => RecordState.Initial;

    public bool MustWait(RecordState state, RecordMessage message) => RecordBehavior.MustWait(state, message);

    public (long Major, int Minor)? PlaceOf(RecordMessage message) => message switch
    {
        RecordMessage.RemoteChanged m => (m.Position.Commit, m.Position.Sequence),
        RecordMessage.ChangesMissed { Position: { } position } => (position.Commit, position.Sequence),
        _ => null,
    };

    public ImmutableArray<RecordEvent> Decide(ActorId id, RecordState state, RecordMessage message, DateTimeOffset now) =>
        RecordBehavior.Take(mappings[id.Kind], new RecordId(id.Kind, id.Entity), state, message, now);

    public ImmutableArray<RecordEvent> Settle(ActorId id, RecordState state, DateTimeOffset now) =>
        RecordBehavior.Offer(mappings[id.Kind], new RecordId(id.Kind, id.Entity), state, now);

    public RecordState Evolve(RecordState state, RecordEvent @event) => RecordEvolve.Evolve(state, @event);

    public bool Owes(RecordState state) => RecordBehavior.Owed(state) is not null;

    public bool IsParked(RecordState state) => state.Parked is not null || !state.Inbox.IsEmpty;

    public RecordMessage Poison(RecordMessage failed, Exception error, DateTimeOffset now) =>
        new RecordMessage.Poisoned(failed.GetType().Name, error.GetType().Name + ": " + error.Message, now);
}
