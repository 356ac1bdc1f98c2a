using System.Collections.Immutable;
using ActorSync.Domain.Faults;
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

    /// <summary>True when a field's values may be sent to the record as it lives in Salesforce.</summary>
    public bool CanUpdate(string field) =>
        Mapping.Access == MappingAccess.ReadWrite && (field == Mapping.ExternalIdField || Mapping.Field(field) is { Updatable: true });

    /// <summary>The fields of intent that an update names; null for none.</summary>
    public FieldNames? IntentsOf(RecordMessage.LocalChange m) =>
        m.Operation == RowOperation.Update && m.New.Names.Any(IsIntent) ? new FieldNames(m.New.Names.Where(IsIntent)) : null;

    /// <summary>Settles a field that both sides say something about.</summary>
    /// <param name="local">The write that holds our value and its base.</param>
    /// <returns>The side that won; null when the field is frozen until somebody chooses.</returns>
    public Side? Resolve(string field, LocalWrite local, string? remote, DateTimeOffset remoteAt)
    {
        var policy = Mapping.PolicyOf(field);
        if (CanUpdate(field) && policy == ConflictPolicy.Counter)
        {
            if (!Counters.Add(this, field, local, remote))
            {
                Add(new RecordEvent.ConflictFrozen(field, local.Base[field], local.Fields[field], remote, "it is not a number that can be counted", Now));
            }

            return null;
        }

        if (CanUpdate(field) && (policy == ConflictPolicy.Manual || State.FieldRounds.GetValueOrDefault(field) >= RecordState.RoundsMax))
        {
            Add(new RecordEvent.ConflictFrozen(field, local.Base[field], local.Fields[field], remote, policy == ConflictPolicy.Manual ? "the policy is manual" : Rounds, Now));
            return null;
        }

        var (winner, reason) = CanUpdate(field)
            ? (ConflictRule.Winner(policy, local.At, remoteAt, Mapping.ClockTolerance, Mapping.TieBreak), policy.ToString())
            : (Side.Salesforce, NotUpdatable);
        Add(new RecordEvent.ConflictResolved(field, local.Base[field], local.Fields[field], remote, winner, reason, Now));
        return winner;
    }

    /// <summary>Keeps our value where Salesforce still has the one both sides agreed on: nobody contests it.</summary>
    public Side Keep(string field, LocalWrite local, string? remote)
    {
        Add(new RecordEvent.ConflictResolved(field, local.Base[field], local.Fields[field], remote, Side.Postgres, "Salesforce has not changed it", Now));
        return Side.Postgres;
    }

    /// <summary>What is queued of a field as one write: its last value, and the base of the first.</summary>
    public LocalWrite Queued(string field)
    {
        var saying = State.Queue.Where(write => write.Fields.Has(field)).ToArray();
        return saying[^1] with { Base = saying[0].Base };
    }

    /// <summary>Gives the row back a value that cannot be changed here.</summary>
    public void Restore(string field, string? local, string? remote) =>
        Add(new RecordEvent.ConflictResolved(field, remote, local, remote, Side.Salesforce, NotUpdatable, Now));

    /// <summary>The events so far.</summary>
    public ImmutableArray<RecordEvent> Events => _events.ToImmutable();

    /// <summary>All events, after offering the next write if the record is free to.</summary>
    public ImmutableArray<RecordEvent> Finish()
    {
        OfferNext();
        return _events.ToImmutable();
    }

    private const string Rounds = "it was settled again and again without an end";

    private bool IsIntent(string field) => Mapping.Field(field) is { Intent: true };

    private string NotUpdatable => Mapping.Access == MappingAccess.ReadOnly ? "the mapping is read-only" : "Salesforce does not let this field be updated";

    private void OfferNext()
    {
        if (State.Outstanding is not null || State.Parked is not null || Mapping.Access == MappingAccess.ReadOnly)
        {
            return;
        }

        if (State.Sfid is not null)
        {
            RestoreUnsendable();
        }

        var next = State.Queue.FirstOrDefault();
        if ((next is not null && AwaitsReadBack(next)) || (next?.Operation != WriteOperation.Insert && State.Sfid is null))
        {
            return;
        }

        // A counter is offered again once its last write was seen in the stream, and not while a read is to come: events may be missing.
        var counters = State.AskedAt(State.Sfid) is null && (next is null or { Operation: WriteOperation.Update })
            ? State.Counters.Where(counter => counter.Value.Outside is null).ToImmutableArray() : [];
        if (next is null && counters.IsEmpty)
        {
            return;
        }

        next ??= new LocalWrite(WriteOperation.Update, FieldValues.Empty, FieldValues.Empty, Now, State.Row ?? default);
        var sums = FieldValues.From(counters.Select(counter => KeyValuePair.Create(counter.Key, (string?)Counters.Text(Counters.Sum(counter.Value)))));
        var counted = next.Operation == WriteOperation.Insert ? Counters.CountedBeforeBirth(this) : FieldValues.Empty;
        var fields = Sendable(next with { Fields = next.Fields.With(counted) });
        var deferred = next.Operation == WriteOperation.Insert ? fields.Where(MustFollow) : FieldValues.Empty;
        var known = FieldValues.From(counters.Select(counter => KeyValuePair.Create(counter.Key, (string?)counter.Value.Known)));
        Add(new RecordEvent.WriteOffered(
            State.LastWriteNo + 1, next.Operation, next.Operation == WriteOperation.Insert ? null : State.Sfid,
            fields.Without(deferred.Names).With(sums), next.Operation == WriteOperation.Delete ? FieldValues.Empty : next.Base.With(known), next.At, next.Stamp, Now, sums.IsEmpty ? null : sums,
            deferred.IsEmpty ? null : deferred, next.Position));
        foreach (var (name, sum) in counted)
        {
            Add(new RecordEvent.CounterCounted(name, Side.Postgres, "0", new CounterField(sum ?? "0", "0", null, default), null, Now));
        }
    }

    // Queued while the birth was outside: only now is it an update.
    private void RestoreUnsendable()
    {
        var restored = new HashSet<string>(StringComparer.Ordinal);
        foreach (var write in State.Queue.Where(write => write.Operation == WriteOperation.Update))
        {
            foreach (var (name, local) in write.Fields.Where((name, _) => !CanUpdate(name) && restored.Add(name)))
            {
                Restore(name, local, write.Base.TryGet(name, out var agreed) ? agreed : local);
            }
        }
    }

    // A field we wrote was seen with a value whose order to that write is unknown: writing it again would hide a change of somebody else's.
    private bool AwaitsReadBack(LocalWrite next) =>
        State.AskedAt(State.Sfid) is not null && next.Operation == WriteOperation.Update && next.Fields.Names.Any(State.Bars.ContainsKey);

    // A record cannot name itself, or one that waits for it, before it is born. A reference that cannot be set later goes all the same: Salesforce refuses it by name.
    private bool MustFollow(string name, string? value) =>
        Mapping.Field(name) is { Updatable: true, Parent: { } parent }
        && (State.Deferred?.Contains(name) == true
            || (parent.ParentObject == Mapping.ObjectName && parent.ExternalIdField == Mapping.ExternalIdField && value == Id.ExternalId.ToString()));

    // A birth says only what the application said; what Salesforce computes is never sent.
    private FieldValues Sendable(LocalWrite write) =>
        write.Operation != WriteOperation.Insert ? write.Fields : write.Fields.Where((name, value) =>
            value is not null && (name == Mapping.ExternalIdField || Mapping.Field(name) is { Creatable: true }));
}
