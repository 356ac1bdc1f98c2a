using System.Diagnostics;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.Domain.Records;

/// <summary>How an operator's word changes the state of a parked record.</summary>
internal static class OperatorEvolve
{
    public static RecordState Acted(RecordState state, OperatorActed e) => e.Action switch
    {
        OperatorAction.Retry => Freed(state),
        OperatorAction.Skip => Skipped(state, e),
        OperatorAction.Edit => Edited(Freed(state), e.Fields),
        _ => throw new UnreachableException(e.Action.ToString()),
    };

    // A birth in doubt goes back to the queue: the operator says that it did not happen, and an upsert finds it if it did.
    private static RecordState Freed(RecordState state) =>
        (state is { Parked.Source: ParkedError.Doubt, BirthOutside: true } ? RecordEvolve.Returned(state) : state) with { Parked = null };

    private static RecordState Skipped(RecordState state, OperatorActed e)
    {
        var next = state with { Parked = null };
        if (state.Parked is { Source: ParkedError.Postgres })
        {
            return next with { Owed = null };
        }

        if (e.Operation is null)
        {
            return next;
        }

        // A birth stays at hand: what the application says of its row next makes it a birth again, whole.
        var dropped = state.Parked is { Source: ParkedError.Doubt } ? state.Outstanding!.Write : state.Queue.FirstOrDefault();
        next = state.Parked is { Source: ParkedError.Doubt } ? next with { Outstanding = null }
            : next with { Queue = state.Queue.IsEmpty ? state.Queue : state.Queue.RemoveAt(0), Counters = CounterEvolve.Dropped(state) };
        next = next with
        {
            SkippedBirth = dropped?.Operation == WriteOperation.Insert && state.Row is not null ? dropped : null,
            GivenUp = dropped?.Operation == WriteOperation.Update && state.Row is not null ? dropped.Base.With(state.GivenUp ?? FieldValues.Empty) : null,
        };
        return next with { Owed = OwedRow.Of(next, FieldValues.Empty, new RowStatus(LastOp: "SKIPPED", Error: "")) };
    }

    // Both sides get what the operator put in: Salesforce by the write, the row by a write-back.
    private static RecordState Edited(RecordState state, FieldValues fields)
    {
        var head = state.Queue[0];
        return state with
        {
            Queue = state.Queue.SetItem(0, head with { Fields = head.Fields.With(fields) }),
            // A field that waited for somebody to choose has been chosen.
            Inbox = state.Inbox.RemoveRange(fields.Names),
            Owed = state.Row is null ? state.Owed : OwedRow.Of(state, fields, new RowStatus()),
        };
    }
}
