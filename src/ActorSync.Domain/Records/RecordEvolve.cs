using System.Collections.Immutable;
using System.Diagnostics;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.Domain.Records;

/// <summary>How each event changes the state: the fold of the journal. Pure and total; an event it does not know stops the actor.</summary>
public static class RecordEvolve
{
    /// <summary>The state after one more event.</summary>
    public static RecordState Evolve(RecordState state, RecordEvent @event) => @event switch
    {
        LocalChanged e => Changed(state, e),
        RowTouched e => state with { Row = e.Stamp },
        WriteOffered e => Offered(state, e),
        WriteApplied e => Applied(state, e),
        WriteNotApplied => Returned(state),
        WriteOverwritten e => Overwritten(state, e),
        WriteRejected e => Rejected(state, e),
        RecordParked e => state with { Parked = e.Error },
        RemoteTaken e => Taken(state, e),
        ReadBackAsked e => state with { ReadBackAskedAt = e.At },
        ConflictResolved e => Resolved(state, e),
        AdoptionQueued e => state with
        {
            Queue = LocalQueue.Add(state.Queue, new LocalWrite(
                WriteOperation.Update, FieldValues.Of((e.Field, e.ExternalId)), FieldValues.Of((e.Field, e.Found)), e.At, state.Row ?? default)),
        },
        RemoteDeletionTaken e => Deleted(state, e),
        RemoteUndeletionTaken e => state with
        {
            Sfid = e.Sfid,
            FormerSfids = state.FormerSfids.Remove(e.Sfid),
            Life = Life.Alive,
            Owed = state.Owed is { Operation: RowOperation.Delete } ? null : state.Owed,
            EvidenceReadBegan = e.ReadBegan,
        },
        RowWritten e => Written(state, e),
        Unexpected => state,
        _ => throw new UnreachableException(@event.GetType().Name),
    };

    /// <summary>The state after a run of events.</summary>
    public static RecordState Fold(RecordState state, IEnumerable<RecordEvent> events) => events.Aggregate(state, Evolve);

    private static RecordState Changed(RecordState state, LocalChanged e)
    {
        var write = new LocalWrite(
            e.Operation switch
            {
                RowOperation.Insert => WriteOperation.Insert,
                RowOperation.Update => WriteOperation.Update,
                _ => WriteOperation.Delete,
            },
            e.Operation == RowOperation.Delete ? FieldValues.Empty : e.New,
            e.Operation == RowOperation.Update ? e.Old : FieldValues.Empty,
            e.At,
            e.Stamp);

        // The application inserts a row that Salesforce's record was about to create: one record, two sets of values.
        if (e.Operation == RowOperation.Insert && state.Owed is { Operation: RowOperation.Insert } owed)
        {
            return Joined(state, e, owed);
        }

        // A delete of a record Salesforce never heard of has nobody to go to.
        var nobody = e.Operation == RowOperation.Delete && state.Sfid is null && state.Outstanding is null;
        var queue = nobody ? [] : LocalQueue.Add(state.Queue, write);
        var corrected = e.Operation == RowOperation.Delete || !e.New.IsEmpty;
        return state with
        {
            Row = e.Operation == RowOperation.Delete ? null : state.Row is { } seen && seen > e.Stamp ? seen : e.Stamp,
            Queue = queue,
            Life = nobody && state.Life != Life.Unborn ? Life.Dead
                : e.Operation == RowOperation.Insert && state.Sfid is null ? Life.Unborn
                : state.Life,
            Owed = e.Operation == RowOperation.Delete || e.Operation == RowOperation.Insert ? null : WithoutFields(state.Owed, e.New),
            Parked = corrected ? null : state.Parked,
        };
    }

    private static RecordState Joined(RecordState state, LocalChanged e, OwedRow owed)
    {
        var said = e.New.Where((name, value) => value is not null && !owed.Fields.Is(name, value));
        var agreed = owed.Fields.Where((name, _) => said.Has(name));
        return state with
        {
            Row = e.Stamp,
            Parked = null,
            Queue = said.IsEmpty ? state.Queue : LocalQueue.Add(state.Queue, new LocalWrite(WriteOperation.Update, said, agreed, e.At, e.Stamp)),
            Owed = new OwedRow(RowOperation.Update, owed.Fields.Where((name, _) => e.New[name] is null), owed.Status),
        };
    }

    private static RecordState Offered(RecordState state, WriteOffered e)
    {
        var write = new LocalWrite(e.Operation, e.Fields, e.Base, e.ChangedAt, e.Stamp);
        return state with { Outstanding = new OutstandingWrite(e.WriteNo, e.Sfid, write), LastWriteNo = e.WriteNo, Queue = state.Queue.RemoveAt(0) };
    }

    private static RecordState Applied(RecordState state, WriteApplied e)
    {
        var write = state.Outstanding!.Write;
        if (write.Operation == WriteOperation.Delete)
        {
            return state with
            {
                Outstanding = null,
                Sfid = null,
                FormerSfids = Former(state, state.Sfid ?? e.Sfid),
                Bars = RecordState.NoBars,
                Life = state.Row is null ? Life.Dead : Life.Unborn,
                EvidenceReadBegan = e.At,
                ReadBackAskedAt = null,
            };
        }

        var gone = state.FormerSfids.Contains(e.Sfid);
        var settled = state.Queue.IsEmpty;
        var status = new RowStatus(
            Sfid: state.Sfid is null && !gone ? e.Sfid : null,
            LastOp: settled ? write.Operation == WriteOperation.Insert ? "INSERTED" : "UPDATED" : null,
            Error: settled ? "" : null);
        return state with
        {
            Outstanding = null,
            Sfid = gone ? state.Sfid : e.Sfid,
            Life = gone ? state.Life : Life.Alive,
            Bars = gone ? state.Bars : Barred(state.Bars, write.Fields, e.At),
            Owed = gone ? state.Owed : OwedStatus(state, status),
        };
    }

    private static RecordState Returned(RecordState state) =>
        state with { Outstanding = null, Queue = LocalQueue.Return(state.Outstanding!.Write, state.Queue) };

    private static RecordState Overwritten(RecordState state, WriteOverwritten e)
    {
        var write = state.Outstanding!.Write;
        var kept = write with { Operation = WriteOperation.Update, Fields = e.Kept, Base = write.Base.Where((name, _) => e.Kept.Has(name)) };
        return state with
        {
            Outstanding = null,
            Sfid = e.Sfid,
            Life = Life.Alive,
            Queue = e.Kept.IsEmpty ? state.Queue : LocalQueue.Return(kept, state.Queue),
            Owed = OwedStatus(state, new RowStatus(Sfid: state.Sfid is null ? e.Sfid : null)),
        };
    }

    private static RecordState Rejected(RecordState state, WriteRejected e)
    {
        var operation = state.Outstanding!.Write.Operation.ToString().ToUpperInvariant();
        var returned = Returned(state);
        var error = new ParkedError("salesforce", operation, e.Code, e.Reason, e.At);
        // A later local change already waits behind the refused write: it supersedes it at once.
        return state.Queue.IsEmpty
            ? returned with { Parked = error, Owed = OwedStatus(state, new RowStatus(LastOp: "FAILED", Error: ErrorJson(error))) }
            : returned;
    }

    private static RecordState Taken(RecordState state, RemoteTaken e)
    {
        var status = new RowStatus(
            Sfid: e.Sfid,
            SystemModstamp: e.AsOf,
            LastOp: state.Queue.IsEmpty && state.Outstanding is null && state.Parked is null ? "SYNCED" : null);
        var next = state with
        {
            Sfid = e.Sfid,
            Life = Life.Alive,
            EvidenceReadBegan = e.ReadBegan,
            SystemModstamp = e.AsOf,
            ReadBackAskedAt = state.ReadBackAskedAt is { } asked && asked < e.ReadBegan ? null : state.ReadBackAskedAt,
            Bars = Lifted(state.Bars, e.ReadBegan),
            Parked = state.Parked is { Source: "postgres" } ? null : state.Parked,
        };
        return e.Insert
            ? next with { Owed = new OwedRow(RowOperation.Insert, e.New, status) }
            : next with { Owed = Owe(next, e.New, status) };
    }

    private static RecordState Resolved(RecordState state, ConflictResolved e)
    {
        if (e.Field == "*")
        {
            return e.Winner == Side.Salesforce
                ? state with { Queue = [.. state.Queue.Where(write => write.Operation == WriteOperation.Insert)] }
                : state;
        }

        if (e.Winner == Side.Salesforce)
        {
            var queue = LocalQueue.Without(state.Queue, new HashSet<string>(StringComparer.Ordinal) { e.Field });
            return state with { Queue = queue, Owed = Owe(state, FieldValues.Of((e.Field, e.Remote)), new RowStatus()) };
        }

        // Ours goes out; what Salesforce has now is what both sides know of, so seeing it again is no news. It is no longer owed to the row.
        return state with
        {
            Queue = [.. state.Queue.Select(write => write.Operation == WriteOperation.Update && write.Fields.Has(e.Field)
                ? write with { Base = write.Base.With(e.Field, e.Remote) }
                : write)],
            Owed = WithoutFields(state.Owed, FieldValues.Of((e.Field, e.Remote))),
        };
    }

    private static RecordState Deleted(RecordState state, RemoteDeletionTaken e) => state with
    {
        Sfid = null,
        FormerSfids = Former(state, e.Sfid),
        Life = state.Row is null ? Life.Dead : Life.DeletedRemotely,
        Bars = RecordState.NoBars,
        EvidenceReadBegan = e.ReadBegan,
        ReadBackAskedAt = null,
        Parked = null,
        // A later life of the row keeps its birth; everything said about the ended life goes with it.
        Queue = [.. state.Queue.SkipWhile(write => write.Operation != WriteOperation.Insert)],
        Owed = state.Row is null || state.Queue.Any(write => write.Operation == WriteOperation.Insert)
            ? null
            : new OwedRow(RowOperation.Delete, FieldValues.Empty, new RowStatus()),
    };

    private static RecordState Written(RecordState state, RowWritten e) => state with
    {
        Row = e.Stamp,
        Owed = null,
        Life = e.Operation == RowOperation.Delete ? Life.Dead : state.Life,
        Parked = state.Parked is { Source: "postgres" } ? null : state.Parked,
    };

    private static OwedRow? OwedStatus(RecordState state, RowStatus status) =>
        status == new RowStatus() ? state.Owed : Owe(state, FieldValues.Empty, status);

    private static OwedRow? Owe(RecordState state, FieldValues fields, RowStatus status) => (state.Owed, state.Row) switch
    {
        ({ } owed, _) => owed with { Fields = owed.Fields.With(fields), Status = owed.Status.With(status) },
        (null, null) => null,
        _ => new OwedRow(RowOperation.Update, fields, status),
    };

    private static OwedRow? WithoutFields(OwedRow? owed, FieldValues changed) =>
        owed is null ? null : owed with { Fields = owed.Fields.Without(changed.Names.ToHashSet(StringComparer.Ordinal)) };

    private static ImmutableArray<string> Former(RecordState state, string? sfid)
    {
        if (sfid is null || state.FormerSfids.Contains(sfid))
        {
            return state.FormerSfids;
        }

        var former = state.FormerSfids.Add(sfid);
        return former.Length > RecordState.FormerSfidsMax ? former.RemoveAt(0) : former;
    }

    private static ImmutableSortedDictionary<string, FieldBar> Barred(ImmutableSortedDictionary<string, FieldBar> bars, FieldValues sent, DateTimeOffset answeredAt)
    {
        var builder = bars.ToBuilder();
        foreach (var (name, value) in sent)
        {
            var earlier = builder.TryGetValue(name, out var bar) ? bar.Sent : [];
            var values = earlier.Add(value);
            builder[name] = new FieldBar(values.Length > FieldBar.SentValuesMax ? values.RemoveAt(0) : values, answeredAt);
        }

        return builder.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, FieldBar> Lifted(ImmutableSortedDictionary<string, FieldBar> bars, DateTimeOffset readBegan) =>
        bars.RemoveRange(bars.Where(bar => bar.Value.AnsweredAt < readBegan).Select(bar => bar.Key));

    // {"op","src","msg"}: the shape Heroku Connect writes to _hc_err.
    internal static string ErrorJson(ParkedError error) =>
        $$"""{"op":{{Json(error.Operation)}},"src":{{Json(error.Source.ToUpperInvariant())}},"msg":{{Json($"{error.Code}: {error.Message}")}}}""";

    private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
