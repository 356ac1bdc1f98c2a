using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using Shouldly;

namespace ActorSync.UnitTests.Records;

/// <summary>Given events, when a message comes, then these events: one record's decisions, told as a story.</summary>
internal sealed class RecordSpec
{
    private readonly ObjectMapping _mapping;
    private readonly List<RecordEvent> _journal = [];
    private IReadOnlyList<RecordEvent> _decided = [];

    private RecordSpec(ObjectMapping mapping) => _mapping = mapping;

    public RecordState State { get; private set; } = RecordState.Initial;

    /// <summary>What the last message caused.</summary>
    public IReadOnlyList<RecordEvent> Decided => _decided;

    /// <summary>A record nobody has said anything about.</summary>
    public static RecordSpec New(ObjectMapping? mapping = null) => new(mapping ?? Spec.Mapping());

    /// <summary>A record with a past.</summary>
    public static RecordSpec Given(params RecordEvent[] events) => New().And(events);

    /// <summary>A record of this sfid whose row, 1.1, and both sides hold these values; read in second 1 as of second 0.</summary>
    public static RecordSpec GivenAgreed(FieldValues fields, ObjectMapping? mapping = null) => New(mapping).And(
        new RecordEvent.RemoteTaken("S1", Spec.At(0), Spec.At(1), FieldValues.Empty, fields, Insert: true),
        new RecordEvent.RowWritten(RowOperation.Insert, new RowStamp(1, 1), fields, new RowStatus("S1", Spec.At(0), "SYNCED"), Spec.At(1)));

    public RecordSpec And(params RecordEvent[] events)
    {
        foreach (var @event in events)
        {
            State = RecordEvolve.Evolve(State, @event);
            _journal.Add(@event);
        }

        return this;
    }

    /// <summary>Decides a message at the time it speaks of; the fold of the journal stays the state.</summary>
    public RecordSpec When(RecordMessage message)
    {
        _decided = RecordBehavior.Decide(_mapping, Spec.Id, State, message, TimeOf(message));
        And([.. _decided]);
        RecordEvolve.Fold(RecordState.Initial, _journal).ShouldBe(State);
        return this;
    }

    /// <summary>Exactly these events, in this order.</summary>
    public RecordSpec Then(params RecordEvent[] expected)
    {
        _decided.ShouldBe(expected);
        return this;
    }

    public RecordSpec ThenNothing() => Then();

    /// <summary>Events of these types, in this order.</summary>
    public RecordSpec ThenTypes(params Type[] expected)
    {
        _decided.Select(@event => @event.GetType()).ShouldBe(expected);
        return this;
    }

    /// <summary>One of the events.</summary>
    public RecordSpec ThenAlso(RecordEvent expected)
    {
        _decided.ShouldContain(expected);
        return this;
    }

    /// <summary>An update or birth of these fields is offered.</summary>
    public RecordSpec ThenOffered(WriteOperation operation, string? sfid, params (string Name, string? Value)[] fields)
    {
        var offered = _decided.OfType<RecordEvent.WriteOffered>().ShouldHaveSingleItem();
        (offered.Operation, offered.Sfid, offered.Fields).ShouldBe((operation, sfid, Spec.Fields(fields)));
        return this;
    }

    public RecordSpec ThenOffersNothing()
    {
        _decided.OfType<RecordEvent.WriteOffered>().ShouldBeEmpty();
        return this;
    }

    /// <summary>A conflict was journaled with this winner.</summary>
    public RecordSpec ThenConflict(string field, Side winner)
    {
        _decided.OfType<RecordEvent.ConflictResolved>().ShouldContain(conflict => conflict.Field == field && conflict.Winner == winner);
        return this;
    }

    /// <summary>These values, and only these, are owed to the row.</summary>
    public RecordSpec ThenRowGets(RowOperation operation, params (string Name, string? Value)[] fields)
    {
        var owed = RecordBehavior.Owed(State).ShouldNotBeNull();
        (owed.Operation, owed.Fields).ShouldBe((operation, Spec.Fields(fields)));
        return this;
    }

    public RecordSpec ThenRowGetsNothing()
    {
        (RecordBehavior.Owed(State)?.Fields ?? FieldValues.Empty).ShouldBe(FieldValues.Empty);
        (RecordBehavior.Owed(State)?.Operation ?? RowOperation.Update).ShouldBe(RowOperation.Update);
        return this;
    }

    public RecordSpec ThenStatus(string? lastOp, string? error)
    {
        var status = RecordBehavior.Owed(State).ShouldNotBeNull().Status;
        (status.LastOp, status.Error).ShouldBe((lastOp, error));
        return this;
    }

    public RecordSpec ThenState(Action<RecordState> check)
    {
        check(State);
        return this;
    }

    private static DateTimeOffset TimeOf(RecordMessage message) => message switch
    {
        RecordMessage.LocalChange m => m.At,
        RecordMessage.RemoteImage m => m.ReadBegan + Told.ReadTakes,
        RecordMessage.RemoteDeleted m => m.ReadBegan + Told.ReadTakes,
        RecordMessage.WriteConfirmed m => m.At,
        RecordMessage.WriteRefused m => m.At,
        RecordMessage.DoubtSettled m => m.At,
        RecordMessage.ReferencesAwaited m => m.At,
        RecordMessage.RowWriteResult m => m.At,
        RecordMessage.Poisoned m => m.At,
        RecordMessage.Retry m => m.At,
        RecordMessage.RemoteUndeleted m => m.ReadBegan + Told.ReadTakes,
        RecordMessage.RemoteMerged m => m.ReadBegan + Told.ReadTakes,
        RecordMessage.RemoteChanged m => m.Seen,
        RecordMessage.ChangesMissed m => m.At,
        RecordMessage.ChooseSide m => m.At,
        RecordMessage.Skip m => m.At,
        RecordMessage.EditAndRetry m => m.At,
        _ => throw new System.Diagnostics.UnreachableException(message.GetType().Name),
    };
}
