using System.Collections.Immutable;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.Domain.Records;

/// <summary>How the row's own events change the state: what the application did to it, and what became of our writes of it.</summary>
internal static class LocalEvolve
{
    public static RecordState Changed(RecordState state, LocalChanged e)
    {
        // A trigger of the application that deletes the row is captured before the change that fired it; a row may come and go before we write ours.
        if (state.IsEnded(e.Stamp))
        {
            return state;
        }

        if (e.Operation == RowOperation.Delete)
        {
            return Gone(state, new LocalWrite(WriteOperation.Delete, FieldValues.Empty, e.Old, e.At, e.Stamp, e.Ordered) { Position = e.ChangeId });
        }

        // A row that changes while another life of it is known: the delete of that one is logged behind.
        if (state.Row is { } ended && ended.Birth < e.Stamp.Birth)
        {
            return Changed(Gone(state, new LocalWrite(WriteOperation.Delete, FieldValues.Empty, FieldValues.Empty, e.At, ended, e.Ordered) { Position = e.ChangeId }), e);
        }

        if (e.Operation == RowOperation.Update)
        {
            return Updated(state, e);
        }

        return state.Owed is { Operation: RowOperation.Insert } owed ? Joined(state, e, owed) : Inserted(state, e);
    }

    public static RecordState Touched(RecordState state, RowTouched e) =>
        state.IsEnded(e.Stamp) ? state : state with { Row = Latest(state, e.Stamp) };

    public static RecordState Written(RecordState state, RowWritten e) => state with
    {
        Row = e.Stamp,
        EndedBirth = e.Operation == RowOperation.Delete && state.Row is { } gone ? gone.Birth : state.EndedBirth,
        FieldRounds = e.Rewritten ? state.FieldRounds : state.FieldRounds.RemoveRange(e.Fields.Names),
        Owed = null,
        GivenUp = e.Fields.IsEmpty ? state.GivenUp : Left(state.GivenUp?.Without(e.Fields.Names)),
        Life = e.Operation == RowOperation.Delete || e.Status.IsDeleted == true ? Life.Dead : state.Life,
        Parked = state.Parked is { Source: ParkedError.Postgres } ? null : state.Parked,
    };

    private static RecordState Inserted(RecordState state, LocalChanged e)
    {
        var birth = new LocalWrite(WriteOperation.Insert, e.New, FieldValues.Empty, e.At, e.Stamp, e.Ordered) { Position = e.ChangeId };
        var linked = state.Sfid is not null && !state.DeletePending;
        return state with
        {
            Row = Latest(state, e.Stamp),
            Queue = Queued(state, linked ? LocalQueue.AsUpdate(birth) : birth),
            Life = state.Sfid is null ? Life.Unborn : state.Life,
            Owed = null,
            Parked = Corrected(state, e),
        };
    }

    private static RecordState Updated(RecordState state, LocalChanged e)
    {
        if (state.SkippedBirth is { } birth)
        {
            state = state with { SkippedBirth = null, Queue = LocalQueue.Return(birth, state.Queue) };
        }

        (state, var rest) = ConflictInbox.Keep(state, e);
        // What was skipped was never agreed on; putting it back to what was has nothing to say.
        var said = state.GivenUp is { } held ? rest.New.Where((name, value) => !held.Is(name, value) || e.Intents?.Contains(name) == true) : rest.New;
        // What the row was about to get of what we say ourselves, Salesforce gets before this change.
        var coming = state.Owed is { Operation: not RowOperation.Delete } owed ? owed.Fields.Where((name, value) => state.Says(name, value)) : FieldValues.Empty;
        var agreed = rest.Old.With(state.GivenUp ?? FieldValues.Empty).With(coming).Where((name, _) => said.Has(name));
        var queue = said.IsEmpty ? state.Queue : Queued(state, new LocalWrite(WriteOperation.Update, said, agreed, e.At, e.Stamp, e.Ordered) { Intents = e.Intents, Position = e.ChangeId });
        var parked = Corrected(state, e);
        var next = state with
        {
            Row = Latest(state, e.Stamp),
            Queue = queue,
            Owed = state.Owed?.Without(e.New.Names),
            Parked = parked,
            FieldRounds = Counted(state, e),
            GivenUp = Left(state.GivenUp?.Without(e.New.Names)),
        };
        // Put back to what both sides agree on: there is nothing to send, and nothing wrong any more.
        return state.Parked is { Source: ParkedError.Salesforce } && parked is null && queue.IsEmpty && state.Outstanding is null
            ? next with { Owed = OwedRow.Of(next, FieldValues.Empty, new RowStatus(LastOp: "SYNCED", Error: "")) }
            : next;
    }

    // The application inserts a row that Salesforce's record was about to create: one record, two sets of values.
    private static RecordState Joined(RecordState state, LocalChanged e, OwedRow owed)
    {
        var said = e.New.Where((name, value) => value is not null && !owed.Fields.Is(name, value));
        var agreed = owed.Fields.Where((name, _) => said.Has(name));
        return state with
        {
            Row = Latest(state, e.Stamp),
            Parked = Corrected(state, e),
            Queue = said.IsEmpty ? state.Queue : Queued(state, new LocalWrite(WriteOperation.Update, said, agreed, e.At, e.Stamp, e.Ordered) { Position = e.ChangeId }),
            Owed = new OwedRow(RowOperation.Update, owed.Fields.Where((name, _) => e.New[name] is null), owed.Status),
        };
    }

    private static RecordState Gone(RecordState state, LocalWrite delete)
    {
        if (state.Row is null)
        {
            // A row that came and went inside one statement: its insert is logged behind.
            return state with { EndedBirth = delete.Stamp.Birth };
        }

        // A delete of a record Salesforce never heard of, or has deleted itself, has nobody to go to.
        var nobody = state.Sfid is null && !state.BirthOutside;
        return state with
        {
            Row = null,
            SkippedBirth = null,
            GivenUp = null,
            Inbox = RecordState.NoInbox,
            Counters = RecordState.NoCounters,
            FieldRounds = RecordState.NoRounds,
            EndedBirth = delete.Stamp.Birth,
            Queue = nobody ? [] : LocalQueue.Add(state.Queue, delete),
            Life = nobody && state.Life != Life.Unborn ? Life.Dead : state.Life,
            Owed = null,
            Parked = state.Parked is { Source: ParkedError.Doubt } ? state.Parked : null,
        };
    }

    private static ImmutableArray<LocalWrite> Queued(RecordState state, LocalWrite write)
    {
        if (state.Row is not { } seen || seen.Birth != write.Stamp.Birth || seen <= write.Stamp)
        {
            return LocalQueue.Add(state.Queue, write);
        }

        // Logged late: what a later revision said is queued, or outside already.
        var sent = state.Outstanding is { Write: { } outside } && outside.Stamp.Birth == seen.Birth && outside.Stamp > write.Stamp ? outside.Fields : FieldValues.Empty;
        var superseded = sent.Where((name, value) => !write.Base.Is(name, value) || write.Fields.Is(name, value)).Names.ToHashSet(StringComparer.Ordinal);
        var left = write with { Fields = write.Fields.Without(superseded), Base = write.Base.Without(superseded) };
        return left is { Operation: WriteOperation.Update, Fields.IsEmpty: true } ? state.Queue : LocalQueue.AddEarlier(state.Queue, left);
    }

    // The application's change is what a parked record waits for; what its triggers make of our own write is not.
    private static ParkedError? Corrected(RecordState state, LocalChanged e) =>
        e.ByTrigger || state.Parked is { Source: ParkedError.Doubt } ? state.Parked : null;

    // What the application itself says ends a series of rounds; what its triggers make of our write goes on with it.
    private static ImmutableSortedDictionary<string, int> Counted(RecordState state, LocalChanged e) => !e.ByTrigger
        ? state.FieldRounds.RemoveRange(e.New.Names)
        : state.FieldRounds.SetItems(e.New.Names.Where(name => !state.Inbox.ContainsKey(name))
            .Select(name => KeyValuePair.Create(name, state.FieldRounds.GetValueOrDefault(name) + 1)));

    private static FieldValues? Left(FieldValues? values) => values is { IsEmpty: true } ? null : values;

    private static RowStamp Latest(RecordState state, RowStamp stamp) => state.Row is { } seen && seen > stamp ? seen : stamp;
}
