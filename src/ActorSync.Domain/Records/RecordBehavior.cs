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
    /// <summary>Why a field is frozen that the application's triggers have rewritten once too often.</summary>
    public const string RewrittenEachTime = "the table's triggers rewrite it each time the row is written: unmap the field or change the trigger";

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
            case WriteConfirmed m:
                WriteOutcomes.Take(decision, m, m.WriteNo);
                break;
            case WriteRefused m:
                WriteOutcomes.Take(decision, m, m.WriteNo);
                break;
            case ReferencesAwaited m:
                WriteOutcomes.Take(decision, m, m.WriteNo);
                break;
            case DoubtSettled m:
                WriteOutcomes.Take(decision, m, m.WriteNo);
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
                Counters.Miss(decision, m);
                break;
            case ChangesMissed:
                break;
            case ChooseSide m:
                ConflictInbox.Choose(decision, m);
                break;
            case Poisoned m:
                decision.Add(new RecordParked(new ParkedError(ParkedError.Engine, m.Message, "DEFECT", m.Reason, m.At)));
                break;
            default:
                throw new UnreachableException(message.GetType().Name);
        }

        return decision;
    }

    /// <summary>The write-back this state owes its row, if it may be tried now: a function of state, asked for again after recovery.</summary>
    public static OwedRow? Owed(RecordState state) =>
        state.Parked is { Source: ParkedError.Postgres } ? null
        : state.Owed is null || (state.Owed.Operation != RowOperation.Insert && state.Row is null) ? null
        : state.Owed;

    /// <summary>True when the message cannot be decided yet: the row it was compared with is not the version this actor has seen (its change is in the log
    /// and is decided first), the row of an ended life still has to go, or only the answer of a birth shows whose it is.</summary>
    public static bool MustWait(RecordState state, RecordMessage message) =>
        message switch
        {
            RemoteChanged m => m.Row.Stamp != state.Row || MayBeBirthOutside(state, m.Sfid),
            ChangesMissed m => MayBeBirthOutside(state, m.Sfid) || (m.Position < state.StreamOwnAt && m.Row?.Stamp != state.Row),
            RemoteImage m => m.Row.Stamp != state.Row || (state.Owed is { Operation: RowOperation.Delete } && !state.FormerSfids.Contains(m.Sfid)),
            _ => false,
        };

    private static bool MayBeBirthOutside(RecordState state, string sfid) => state.Sfid is null && state.BirthOutside && !state.FormerSfids.Contains(sfid);

    private static void TakeLocalChange(RecordDecision decision, LocalChange m)
    {
        var before = decision.State;
        if (m.Operation == RowOperation.Update && m.New.IsEmpty)
        {
            decision.Add(new RowTouched(m.Stamp, m.At));
            return;
        }

        // Values still owed to the row were news from Salesforce when the application changed them: both sides have changed them.
        // What we are about to say ourselves is no news: an operator's word goes to both sides. Nor is what a skipped change is taken back to.
        var owed = before.Owed is { Operation: not RowOperation.Delete } waiting ? waiting.Fields.Where((name, value) => !before.Says(name, value) && before.GivenUp?.Is(name, value) != true) : FieldValues.Empty;
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
            if (m.Operation == RowOperation.Update && m.Old.Is(name, remote))
            {
                // It stood in the row already when it was changed.
                decision.Keep(name, mine, remote);
                continue;
            }

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
                name, asked[name], ours, asked[name], RewrittenEachTime, at));
        }
    }
}
