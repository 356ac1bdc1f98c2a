using System.Collections.Immutable;
using ActorSync.Domain.Mapping;

namespace ActorSync.Domain.Records;

/// <summary>A decision in the making: each event is folded into the state as it is added, so that the next question sees it.</summary>
internal sealed class RecordDecision(ObjectMapping mapping, RecordId id, RecordState state, DateTimeOffset now)
{
    private readonly ImmutableArray<RecordEvent>.Builder _events = ImmutableArray.CreateBuilder<RecordEvent>();

    /// <summary>The mapping of the record.</summary>
    public ObjectMapping Mapping { get; } = mapping;

    /// <summary>The record decided upon.</summary>
    public RecordId Id { get; } = id;

    /// <summary>The turn's time, database clock.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>The state after the events so far.</summary>
    public RecordState State { get; private set; } = state;

    /// <summary>Adds an event and folds it.</summary>
    public void Add(RecordEvent @event)
    {
        State = RecordEvolve.Evolve(State, @event);
        _events.Add(@event);
    }

    /// <summary>Settles a field that both sides say something about.</summary>
    public void Resolve(string field, string? agreed, string? local, DateTimeOffset localAt, string? remote, DateTimeOffset remoteAt)
    {
        var policy = Mapping.PolicyOf(field);
        var winner = ConflictRule.Winner(policy, localAt, remoteAt, Mapping.ClockTolerance, Mapping.TieBreak);
        Add(new RecordEvent.ConflictResolved(field, agreed, local, remote, winner, policy.ToString(), Now));
    }

    /// <summary>All events, after offering the next write if the record is free to.</summary>
    public ImmutableArray<RecordEvent> Finish()
    {
        OfferNext();
        return _events.ToImmutable();
    }

    private void OfferNext()
    {
        if (State.Outstanding is not null || State.Parked is not null || State.Queue.IsEmpty || Mapping.Access == MappingAccess.ReadOnly)
        {
            return;
        }

        var next = State.Queue[0];
        var operation = next.Operation == WriteOperation.Insert && State.Sfid is not null ? WriteOperation.Update : next.Operation;
        if (operation != WriteOperation.Insert && State.Sfid is null)
        {
            return;
        }

        Add(new RecordEvent.WriteOffered(
            State.LastWriteNo + 1, operation, operation == WriteOperation.Insert ? null : State.Sfid,
            Sendable(next, operation), next.Base, next.At, next.Stamp, Now));
    }

    // A birth says only what the application said; what Salesforce computes is never sent.
    private FieldValues Sendable(LocalWrite write, WriteOperation operation)
    {
        var fields = write.Fields.Where((name, value) =>
            name == Mapping.ExternalIdField
            || (Mapping.Field(name) is { } mapped
                && (operation == WriteOperation.Insert ? mapped.Creatable : mapped.Updatable)
                && (value is not null || write.Operation != WriteOperation.Insert)));
        return write.Operation == WriteOperation.Insert && operation == WriteOperation.Update
            ? fields.With(Mapping.ExternalIdField, Id.ExternalId.ToString())
            : fields;
    }
}
