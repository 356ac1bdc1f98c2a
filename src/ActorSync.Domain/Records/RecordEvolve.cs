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
        LocalChanged e => LocalEvolve.Changed(state, e),
        RowTouched e => LocalEvolve.Touched(state, e),
        WriteOffered e => Offered(state, e),
        WriteApplied e => Applied(state, e),
        WriteNotApplied => Returned(state),
        ReferencesDeferred e => Returned(state) with { Deferred = e.Fields },
        WriteOverwritten e => Overwritten(state, e),
        WriteRejected e => Rejected(state, e),
        RecordParked e => Parked(state, e.Error),
        RemoteTaken e => Taken(state, e),
        ReadBackAsked e => Asked(state, e),
        ConflictResolved e => Resolved(state, e),
        ChangeEventTaken e => CounterEvolve.Taken(state, e),
        ChangeEventsMissed e => CounterEvolve.Missed(state, e),
        CounterCounted e => CounterEvolve.Counted(state, e),
        ConflictFrozen e => ConflictInbox.Frozen(state, e),
        ConflictChosen e => ConflictInbox.Chosen(state, e),
        AdoptionQueued e => Adopting(state, e),
        RemoteDeletionTaken e => Deleted(state, e),
        RemoteUndeletionTaken e => Undeleted(state, e),
        RemoteMergeTaken e => Merged(state, e),
        RemoteDisplaced e => Displaced(state, e),
        RowWritten e => LocalEvolve.Written(state, e),
        OperatorActed e => OperatorEvolve.Acted(state, e),
        Unexpected => state,
        _ => throw new UnreachableException(@event.GetType().Name),
    };

    /// <summary>The state after a run of events.</summary>
    public static RecordState Fold(RecordState state, IEnumerable<RecordEvent> events) => events.Aggregate(state, Evolve);

    private static RecordState Offered(RecordState state, WriteOffered e)
    {
        var sums = e.Counted?.Names.ToHashSet(StringComparer.Ordinal) ?? [];
        var write = new LocalWrite(e.Operation, e.Fields.Without(sums), e.Base.Without(sums), e.ChangedAt, e.Stamp, !state.Queue.IsEmpty && state.Queue[0].Ordered) { Position = e.Position };
        var next = state with
        {
            Outstanding = new OutstandingWrite(e.WriteNo, e.Sfid, write),
            LastWriteNo = e.WriteNo,
            Counters = CounterEvolve.Offered(state, e),
            Deferred = null,
            // Sums may go by themselves.
            Queue = write is { Operation: WriteOperation.Update, Fields.IsEmpty: true } ? state.Queue : state.Queue.RemoveAt(0),
        };
        return e.Deferred is null ? next : next with { Queue = next.Queue.Insert(0, Following(write, e.Deferred)) };
    }

    // A record that is born without a reference has none.
    private static LocalWrite Following(LocalWrite birth, FieldValues references) => birth with
    {
        Operation = WriteOperation.Update,
        Fields = references,
        Base = FieldValues.From(references.Names.Select(name => KeyValuePair.Create(name, (string?)null))),
        Follows = true,
    };

    private static RecordState Applied(RecordState state, WriteApplied e)
    {
        var outstanding = state.Outstanding!;
        var write = outstanding.Write;
        if (outstanding.IsOver(state))
        {
            // Its record has been deleted since: that it was applied revives nothing. If it lives again, it has what was sent.
            return state with { Outstanding = null, Queue = outstanding.Ended ? LocalQueue.Rebased(state.Queue, write.Fields) : state.Queue };
        }

        if (write.Operation == WriteOperation.Delete)
        {
            return state with
            {
                Outstanding = null,
                Sfid = null,
                FormerSfids = Former(state, state.Sfid),
                Bars = RecordState.NoBars,
                Life = state.Row is null ? Life.Dead : Life.Unborn,
                EvidenceReadBegan = Later(state.EvidenceReadBegan, e.At),
                ReadBacks = state.ReadBacks.Remove(state.Sfid ?? ""),
            };
        }

        var settled = state.Queue.IsEmpty;
        var status = new RowStatus(
            Sfid: state.Sfid is null ? e.Sfid : null,
            LastOp: settled ? write.Operation == WriteOperation.Insert ? "INSERTED" : "UPDATED" : null,
            Error: settled ? "" : null);
        return state with
        {
            Outstanding = null,
            Sfid = e.Sfid,
            FormerSfids = (state.Sfid == e.Sfid ? state.FormerSfids : Former(state, state.Sfid)).Remove(e.Sfid),
            Life = Life.Alive,
            Bars = Barred(state.Bars, write.Fields, e.At),
            Parked = Settled(state),
            Owed = state.DeletePending ? state.Owed : OwedRow.Of(state, FieldValues.Empty, status),
        };
    }

    internal static RecordState Returned(RecordState state, bool refused = false)
    {
        var outstanding = state.Outstanding!;
        if (outstanding.IsOver(state))
        {
            // Its record has been deleted since: there is nobody to say it to, and a birth is not repeated.
            return state with { Outstanding = null };
        }

        var write = state.Sfid is null ? outstanding.Write : LocalQueue.AsUpdate(outstanding.Write);
        write = write with { Fields = write.Fields.Without(state.Inbox.Keys) };
        var counters = CounterEvolve.Returned(state, outstanding.WriteNo);
        if (write.Operation == WriteOperation.Insert)
        {
            // What was counted while the birth was outside it takes along the next time.
            write = write with { Fields = write.Fields.With(FieldValues.From(counters.Select(counter => KeyValuePair.Create(counter.Key, (string?)Counters.Text(Counters.Sum(counter.Value)))))) };
            counters = RecordState.NoCounters;
        }

        var left = write is { Operation: WriteOperation.Update, Fields.IsEmpty: true } ? state.Queue : refused ? LocalQueue.Supersede(write, state.Queue) : LocalQueue.Return(write, state.Queue);
        return state with { Outstanding = null, Queue = left, Parked = Settled(state), Counters = counters };
    }

    private static ParkedError? Settled(RecordState state) => state.Parked is { Source: ParkedError.Doubt } ? null : state.Parked;

    private static RecordState Overwritten(RecordState state, WriteOverwritten e)
    {
        var outstanding = state.Outstanding!;
        if (outstanding.IsOver(state))
        {
            return state with { Outstanding = null };
        }

        var write = outstanding.Write;
        var ours = e.Kept.Without(state.Inbox.Keys);
        var kept = write with { Operation = WriteOperation.Update, Fields = ours, Base = write.Base.Where((name, _) => ours.Has(name)) };
        return state with
        {
            Outstanding = null,
            Sfid = e.Sfid,
            FormerSfids = state.FormerSfids.Remove(e.Sfid),
            Life = Life.Alive,
            Bars = Barred(state.Bars, write.Fields, e.At),
            Parked = Settled(state),
            Queue = ours.IsEmpty ? state.Queue : LocalQueue.Return(kept, state.Queue),
            Owed = state.DeletePending || state.Sfid is not null ? state.Owed : OwedRow.Of(state, FieldValues.Empty, new RowStatus(Sfid: e.Sfid)),
        };
    }

    private static RecordState Rejected(RecordState state, WriteRejected e)
    {
        var outstanding = state.Outstanding!;
        var returned = Returned(state, refused: true);
        var moot = (returned.Queue.IsEmpty && returned.Counters.IsEmpty) || outstanding.IsOver(state);
        // A later local change already waits behind the refused write: it supersedes it at once. Nothing supersedes a refused delete.
        return moot || (outstanding.Write.Operation != WriteOperation.Delete && state.Queue.Any(waiting => !waiting.Follows))
            ? returned
            : Parked(returned, new ParkedError(ParkedError.Salesforce, Name(outstanding.Write.Operation), e.Code, e.Reason, e.At));
    }

    private static RecordState Parked(RecordState state, ParkedError error) => state with
    {
        Parked = error,
        Owed = error.Source is ParkedError.Salesforce or ParkedError.Doubt
            ? OwedRow.Of(state, FieldValues.Empty, new RowStatus(LastOp: "FAILED", Error: ErrorJson(error)))
            : state.Owed,
    };

    private static RecordState Taken(RecordState state, RemoteTaken e)
    {
        var status = new RowStatus(
            Sfid: e.Sfid,
            SystemModstamp: e.AsOf,
            LastOp: state.Queue.IsEmpty && state.Outstanding is null && state.Parked is null ? "SYNCED" : null,
            IsDeleted: state.IsMarked ? false : null);
        var born = state.Sfid is null && !state.DeletePending;
        var bars = Lifted(state.Bars, e.ReadBegan);
        var shown = CounterEvolve.Shown(state, e);
        var next = state with
        {
            Sfid = e.Sfid,
            Life = Life.Alive,
            EvidenceReadBegan = Later(state.EvidenceReadBegan, e.ReadBegan),
            SystemModstamp = e.AsOf,
            ReadBacks = Answered(state, e.Sfid, e.ReadBegan),
            Bars = bars,
            StreamReadAsOf = shown.AsOf,
            StreamReadBegan = shown.Began,
            Queue = born ? LocalQueue.AsUpdates(state.Queue) : state.Queue,
            // Another image may fit the row that refused the last one; a birth that was refused is an update now.
            SkippedBirth = null,
            Parked = state.Parked is { Source: ParkedError.Postgres } || (born && state.Parked is { Source: ParkedError.Salesforce }) ? null : state.Parked,
        };
        next = e.Insert ? next with { Owed = new OwedRow(RowOperation.Insert, e.New, status) }
            : state.DeletePending ? next
            : next with { Owed = OwedRow.Of(next, e.New, status) };
        // What the row is still to get back of a skipped change stays what both sides agree on.
        return next.GivenUp is not { } held ? next
            : held.Where((name, value) => next.Owed?.Fields.Is(name, value) == true) is { IsEmpty: false } left ? next with { GivenUp = left }
            : next with { GivenUp = null };
    }

    private static RecordState Resolved(RecordState state, ConflictResolved e)
    {
        if (e.Field == "*")
        {
            return e.Winner == Side.Salesforce
                // What a later life says is not contested.
                ? state with { Queue = [.. state.Queue.SkipWhile(write => write.Operation != WriteOperation.Insert)], Outstanding = e.Remote == "changed" ? Ended(state) : state.Outstanding }
                : state;
        }

        // One change that meets a value of Salesforce's after the other while it waits to be sent goes round with nobody.
        var waits = state.Queue.FirstOrDefault(write => write.Fields.Has(e.Field)) is { Rebased: { } rebased } && rebased.Contains(e.Field);
        state = waits ? state : state with { FieldRounds = state.FieldRounds.SetItem(e.Field, state.FieldRounds.GetValueOrDefault(e.Field) + 1) };
        if (e.Winner == Side.Salesforce)
        {
            var queue = LocalQueue.Without(state.Queue, new HashSet<string>(StringComparer.Ordinal) { e.Field });
            return state with { Queue = queue, Owed = OwedRow.Of(state, FieldValues.Of((e.Field, e.Remote)), new RowStatus()) };
        }

        // Ours goes out; what Salesforce has now is what both sides know of, so seeing it again is no news. It is no longer owed to the row, but for an operator's word: that goes to both sides.
        var word = state.Owed?.Fields.TryGet(e.Field, out var coming) == true && state.Says(e.Field, coming);
        return state with
        {
            // Only the first of several writes is made from what Salesforce has.
            Queue = state.Queue.FirstOrDefault(write => write.Fields.Has(e.Field)) is { } first ? state.Queue.Replace(first, Rebased(first)) : state.Queue,
            Outstanding = state.Outstanding is { } outstanding ? outstanding with { Write = Rebased(outstanding.Write) } : null,
            Owed = word ? state.Owed : state.Owed?.Without([e.Field]),
        };

        LocalWrite Rebased(LocalWrite write) =>
            write.Operation != WriteOperation.Delete ? write.From(FieldValues.Of((e.Field, e.Remote))) : write;
    }

    // A delete has lost: the row comes back as Salesforce has the record, and what is still outside was said of the one that was deleted.
    private static OutstandingWrite? Ended(RecordState state) =>
        state.Outstanding is { Write.Operation: not WriteOperation.Delete } outside && (outside.Sfid ?? state.Sfid) == state.Sfid
            ? outside with { Ended = true, Sfid = state.Sfid } : state.Outstanding;

    private static RecordState Adopting(RecordState state, AdoptionQueued e)
    {
        // When the application last spoke is what conflicts compare: writing the external id is nothing it said.
        var at = state.Queue.IsEmpty ? e.At : state.Queue[^1].At;
        var write = new LocalWrite(WriteOperation.Update, FieldValues.Of((e.Field, e.ExternalId)), FieldValues.Of((e.Field, e.Found)), at, state.Row ?? default);
        return state with { Queue = LocalQueue.Add(state.Queue, write) };
    }

    private static RecordState Deleted(RecordState state, RemoteDeletionTaken e)
    {
        var readBacks = state.ReadBacks.Remove(e.Sfid);
        if (state.Sfid != e.Sfid && (state.Sfid is not null || state.FormerSfids.Contains(e.Sfid)))
        {
            // Known already, or nobody's: it answers the read that was asked for.
            return state with { EvidenceReadBegan = Later(state.EvidenceReadBegan, e.ReadBegan), ReadBacks = readBacks };
        }

        // A later life of the row keeps its birth; everything said about the ended life goes with it.
        ImmutableArray<LocalWrite> nextLife = [.. state.Queue.SkipWhile(write => write.Operation != WriteOperation.Insert)];
        return state with
        {
            Sfid = null,
            FormerSfids = Former(state, e.Sfid),
            Outstanding = state.BirthOutside ? state.Outstanding! with { Sfid = e.Sfid } : state.Outstanding,
            Life = !nextLife.IsEmpty ? Life.Unborn : state.Row is null ? Life.Dead : Life.DeletedRemotely,
            Bars = RecordState.NoBars,
            Inbox = RecordState.NoInbox,
            Counters = RecordState.NoCounters,
            FieldRounds = RecordState.NoRounds,
            EvidenceReadBegan = Later(state.EvidenceReadBegan, e.ReadBegan),
            ReadBacks = readBacks,
            Parked = null,
            Queue = nextLife,
            Owed = state.Row is null || !nextLife.IsEmpty ? null
                : e.Soft ? new OwedRow(RowOperation.Update, FieldValues.Empty, new RowStatus(LastOp: "SYNCED", Error: "", IsDeleted: true))
                : new OwedRow(RowOperation.Delete, FieldValues.Empty, new RowStatus()),
        };
    }

    private static RecordState Undeleted(RecordState state, RemoteUndeletionTaken e) => state with
    {
        Sfid = e.Sfid,
        FormerSfids = state.FormerSfids.Remove(e.Sfid),
        Life = Life.Alive,
        Outstanding = state.Outstanding is { } outside && outside.Sfid == e.Sfid ? outside with { Ended = true }
            : state.BirthOutside ? state.Outstanding! with { Revived = true } : state.Outstanding,
        Queue = LocalQueue.AsUpdates(state.Queue),
        Owed = state.Owed is { Operation: RowOperation.Delete } ? null
            : state.IsMarked ? OwedRow.Of(state, FieldValues.Empty, new RowStatus(Sfid: e.Sfid, IsDeleted: false))
            : state.Owed,
        Parked = null,
        EvidenceReadBegan = Later(state.EvidenceReadBegan, e.ReadBegan),
    };

    private static RecordState Displaced(RecordState state, RemoteDisplaced e)
    {
        if (e.Field is not { } field)
        {
            return state with { ReadBacks = Answered(state, e.Sfid, e.ReadBegan) };
        }

        // It is not adopted after all.
        var moved = Moved(state, e.Sfid, e.By!, e.ReadBegan);
        return moved with
        {
            Queue = LocalQueue.Without(moved.Queue, new HashSet<string>(StringComparer.Ordinal) { field }),
            Parked = moved.Parked is { Source: ParkedError.Salesforce } ? null : moved.Parked,
        };
    }

    private static RecordState Merged(RecordState state, RemoteMergeTaken e) => e.Moved ? Moved(state, e.Sfid, e.Into, e.ReadBegan) : state;

    // The row follows to another record.
    private static RecordState Moved(RecordState state, string from, string to, DateTimeOffset readBegan)
    {
        // What is on its way to the one goes to the other again; its outcome, whatever it is, concerns nobody any more.
        var outside = state.Outstanding is { } write ? write with { Sfid = from } : null;
        return state with
        {
            Sfid = to,
            FormerSfids = Former(state, from).Remove(to),
            Outstanding = outside,
            Queue = state.Outstanding is { Write: { Operation: WriteOperation.Update, Fields.IsEmpty: false } sent } ? LocalQueue.Return(sent, state.Queue) : state.Queue,
            Bars = RecordState.NoBars,
            SystemModstamp = null,
            StreamAt = null,
            StreamOwnAt = null,
            StreamSeen = [],
            StreamReadAsOf = null,
            StreamReadBegan = null,
            EvidenceReadBegan = Later(state.EvidenceReadBegan, readBegan),
            ReadBacks = state.ReadBacks.Remove(from),
            Owed = OwedRow.Of(state, FieldValues.Empty, new RowStatus(Sfid: to)),
        };
    }

    private static RecordState Asked(RecordState state, ReadBackAsked e)
    {
        var asked = state.ReadBacks.SetItem(e.Sfid, e.At);
        return state with { ReadBacks = asked.Count > RecordState.ReadBacksMax ? asked.Remove(asked.MinBy(of => of.Value).Key) : asked };
    }

    private static ImmutableSortedDictionary<string, DateTimeOffset> Answered(RecordState state, string sfid, DateTimeOffset readBegan) =>
        state.AskedAt(sfid) < readBegan ? state.ReadBacks.Remove(sfid) : state.ReadBacks;

    private static DateTimeOffset Later(DateTimeOffset? known, DateTimeOffset at) => known > at ? known.Value : at;

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

    private static string Name(WriteOperation operation) => operation.ToString().ToUpperInvariant();

    // {"op","src","msg"}: the shape Heroku Connect writes to _hc_err.
    internal static string ErrorJson(ParkedError error) =>
        $$"""{"op":{{Json(error.Operation)}},"src":{{Json(error.Source.ToUpperInvariant())}},"msg":{{Json($"{error.Code}: {error.Message}")}}}""";

    private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
