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
    /// <summary>The events that one message causes in a state. Taking any evidence twice changes nothing.</summary>
    /// <param name="now">The turn's time, database clock.</param>
    public static ImmutableArray<RecordEvent> Decide(ObjectMapping mapping, RecordId id, RecordState state, RecordMessage message, DateTimeOffset now)
    {
        var decision = new RecordDecision(mapping, id, state, now);
        switch (message)
        {
            case LocalChange m:
                TakeLocalChange(decision, m);
                break;
            case RemoteImage m:
                RemoteEvidence.TakeImage(decision, m);
                break;
            case RemoteDeleted m:
                RemoteEvidence.TakeDeletion(decision, m.Sfid, m.At, m.ReadBegan);
                break;
            case WriteConfirmed m when m.WriteNo == state.Outstanding?.WriteNo:
                decision.Add(new WriteApplied(m.WriteNo, m.Submission, m.Sfid, m.At));
                break;
            case WriteRefused m when m.WriteNo == state.Outstanding?.WriteNo:
                TakeRefusal(decision, m);
                break;
            case DoubtSettled m when m.WriteNo == state.Outstanding?.WriteNo:
                TakeSettledDoubt(decision, m);
                break;
            case RowWriteResult m:
                TakeRowResult(decision, m);
                break;
            case Poisoned m:
                decision.Add(new RecordParked(new ParkedError("engine", m.Message, "DEFECT", m.Reason, m.At)));
                break;
            // An outcome that names any write but the outstanding one is a straggler: fenced.
            case WriteConfirmed { WriteNo: var n } when n <= state.LastWriteNo:
            case WriteRefused { WriteNo: var r } when r <= state.LastWriteNo:
            case DoubtSettled { WriteNo: var d } when d <= state.LastWriteNo:
                break;
            case WriteConfirmed or WriteRefused or DoubtSettled:
                decision.Add(new Unexpected(message.ToString(), now));
                break;
            default:
                throw new UnreachableException(message.GetType().Name);
        }

        return decision.Finish();
    }

    /// <summary>The write-back this state owes its row, if it may be tried now: a function of state, asked for again after recovery.</summary>
    public static OwedRow? Owed(RecordState state) =>
        state.Parked is { Source: "postgres" } ? null
        : state.Owed is null || (state.Owed.Operation != RowOperation.Insert && state.Row is null) ? null
        : state.Owed;

    /// <summary>True when the message cannot be decided yet: the row it was compared with is not the version this actor has seen (its change is in the log
    /// and is decided first), or the row of an ended life still has to go.</summary>
    public static bool MustWait(RecordState state, RecordMessage message) =>
        message is RemoteImage image
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
        var owed = before.Owed is { Operation: not RowOperation.Delete } waiting ? waiting.Fields : FieldValues.Empty;
        decision.Add(new LocalChanged(m.ChangeId, m.Xid, m.At, m.Operation, m.Stamp, m.Old, m.New));
        switch (m.Operation)
        {
            case RowOperation.Update when before.Life == Life.DeletedRemotely:
                decision.Add(new ConflictResolved("*", null, "changed", "deleted", Side.Salesforce, "delete wins", decision.Now));
                return;
            case RowOperation.Insert when before.Owed is { Operation: RowOperation.Insert }:
                SettleOwed(decision, owed, m.New.Where((_, value) => value is not null), m.At);
                return;
            case RowOperation.Update:
                RestoreCalculated(decision, m);
                SettleOwed(decision, owed, m.New, m.At);
                return;
        }
    }

    private static void SettleOwed(RecordDecision decision, FieldValues owed, FieldValues local, DateTimeOffset localAt)
    {
        foreach (var (name, remote) in owed.Where((name, value) => local.TryGet(name, out var mine) && mine != value))
        {
            decision.Resolve(name, null, local[name], localAt, remote, decision.State.SystemModstamp ?? localAt);
        }
    }

    // What Salesforce computes cannot be changed here: the row gets its value back.
    private static void RestoreCalculated(RecordDecision decision, LocalChange m)
    {
        if (decision.State.Sfid is null)
        {
            return;
        }

        foreach (var (name, local) in m.New.Where((name, _) => decision.Mapping.Field(name) is { Updatable: false }))
        {
            decision.Add(new ConflictResolved(name, m.Old[name], local, m.Old[name], Side.Salesforce, "Salesforce does not let this field be updated", decision.Now));
        }
    }

    private static void TakeRefusal(RecordDecision decision, WriteRefused m)
    {
        var write = decision.State.Outstanding!;
        if (m.Code != "ENTITY_IS_DELETED" || write.Sfid is null)
        {
            decision.Add(new WriteRejected(m.WriteNo, m.Submission, m.Code, m.Reason, m.At));
            return;
        }

        // The addressee is gone: a delete has what it wanted, anything else is a remote delete.
        if (write.Write.Operation != WriteOperation.Delete)
        {
            decision.Add(new ConflictResolved("*", null, write.Write.Fields.ToString(), "deleted", Side.Salesforce, "delete wins", decision.Now));
            decision.Add(new RemoteDeletionTaken(write.Sfid, m.At, m.At));
        }

        decision.Add(new WriteApplied(m.WriteNo, m.Submission, write.Sfid, m.At));
    }

    private static void TakeSettledDoubt(RecordDecision decision, DoubtSettled m)
    {
        var write = decision.State.Outstanding!;
        switch (m.Answer)
        {
            case DoubtAnswer.Applied a:
                decision.Add(new WriteApplied(m.WriteNo, m.Submission, a.Sfid, m.At));
                break;
            case DoubtAnswer.NotApplied:
                decision.Add(new WriteNotApplied(m.WriteNo, m.Submission, m.At));
                break;
            case DoubtAnswer.AppliedThenDeleted a:
                RemoteEvidence.TakeDeletion(decision, a.Sfid, m.At, m.At);
                decision.Add(new WriteApplied(m.WriteNo, m.Submission, a.Sfid, m.At));
                break;
            case DoubtAnswer.Overwritten a:
                TakeOverwritten(decision, m, a, write.Write);
                break;
            case DoubtAnswer.Unprovable a:
                decision.Add(new WriteRejected(m.WriteNo, m.Submission, "IN_DOUBT", a.Reason, m.At));
                break;
            default:
                throw new UnreachableException(m.Answer.GetType().Name);
        }
    }

    private static void TakeOverwritten(RecordDecision decision, DoubtSettled m, DoubtAnswer.Overwritten found, LocalWrite write)
    {
        var kept = write.Fields.Where((name, ours) =>
            found.Fields.TryGet(name, out var theirs) && ours != theirs
            && ConflictRule.Winner(decision.Mapping.PolicyOf(name), write.At, found.AsOf, decision.Mapping.ClockTolerance, decision.Mapping.TieBreak) == Side.Postgres);
        foreach (var (name, ours) in write.Fields.Where((name, ours) => found.Fields.TryGet(name, out var theirs) && ours != theirs))
        {
            var winner = kept.Has(name) ? Side.Postgres : Side.Salesforce;
            decision.Add(new ConflictResolved(name, write.Base[name], ours, found.Fields[name], winner, "in doubt", decision.Now));
        }

        decision.Add(new WriteOverwritten(m.WriteNo, m.Submission, found.Sfid, kept, m.At));
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
                decision.Add(new RowWritten(owed.Operation, landed.Stamp, owed.Fields, owed.Status, m.At));
                if (!landed.Rewritten.IsEmpty && landed.Stamp is { } stamp)
                {
                    var asked = owed.Fields.Where((name, _) => landed.Rewritten.Has(name));
                    decision.Add(new LocalChanged(0, "", m.At, RowOperation.Update, stamp, asked, landed.Rewritten, ByTrigger: true));
                }

                break;
            case RowWriteOutcome.Failed failed:
                decision.Add(new RecordParked(new ParkedError("postgres", owed.Operation.ToString().ToUpperInvariant(), failed.SqlState, failed.Message, m.At)));
                break;
            // Held or moved: it stays owed; the worker tries again when it is due, or when the change in the log has been decided.
            case RowWriteOutcome.Locked or RowWriteOutcome.Moved:
                break;
            default:
                throw new UnreachableException(m.Outcome.GetType().Name);
        }
    }
}
