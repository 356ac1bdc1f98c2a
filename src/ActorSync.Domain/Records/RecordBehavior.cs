using System.Collections.Immutable;
using System.Diagnostics;
using ActorSync.Domain.Mapping;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.Domain.Records;

/// <summary>What a record actor decides: the heart of the product (record-semantics, rules 0 to 10). Pure: no clock, no randomness, no I/O, no await.
/// Decide turns one message into events; Evolve folds them; what is owed to the outside is read off the state and the events.</summary>
public static class RecordBehavior
{
    /// <summary>The events that one message causes in a state, the offer of the next write included. Taking any evidence twice changes nothing.</summary>
    /// <param name="now">The turn's time, database clock.</param>
    public static ImmutableArray<RecordEvent> Decide(ObjectMapping mapping, RecordId id, RecordState state, RecordMessage message, DateTimeOffset now) =>
        Take(new RecordDecision(mapping, id, state, now), state, message).Finish();

    /// <summary>As <see cref="Decide"/>, without an offer: more messages of the record may follow in the turn, and states inside a transaction of the
    /// application are nobody's business. <see cref="Offer"/> comes when all are taken.</summary>
    public static ImmutableArray<RecordEvent> Take(ObjectMapping mapping, RecordId id, RecordState state, RecordMessage message, DateTimeOffset now) =>
        Take(new RecordDecision(mapping, id, state, now), state, message).Events;

    /// <summary>Offers the record's next write if it is free to: once per turn, when its messages have been taken.</summary>
    public static ImmutableArray<RecordEvent> Offer(ObjectMapping mapping, RecordId id, RecordState state, DateTimeOffset now) =>
        new RecordDecision(mapping, id, state, now).Finish();

    private static RecordDecision Take(RecordDecision decision, RecordState state, RecordMessage message)
    {
        switch (message)
        {
            case LocalChange m:
                TakeLocalChange(decision, m);
                break;
            case RemoteImage m:
                RemoteEvidence.TakeImage(decision, m);
                break;
            case RemoteDeleted m:
                RemoteEvidence.TakeDeletion(decision, m);
                break;
            case WriteConfirmed m when m.WriteNo == state.Outstanding?.WriteNo:
                TakeApplied(decision, m.WriteNo, m.Submission, m.Sfid, m.At);
                break;
            case WriteRefused m when m.WriteNo == state.Outstanding?.WriteNo:
                TakeRefusal(decision, m);
                break;
            case ReferencesAwaited m when m.WriteNo == state.Outstanding?.WriteNo && state.Outstanding.Write.Operation == WriteOperation.Insert:
                decision.Add(new ReferencesDeferred(m.WriteNo, m.Fields, m.At));
                break;
            case DoubtSettled m when m.WriteNo == state.Outstanding?.WriteNo:
                TakeSettledDoubt(decision, m);
                break;
            case RowWriteResult m:
                TakeRowResult(decision, m);
                break;
            case Retry m:
                OperatorActs.Retry(decision, m);
                break;
            case Skip m:
                OperatorActs.Skip(decision, m);
                break;
            case EditAndRetry m:
                OperatorActs.Edit(decision, m);
                break;
            case RemoteUndeleted m:
                RemoteEvidence.TakeUndeletion(decision, m);
                break;
            case RemoteMerged m:
                RemoteEvidence.TakeMerge(decision, m);
                break;
            case RemoteChanged m:
                Counters.Remote(decision, m);
                break;
            case ChangesMissed m when m.Sfid == state.Sfid:
                Counters.Lose(decision, m.Reason);
                RemoteEvidence.Ask(decision, m.Sfid, m.Reason, m.At);
                break;
            case ChangesMissed:
                break;
            case ChooseSide m:
                ConflictInbox.Choose(decision, m);
                break;
            case Poisoned m:
                decision.Add(new RecordParked(new ParkedError(ParkedError.Engine, m.Message, "DEFECT", m.Reason, m.At)));
                break;
            // An outcome that names any write but the outstanding one is a straggler: fenced.
            case WriteConfirmed or WriteRefused or DoubtSettled or ReferencesAwaited when IsStraggler(state, message):
                break;
            case WriteConfirmed or WriteRefused or DoubtSettled or ReferencesAwaited:
                decision.Add(new Unexpected(message.ToString(), decision.Now));
                break;
            default:
                throw new UnreachableException(message.GetType().Name);
        }

        return decision;
    }

    private static bool IsStraggler(RecordState state, RecordMessage outcome)
    {
        var writeNo = outcome switch
        {
            WriteConfirmed m => m.WriteNo,
            WriteRefused m => m.WriteNo,
            DoubtSettled m => m.WriteNo,
            ReferencesAwaited m => m.WriteNo,
            _ => throw new UnreachableException(outcome.GetType().Name),
        };
        return writeNo <= state.LastWriteNo && writeNo != state.Outstanding?.WriteNo;
    }

    /// <summary>The write-back this state owes its row, if it may be tried now: a function of state, asked for again after recovery.</summary>
    public static OwedRow? Owed(RecordState state) =>
        state.Parked is { Source: ParkedError.Postgres } ? null
        : state.Owed is null || (state.Owed.Operation != RowOperation.Insert && state.Row is null) ? null
        : state.Owed;

    /// <summary>True when the message cannot be decided yet: the row it was compared with is not the version this actor has seen (its change is in the log
    /// and is decided first), or the row of an ended life still has to go.</summary>
    public static bool MustWait(RecordState state, RecordMessage message) =>
        message is RemoteChanged { Row.Stamp: var row, Sfid: var sfid } ? row != state.Row || (state.Sfid is null && state.BirthOutside && !state.FormerSfids.Contains(sfid))
        : message is RemoteImage image
        && (image.Row.Stamp != state.Row || (state.Owed is { Operation: RowOperation.Delete } && !state.FormerSfids.Contains(image.Sfid)));

    private static void TakeLocalChange(RecordDecision decision, LocalChange m)
    {
        var before = decision.State;
        if (m.Operation == RowOperation.Update && m.New.IsEmpty)
        {
            decision.Add(new RowTouched(m.Stamp, m.At));
            return;
        }

        // Values still owed to the row were news from Salesforce when the application changed them: both sides have changed them.
        // What we are about to say ourselves is no news: an operator's word goes to both sides.
        var owed = before.Owed is { Operation: not RowOperation.Delete } waiting ? waiting.Fields.Where((name, value) => !before.Says(name, value)) : FieldValues.Empty;
        decision.Add(new LocalChanged(m.ChangeId, m.Xid, m.At, m.Operation, m.Stamp, m.Old, m.New, Ordered: IsOrdered(decision), Intents: decision.IntentsOf(m)));
        if (before.IsEnded(m.Stamp))
        {
            return;
        }

        Counters.Local(decision, before, m);
        switch (m.Operation)
        {
            case RowOperation.Update when before.Life == Life.DeletedRemotely || before.IsMarked:
                decision.Add(new ConflictResolved("*", null, "changed", "deleted", Side.Salesforce, "delete wins", decision.Now));
                break;
            // What Salesforce's record says nothing of is not contested.
            case RowOperation.Insert when before.Owed is { Operation: RowOperation.Insert }:
                SettleOwed(decision, owed.Where((_, value) => value is not null), m.New.Where((_, value) => value is not null), m);
                break;
            case RowOperation.Update:
                RestoreUnchangeable(decision, owed, m);
                SettleOwed(decision, owed, m.New, m);
                break;
        }

        RefuseReadOnly(decision, m);
    }

    // What a refused write waits for supersedes it, so it is folded into it.
    private static bool IsOrdered(RecordDecision decision) =>
        decision.Mapping.Mode == WriteMode.Ordered && decision.State.Parked is not { Source: ParkedError.Salesforce };

    private static void SettleOwed(RecordDecision decision, FieldValues owed, FieldValues local, LocalChange m)
    {
        var frozen = decision.State.Inbox;
        var mine = new LocalWrite(WriteOperation.Update, local, FieldValues.Empty, m.At, m.Stamp);
        foreach (var (name, remote) in owed.Where((name, value) => local.TryGet(name, out var changed) && changed != value && decision.CanUpdate(name) && !frozen.ContainsKey(name)
            && (m.Operation == RowOperation.Insert || decision.Mapping.PolicyOf(name) != ConflictPolicy.Counter)))
        {
            decision.Resolve(name, mine, remote, decision.State.SystemModstamp ?? m.At);
        }
    }

    // What cannot be changed here, as Salesforce computes it or the mapping is read-only: the row gets its value back.
    private static void RestoreUnchangeable(RecordDecision decision, FieldValues owed, LocalChange m)
    {
        if (decision.State.Sfid is null)
        {
            return;
        }

        foreach (var (name, local) in m.New.Where((name, _) => !decision.CanUpdate(name)))
        {
            decision.Restore(name, local, owed.TryGet(name, out var waiting) ? waiting : m.Old[name]);
        }
    }

    // In a read-only mapping the row of a linked record comes back as Salesforce has it, and a row of nobody's stays here with its error.
    private static void RefuseReadOnly(RecordDecision decision, LocalChange m)
    {
        var state = decision.State;
        if (decision.Mapping.Access != MappingAccess.ReadOnly || state.Queue.IsEmpty)
        {
            return;
        }

        if (state.Sfid is { } sfid)
        {
            decision.Add(new ConflictResolved("*", null, m.Operation.ToString().ToUpperInvariant(), null, Side.Salesforce, "the mapping is read-only", decision.Now));
            decision.Add(new ReadBackAsked(sfid, "the mapping is read-only", decision.Now));
        }
        else if (state.Parked is null)
        {
            decision.Add(new RecordParked(new ParkedError(
                ParkedError.Engine, "INSERT", ParkedError.ReadOnly, "the mapping is read-only: insert the record in Salesforce, or delete the row", m.At)));
        }
    }

    private static void TakeApplied(RecordDecision decision, int writeNo, Guid submission, string sfid, DateTimeOffset at)
    {
        var birth = decision.State.BirthOutside;
        var former = decision.State.FormerSfids.Contains(sfid);
        decision.Add(new WriteApplied(writeNo, submission, sfid, at));
        if (birth && former)
        {
            // The upsert found the record of an earlier life: somebody undeleted it, and may have deleted it again.
            decision.Add(new ReadBackAsked(sfid, "it was deleted, and a birth under its external id was applied to it", decision.Now));
        }
    }

    private static void TakeRefusal(RecordDecision decision, WriteRefused m)
    {
        var write = decision.State.Outstanding!;
        // Salesforce says the same of a deleted parent: a write that names one parks, and whether its own record is deleted the feed tells.
        var namesOthers = write.Write.Operation != WriteOperation.Delete
            && write.Write.Fields.Any(sent => sent.Value is not null && decision.Mapping.Field(sent.Key)?.Kind is Mapping.FieldKind.Parent or Mapping.FieldKind.Id);
        if (m.Code != "ENTITY_IS_DELETED" || write.Sfid is null || namesOthers)
        {
            decision.Add(new WriteRejected(m.WriteNo, m.Submission, m.Code, m.Reason, m.At));
            return;
        }

        // The addressee is gone: a delete has what it wanted, anything else is a remote delete. Should it have been undeleted since, a fresh read tells.
        var linked = decision.State.Sfid == write.Sfid;
        if (linked && write.Write.Operation != WriteOperation.Delete)
        {
            RemoteEvidence.Delete(decision, write.Sfid, m.At, m.At);
        }

        decision.Add(new WriteApplied(m.WriteNo, m.Submission, write.Sfid, m.At));
        if (linked)
        {
            RemoteEvidence.Ask(decision, write.Sfid, "a write was refused because it is deleted", m.At);
        }
    }

    private static void TakeSettledDoubt(RecordDecision decision, DoubtSettled m)
    {
        var write = decision.State.Outstanding!;
        switch (m.Answer)
        {
            case DoubtAnswer.Applied a:
                Counters.Doubt(decision, m.WriteNo, null);
                TakeApplied(decision, m.WriteNo, m.Submission, a.Sfid, m.At);
                break;
            case DoubtAnswer.NotApplied:
                decision.Add(new WriteNotApplied(m.WriteNo, m.Submission, m.At));
                break;
            case DoubtAnswer.AppliedThenDeleted a when write.Write.Operation == WriteOperation.Insert && write.Sfid is null && decision.State.FormerSfids.Contains(a.Sfid):
                // A record of an earlier life, deleted about when this birth was sent: of the birth itself there is nothing, or another one.
                var rest = a.Others.Where(sfid => !decision.State.FormerSfids.Contains(sfid)).ToImmutableArray();
                TakeSettledDoubt(decision, m with { Answer = rest.IsEmpty ? new DoubtAnswer.NotApplied() : new DoubtAnswer.AppliedThenDeleted(rest[0]) });
                break;
            case DoubtAnswer.AppliedThenDeleted a:
                if (write.Write.Operation != WriteOperation.Delete && (decision.State.Sfid == a.Sfid || decision.State.BirthOutside))
                {
                    RemoteEvidence.Delete(decision, a.Sfid, m.At, m.At);
                }

                if (decision.State.Outstanding is not null)
                {
                    decision.Add(new WriteApplied(m.WriteNo, m.Submission, a.Sfid, m.At));
                }

                break;
            case DoubtAnswer.Overwritten a:
                TakeOverwritten(decision, m, a, write);
                break;
            case DoubtAnswer.Unprovable a:
                TakeUnprovable(decision, m, a.Reason, write);
                break;
            default:
                throw new UnreachableException(m.Answer.GetType().Name);
        }
    }

    private static void TakeOverwritten(RecordDecision decision, DoubtSettled m, DoubtAnswer.Overwritten found, OutstandingWrite outside)
    {
        if (outside.Write.Operation == WriteOperation.Delete)
        {
            if (decision.Mapping.Delete == DeletePolicy.DeleteLoses && decision.State.Sfid == found.Sfid && decision.State.Row is null)
            {
                decision.Add(new ConflictResolved("*", null, "deleted", "changed", Side.Salesforce, "delete loses", decision.Now));
                decision.Add(new WriteOverwritten(m.WriteNo, m.Submission, found.Sfid, FieldValues.Empty, m.At));
                decision.Add(new ReadBackAsked(found.Sfid, "its delete was lost, and it was changed since", decision.Now));
                return;
            }

            // Alive and changed: the delete did not happen, and still wins.
            decision.Add(new ConflictResolved("*", null, "deleted", "changed", Side.Postgres, "delete wins", decision.Now));
            decision.Add(new WriteNotApplied(m.WriteNo, m.Submission, m.At));
            return;
        }

        Counters.Doubt(decision, m.WriteNo, found.Fields);
        var kept = FieldValues.Empty;
        var differing = decision.State.DeletePending ? FieldValues.Empty
            : outside.Write.Fields.Where((name, ours) => found.Fields.TryGet(name, out var theirs) && ours != theirs);
        foreach (var (name, ours) in differing)
        {
            // What the application has said since is what meets Salesforce's value.
            var later = decision.State.Queue.Any(write => write.Fields.Has(name)) ? decision.Queued(name) : null;
            Side? winner = outside.Write.Base.Is(name, found.Fields[name])
                ? decision.Keep(name, later ?? outside.Write, found.Fields[name])
                : decision.Resolve(name, later ?? outside.Write, found.Fields[name], found.AsOf);
            kept = later is null && winner == Side.Postgres ? kept.With(name, ours) : kept;
        }

        decision.Add(new WriteOverwritten(m.WriteNo, m.Submission, found.Sfid, kept, m.At));
    }

    // Two readings are left. A birth waits for somebody who knows; a delete may be said twice; fields are offered again once a fresh read has shown
    // what they meet.
    private static void TakeUnprovable(RecordDecision decision, DoubtSettled m, string reason, OutstandingWrite outside)
    {
        switch (outside.Write.Operation)
        {
            case WriteOperation.Insert when outside.Sfid is null && decision.State is { Sfid: null, Parked.Source: ParkedError.Doubt }:
                break;
            case WriteOperation.Insert when outside.Sfid is null && decision.State.Sfid is null:
                decision.Add(new RecordParked(new ParkedError(ParkedError.Doubt, "INSERT", "IN_DOUBT", reason, m.At)));
                break;
            case WriteOperation.Update when outside.Sfid == decision.State.Sfid:
                Counters.Doubt(decision, m.WriteNo, null);
                decision.Add(new WriteOverwritten(m.WriteNo, m.Submission, outside.Sfid!, outside.Write.Fields, m.At));
                decision.Add(new ReadBackAsked(outside.Sfid!, reason, decision.Now));
                break;
            default:
                decision.Add(new WriteNotApplied(m.WriteNo, m.Submission, m.At));
                break;
        }
    }

    private static void TakeRowResult(RecordDecision decision, RowWriteResult m)
    {
        if (decision.State.Owed is not { } owed)
        {
            decision.Add(new Unexpected(m.ToString(), decision.Now));
            return;
        }

        switch (m.Outcome)
        {
            case RowWriteOutcome.Landed landed:
                TakeLanded(decision, owed, landed, m.At);
                break;
            case RowWriteOutcome.Failed failed:
                decision.Add(new RecordParked(new ParkedError(ParkedError.Postgres, owed.Operation.ToString().ToUpperInvariant(), failed.SqlState, failed.Message, m.At)));
                break;
            // Held or moved: it stays owed; the worker tries again when it is due, or when the change in the log has been decided.
            case RowWriteOutcome.Locked or RowWriteOutcome.Moved:
                break;
            default:
                throw new UnreachableException(m.Outcome.GetType().Name);
        }
    }

    private static void TakeLanded(RecordDecision decision, OwedRow owed, RowWriteOutcome.Landed landed, DateTimeOffset at)
    {
        // A trigger may have changed a field our write did not name. What it makes of a value that cannot be sent stays the table's own affair.
        var asked = landed.Before.With(owed.Fields);
        var rewritten = landed.After.Where((name, value) => !asked.Is(name, value) && decision.CanUpdate(name));
        decision.Add(new RowWritten(owed.Operation, landed.Stamp, owed.Fields, owed.Status, at, Rewritten: !rewritten.IsEmpty));
        if (rewritten.IsEmpty || landed.Stamp is not { } stamp)
        {
            return;
        }

        decision.Add(new LocalChanged(0, "", at, RowOperation.Update, stamp, asked.Where((name, _) => rewritten.Has(name)), rewritten, ByTrigger: true, Ordered: IsOrdered(decision)));
        if (decision.State.IsMarked)
        {
            decision.Add(new ConflictResolved("*", null, "changed", "deleted", Side.Salesforce, "delete wins", decision.Now));
            return;
        }

        foreach (var (name, ours) in rewritten.Where((name, _) => decision.State.FieldRounds.GetValueOrDefault(name) >= RecordState.RoundsMax))
        {
            decision.Add(new ConflictFrozen(
                name, asked[name], ours, asked[name], "the table's triggers rewrite it each time the row is written: unmap the field or change the trigger", at));
        }
    }
}
