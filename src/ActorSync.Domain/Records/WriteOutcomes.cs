using System.Collections.Immutable;
using System.Diagnostics;
using ActorSync.Domain.Mapping;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.Domain.Records;

/// <summary>How a record takes what became of the write it has outside (rules 2, 3, 8).</summary>
internal static class WriteOutcomes
{
    // The second of a stamp, and what Salesforce's clock may be ahead of the database's.
    private static readonly TimeSpan StampIsOver = TimeSpan.FromSeconds(3);

    /// <summary>Takes an outcome. One that names any write but the outstanding one is a straggler: fenced.</summary>
    public static void Take(RecordDecision decision, RecordMessage outcome, int writeNo)
    {
        var outstanding = decision.State.Outstanding;
        if (writeNo != outstanding?.WriteNo)
        {
            if (writeNo > decision.State.LastWriteNo)
            {
                decision.Add(new Unexpected(outcome.ToString(), decision.Now));
            }

            return;
        }

        switch (outcome)
        {
            case ReferencesAwaited m when outstanding.Write.Operation == WriteOperation.Insert:
                decision.Add(new ReferencesDeferred(m.WriteNo, m.Fields, m.At));
                break;
            case ReferencesAwaited m:
                decision.Add(new Unexpected(m.ToString(), decision.Now));
                break;
            case var _ when outstanding.Ended:
                TakeEnded(decision, outcome, outstanding.Sfid!);
                break;
            case WriteConfirmed m:
                TakeApplied(decision, m.WriteNo, m.Submission, m.Sfid, m.At);
                break;
            case WriteRefused m:
                TakeRefusal(decision, m);
                break;
            case DoubtSettled m:
                TakeSettledDoubt(decision, m);
                break;
            default:
                throw new UnreachableException(outcome.GetType().Name);
        }
    }

    private static void TakeApplied(RecordDecision decision, int writeNo, Guid submission, string sfid, DateTimeOffset at)
    {
        var state = decision.State;
        var birth = state.BirthOutside;
        var former = state.FormerSfids.Contains(sfid);
        decision.Add(new WriteApplied(writeNo, submission, sfid, at));
        if (state.Outstanding is { Write.Operation: WriteOperation.Delete } && state.Outstanding.Sfid == state.Sfid)
        {
            AskAfterDelete(decision, state, sfid, at);
        }

        if (birth && former)
        {
            // The upsert found the record of an earlier life: somebody undeleted it, and may have deleted it again.
            decision.Add(new ReadBackAsked(sfid, "it was deleted, and a birth under its external id was applied to it", decision.Now));
        }
    }

    // A record that was undeleted within the second of its stamp looks to the polls as they have seen it before.
    private static void AskAfterDelete(RecordDecision decision, RecordState state, string sfid, DateTimeOffset at)
    {
        if (state.AskedAt(sfid) is not null)
        {
            decision.Add(new ReadBackAsked(sfid, RemoteEvidence.AliveWhileDeleting, decision.Now));
        }
        else if (!(state.SystemModstamp <= at - StampIsOver))
        {
            decision.Add(new ReadBackAsked(sfid, "it was deleted about the second of its stamp", decision.Now));
        }
    }

    // What was said before the record was deleted and undeleted: whether it landed before, after, or not at all, the row follows Salesforce.
    private static void TakeEnded(RecordDecision decision, RecordMessage outcome, string sfid)
    {
        decision.Add(outcome switch
        {
            WriteConfirmed m => new WriteApplied(m.WriteNo, m.Submission, m.Sfid, m.At),
            WriteRefused m => new WriteRejected(m.WriteNo, m.Submission, m.Code, m.Reason, m.At),
            DoubtSettled { Answer: DoubtAnswer.Applied } m => new WriteApplied(m.WriteNo, m.Submission, sfid, m.At),
            DoubtSettled m => new WriteNotApplied(m.WriteNo, m.Submission, m.At),
            _ => throw new UnreachableException(outcome.GetType().Name),
        });
        if (decision.State.Sfid == sfid)
        {
            decision.Add(new ReadBackAsked(sfid, "a write from before it was undeleted was answered", decision.Now));
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
                TakeFoundDeleted(decision, m, a.Sfid);
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

    // It was looked up before the answer's time: should it have been undeleted between, a fresh read tells.
    private static void TakeFoundDeleted(RecordDecision decision, DoubtSettled m, string sfid)
    {
        var state = decision.State;
        var news = state.Outstanding!.Write.Operation != WriteOperation.Delete && (state.Sfid == sfid || state.BirthOutside);
        if (news)
        {
            RemoteEvidence.Delete(decision, sfid, m.At, m.At);
        }

        if (decision.State.Outstanding is not null)
        {
            decision.Add(new WriteApplied(m.WriteNo, m.Submission, sfid, m.At));
        }

        if (news)
        {
            RemoteEvidence.Ask(decision, sfid, "a lost write was looked up, and it is deleted", m.At);
        }
    }

    private static void TakeOverwritten(RecordDecision decision, DoubtSettled m, DoubtAnswer.Overwritten found, OutstandingWrite outside)
    {
        if (outside.Write.Operation == WriteOperation.Delete)
        {
            TakeSurvivor(decision, m, found);
            return;
        }

        if (outside.Sfid is { } addressee && addressee != decision.State.Sfid)
        {
            // Its record was deleted since, and lives: nothing here was said of that.
            decision.Add(new WriteOverwritten(m.WriteNo, m.Submission, found.Sfid, FieldValues.Empty, m.At));
            RemoteEvidence.Ask(decision, found.Sfid, "it is deleted, and was found alive", m.At);
            return;
        }

        Counters.Doubt(decision, m.WriteNo, found.Fields);
        // Of what was set to what it was nothing can be told: it is said again.
        var kept = decision.State.DeletePending || outside.Write.Operation != WriteOperation.Update ? FieldValues.Empty
            : outside.Write.Fields.Where((name, ours) => outside.Write.Base.Is(name, ours) && found.Fields.Is(name, ours) && !decision.State.Queue.Any(write => write.Fields.Has(name)));
        var differing = decision.State.DeletePending ? FieldValues.Empty
            : outside.Write.Fields.Where((name, ours) => found.Fields.TryGet(name, out var theirs) && ours != theirs);
        foreach (var (name, ours) in differing)
        {
            if (Counters.IsCounter(decision, name))
            {
                Counters.TakeBirth(decision, found.Sfid, name, ours, found.Fields[name]);
                continue;
            }

            // What the application has said since is what meets Salesforce's value.
            var later = decision.State.Queue.Any(write => write.Fields.Has(name)) ? decision.Queued(name) : null;
            Side? winner = outside.Write.Base.Is(name, found.Fields[name])
                ? decision.Keep(name, later ?? outside.Write, found.Fields[name])
                : decision.Resolve(name, later ?? outside.Write, found.Fields[name], found.AsOf);
            kept = later is null && winner == Side.Postgres ? kept.With(name, ours) : kept;
        }

        var former = decision.State.BirthOutside && decision.State.FormerSfids.Contains(found.Sfid);
        decision.Add(new WriteOverwritten(m.WriteNo, m.Submission, found.Sfid, kept, m.At));
        if (former)
        {
            // Who changes it now is told of no record of this row: only a read shows what came after the probe.
            decision.Add(new ReadBackAsked(found.Sfid, "it was deleted, and a birth under its external id was found in it", decision.Now));
        }
    }

    // Alive and changed: a delete that was lost did not happen, and still wins, unless it is one that loses.
    private static void TakeSurvivor(RecordDecision decision, DoubtSettled m, DoubtAnswer.Overwritten found)
    {
        if (decision.Mapping.Delete == DeletePolicy.DeleteLoses && decision.State.Sfid == found.Sfid && decision.State.Row is null)
        {
            decision.Add(new ConflictResolved("*", null, "deleted", "changed", Side.Salesforce, "delete loses", decision.Now));
            decision.Add(new WriteOverwritten(m.WriteNo, m.Submission, found.Sfid, FieldValues.Empty, m.At));
            decision.Add(new ReadBackAsked(found.Sfid, "its delete was lost, and it was changed since", decision.Now));
            return;
        }

        decision.Add(new ConflictResolved("*", null, "deleted", "changed", Side.Postgres, "delete wins", decision.Now));
        decision.Add(new WriteNotApplied(m.WriteNo, m.Submission, m.At));
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
}
