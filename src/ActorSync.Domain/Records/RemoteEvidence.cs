using ActorSync.Domain.Mapping;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.Domain.Records;

/// <summary>How a record takes what Salesforce shows of it (rules 4, 6, 7, 9). Reads of one object come in the order they began. SystemModstamp never runs
/// backwards within one sfid, so a later stamp is later evidence; an equal or earlier one is so only if its read began after a read-back was asked for.
/// Evidence whose order is unknown is neither taken nor dropped: a fresh read is asked for.</summary>
internal static class RemoteEvidence
{
    /// <summary>Why a record whose delete is outside is read again.</summary>
    public const string AliveWhileDeleting = "it was read alive while its delete was outside";

    public static void TakeImage(RecordDecision decision, RemoteImage m)
    {
        if (!Identified(decision, m))
        {
            return;
        }

        var state = decision.State;
        if (state.Parked is { Source: ParkedError.Doubt } && state.BirthOutside)
        {
            // The record that carries our UUID is the birth that was in doubt.
            decision.Add(new WriteApplied(state.Outstanding!.WriteNo, Guid.Empty, m.Sfid, decision.Now));
        }

        if (decision.State.DeletePending)
        {
            MeetDelete(decision, m);
        }
        else if (state.SystemModstamp > m.AsOf && !IsCertainlyLater(state, m))
        {
            Ask(decision, m.Sfid, "a read of an earlier version came after a later one", m.ReadBegan);
        }
        else if (state.Row is null)
        {
            TakeBirth(decision, m);
        }
        else
        {
            TakeFields(decision, m);
        }
    }

    public static void TakeDeletion(RecordDecision decision, RemoteDeleted m)
    {
        var state = decision.State;
        if (state.Sfid != m.Sfid && (state.Sfid is not null || state.FormerSfids.Contains(m.Sfid)))
        {
            // Also while a birth is outside: should that have been applied to the record of an earlier life, its answer asks for another read.
            if (state.AskedAt(m.Sfid) < m.ReadBegan)
            {
                decision.Add(new RemoteDeletionTaken(m.Sfid, m.At, m.ReadBegan));
            }

            return;
        }

        if (m.ReadBegan < state.EvidenceReadBegan)
        {
            return;
        }

        if (state.Sfid is null && state.BirthOutside && state.Parked is not { Source: ParkedError.Doubt })
        {
            Ask(decision, m.Sfid, "whether it is the record of the birth that is outside shows the answer", m.ReadBegan);
            return;
        }

        if (state.Sfid is not null && state.SystemModstamp >= m.At && !(state.AskedAt(m.Sfid) < m.ReadBegan))
        {
            Ask(decision, m.Sfid, "it was seen alive at the stamp of its deletion, or later", m.ReadBegan);
            return;
        }

        Delete(decision, m.Sfid, m.At, m.ReadBegan);
    }

    /// <summary>An undelete is believed to a read that comes after it.</summary>
    public static void TakeUndeletion(RecordDecision decision, RemoteUndeleted m)
    {
        if (decision.State.Sfid is null && !decision.State.BirthOutside)
        {
            Ask(decision, m.Sfid, "it was undeleted", m.ReadBegan);
        }
        else if (decision.State.Sfid is { } linked && linked != m.Sfid)
        {
            decision.Add(new Unexpected(m.ToString(), decision.Now));
        }
    }

    /// <summary>The link moves to the winner of a merge, unless the winner has a row of its own: never two records for one sfid.</summary>
    public static void TakeMerge(RecordDecision decision, RemoteMerged m)
    {
        if (decision.State.Sfid != m.Sfid)
        {
            if (!decision.State.FormerSfids.Contains(m.Sfid))
            {
                decision.Add(new Unexpected(m.ToString(), decision.Now));
            }

            return;
        }

        var moved = (m.Winner is null || m.Winner == decision.Id.ExternalId) && !decision.State.DeletePending;
        if (moved)
        {
            Counters.Lose(decision, "its record was merged into another");
        }

        decision.Add(new RemoteMergeTaken(m.Sfid, m.Into, moved, m.ReadBegan, decision.Now));
        if (moved)
        {
            decision.Add(new ReadBackAsked(m.Into, "another record was merged into it", decision.Now));
        }
        else
        {
            Delete(decision, m.Sfid, m.At, m.ReadBegan);
        }
    }

    /// <summary>Takes a deletion that is certain.</summary>
    public static void Delete(RecordDecision decision, string sfid, DateTimeOffset deletedAt, DateTimeOffset readBegan)
    {
        var state = decision.State;
        // What is outside may have been applied before, or may be refused: nobody will say which fields the record had when it went. A birth may have met a record that was undeleted.
        var outside = state.Outstanding is { Ended: false, Write.Operation: not WriteOperation.Delete } write && (write.Sfid ?? state.Sfid) == sfid ? write.Write.Fields : FieldValues.Empty;
        var lost = state.Queue.TakeWhile(waiting => waiting.Operation != WriteOperation.Insert).Where(waiting => waiting.Operation == WriteOperation.Update).Aggregate(outside, (all, waiting) => all.With(waiting.Fields))
            .With(FieldValues.From(state.Inbox.Select(waits => KeyValuePair.Create(waits.Key, waits.Value.Ours))));
        if (!lost.IsEmpty)
        {
            decision.Add(new ConflictResolved("*", null, lost.ToString(), "deleted", Side.Salesforce, "delete wins", decision.Now));
        }

        var doubtful = state.Parked is { Source: ParkedError.Doubt } && state.BirthOutside;
        decision.Add(new RemoteDeletionTaken(sfid, deletedAt, readBegan, Soft: decision.Mapping.Delete == DeletePolicy.SoftDelete));
        if (doubtful)
        {
            // The birth that was in doubt happened, and is over.
            decision.Add(new WriteApplied(state.Outstanding!.WriteNo, Guid.Empty, sfid, decision.Now));
        }
    }

    /// <summary>Asks for a fresh read, unless one that is asked for already is still to come.</summary>
    /// <param name="readBegan">Begin of the read that raised the question.</param>
    public static void Ask(RecordDecision decision, string sfid, string reason, DateTimeOffset readBegan)
    {
        if (decision.State.AskedAt(sfid) is not { } asked || asked < readBegan)
        {
            decision.Add(new ReadBackAsked(sfid, reason, decision.Now));
        }
    }

    /// <summary>True of an image that shows everything that was taken before it.</summary>
    public static bool IsCertainlyLater(RecordState state, RemoteImage m) =>
        state.SystemModstamp is not { } known || m.AsOf > known || (state.AskedAt(m.Sfid) < m.ReadBegan && !(state.StreamTakenAt > m.ReadBegan));

    // Whose image it is (rule 4): of the linked record, of one that was deleted and may live again, or of one that is not linked yet.
    private static bool Identified(RecordDecision decision, RemoteImage m)
    {
        var state = decision.State;
        var older = m.ReadBegan < state.EvidenceReadBegan;
        if (state.Sfid == m.Sfid)
        {
            if (older && (state.SystemModstamp is not { } known || m.AsOf > known))
            {
                // A long read may show what was written behind its begin, and it will not be shown again.
                Ask(decision, m.Sfid, "it was read before what is known of it, and shows a later version", m.ReadBegan);
            }

            return !older && !(m.ReadBegan == state.EvidenceReadBegan && m.AsOf <= state.SystemModstamp);
        }

        if (state.FormerSfids.Contains(m.Sfid))
        {
            return Revived(decision, m);
        }

        if (state.Sfid is not null)
        {
            // Read before our birth was answered, it may show an earlier record of the same external id.
            if (!older && !state.Bars.Any(bar => bar.Value.AnsweredAt >= m.ReadBegan))
            {
                decision.Add(new Unexpected($"{m.Sfid} carries the external id of {state.Sfid}", decision.Now));
            }

            return false;
        }

        if (older)
        {
            Ask(decision, m.Sfid, "it was read before an earlier record of the same external id was known to be deleted", m.ReadBegan);
        }

        return !older;
    }

    // A read that began before the deletion may come after it: only one that was asked for since brings a record back.
    private static bool Revived(RecordDecision decision, RemoteImage m)
    {
        var state = decision.State;
        if (state.Sfid is not null)
        {
            var isUnderOurs = m.ReadBegan >= state.EvidenceReadBegan && m.Fields.Is(decision.Mapping.ExternalIdField, decision.Id.ExternalId.ToString());
            if (isUnderOurs && !state.DeletePending && state.Queue.Any(write => write.Operation == WriteOperation.Update && write.Fields.Has(decision.Mapping.ExternalIdField)))
            {
                // The present one was still to get it, and cannot.
                Counters.Lose(decision, "another record has its external id");
                decision.Add(new RemoteDisplaced(state.Sfid, m.Sfid, m.ReadBegan, decision.Now, decision.Mapping.ExternalIdField));
                decision.Add(new ReadBackAsked(m.Sfid, "the row follows to it", decision.Now));
            }
            // External ids are unique: if it lives under ours again, the present record is gone or about to go, and only a read after that brings this one back.
            else if (isUnderOurs)
            {
                Ask(decision, m.Sfid, "an earlier record of the same external id was read alive", m.ReadBegan);
            }
            // The read may have shown the present record too.
            else if (m.ReadBegan >= state.EvidenceReadBegan && m.Fields.Is(decision.Mapping.ExternalIdField, null))
            {
                decision.Add(new RemoteDisplaced(m.Sfid, state.Sfid, m.ReadBegan, decision.Now));
            }
            // It may be from before it was deleted, or from after it was undeleted: the polls show it once.
            else if (m.Fields.Is(decision.Mapping.ExternalIdField, null))
            {
                Ask(decision, m.Sfid, "an earlier record of the same row was read alive before what is known of the present one", m.ReadBegan);
            }

            return false;
        }

        var deleting = state.Outstanding is { Write.Operation: WriteOperation.Delete } write && write.Sfid == m.Sfid;
        var later = m.ReadBegan > state.EvidenceReadBegan;
        if (later && state.BirthOutside && m.Fields.Is(decision.Mapping.ExternalIdField, null))
        {
            decision.Add(new RemoteDisplaced(m.Sfid, null, m.ReadBegan, decision.Now));
            return false;
        }

        if (later && !deleting && state.AskedAt(m.Sfid) < m.ReadBegan)
        {
            decision.Add(new RemoteUndeletionTaken(m.Sfid, m.ReadBegan));
            return true;
        }

        if (later || !(m.AsOf <= state.SystemModstamp))
        {
            Ask(decision, m.Sfid, "it is deleted, and was read alive", m.ReadBegan);
        }

        return false;
    }

    private static void MeetDelete(RecordDecision decision, RemoteImage m)
    {
        if (decision.Mapping.Delete != DeletePolicy.DeleteLoses || !Changed(decision.State, m))
        {
            LoseToDelete(decision, m);
            return;
        }

        decision.Add(new ConflictResolved("*", null, "deleted", "changed", Side.Salesforce, "delete loses", decision.Now));
        TakeBirth(decision, m);
    }

    // Something else in Salesforce than what the row held when it was deleted, and than what we said ourselves. A delete that is offered cannot be called back.
    private static bool Changed(RecordState state, RemoteImage m) =>
        state is { Sfid: not null, Row: null, Outstanding: not { Write.Operation: WriteOperation.Delete } }
        && m.AsOf > state.SystemModstamp
        && state.Queue.FirstOrDefault(write => write.Operation == WriteOperation.Delete) is { } delete
        && m.Fields.Any(field => delete.Base.TryGet(field.Key, out var last) && last != field.Value
            && !(state.Outstanding is { Write: { } outside } && IsEcho(outside, field.Key, field.Value))
            && !(state.Bars.TryGetValue(field.Key, out var bar) && bar.Sent.Contains(field.Value)));

    private static bool IsEcho(LocalWrite write, string name, string? value) => write.Fields.Is(name, value) || write.Base.Is(name, value);

    // A local delete wins over whatever Salesforce shows before it is sent; the image does not revive the row.
    private static void LoseToDelete(RecordDecision decision, RemoteImage m)
    {
        var state = decision.State;
        var linked = state.Sfid is not null;
        var news = !(m.AsOf <= state.SystemModstamp);
        // What waits in front of the delete waits for a read that was asked for, too.
        var answer = state.AskedAt(m.Sfid) < m.ReadBegan && state.Outstanding is not { Write.Operation: WriteOperation.Delete };
        if (!linked || news || answer)
        {
            decision.Add(new RemoteTaken(m.Sfid, m.AsOf, m.ReadBegan, FieldValues.Empty, FieldValues.Empty, Insert: false));
            if (linked && news)
            {
                decision.Add(new ConflictResolved("*", null, "deleted", "changed", Side.Postgres, "delete wins", decision.Now));
            }
        }

        // It may be alive still, or again: once the answer is there another read tells which.
        if (state.Outstanding is { Write.Operation: WriteOperation.Delete } && !(m.AsOf < state.SystemModstamp) && decision.State.AskedAt(m.Sfid) is null)
        {
            decision.Add(new ReadBackAsked(m.Sfid, AliveWhileDeleting, decision.Now));
        }
    }

    private static void TakeBirth(RecordDecision decision, RemoteImage m)
    {
        var state = decision.State;
        var fields = m.Fields.Without(decision.Mapping.ExternalIdField);
        var owed = state.Owed is { Operation: RowOperation.Insert } insert ? insert : null;
        if (owed is not null && !owed.Fields.Equals(fields) && !IsCertainlyLater(state, m))
        {
            Ask(decision, m.Sfid, "another version has the same stamp", m.ReadBegan);
            return;
        }

        if (owed is null || !owed.Fields.Equals(fields) || owed.Status.SystemModstamp != m.AsOf || state.AskedAt(m.Sfid) < m.ReadBegan)
        {
            decision.Add(new RemoteTaken(m.Sfid, m.AsOf, m.ReadBegan, FieldValues.Empty, fields, Insert: true));
        }

        Adopt(decision, m);
    }

    private static void TakeFields(RecordDecision decision, RemoteImage m)
    {
        var state = decision.State;
        var readings = m.Fields.Where((name, _) => name != decision.Mapping.ExternalIdField)
            .Select(field => (Name: field.Key, Remote: field.Value, Reading: FieldReading.Of(state, field.Key, field.Value, m))).ToList();
        var news = FieldValues.From(readings.Where(field => field.Reading == FieldReading.News).Select(field => KeyValuePair.Create(field.Name, field.Remote)));
        var conflicts = readings.Where(field => field.Reading == FieldReading.Conflict).Select(field => field.Name).ToList();
        var frozen = readings.Where(field => field.Reading == FieldReading.Frozen).ToList();
        var telling = !news.IsEmpty || conflicts.Count > 0 || frozen.Count > 0;
        if (telling && !IsCertainlyLater(state, m))
        {
            Ask(decision, m.Sfid, "another version has the same stamp", m.ReadBegan);
            return;
        }

        var liftsBars = state.Bars.Any(bar => bar.Value.AnsweredAt < m.ReadBegan);
        var stampMoved = m.Row.SystemModstamp != m.AsOf && state.Owed?.Status.SystemModstamp != m.AsOf;
        if (telling || liftsBars || stampMoved || state.Sfid is null || state.AskedAt(m.Sfid) < m.ReadBegan)
        {
            var old = m.Row.Fields.Where((name, _) => news.Has(name));
            decision.Add(new RemoteTaken(m.Sfid, m.AsOf, m.ReadBegan, old, news, Insert: false));
        }

        Counters.TakeRead(decision, state, m);
        foreach (var name in conflicts)
        {
            decision.Resolve(name, decision.Queued(name), m.Fields[name], m.AsOf);
        }

        foreach (var (name, remote, _) in frozen)
        {
            var waits = decision.State.Inbox[name];
            decision.Add(new ConflictFrozen(name, waits.Base, waits.Ours, remote, "Salesforce changed it again", decision.Now));
        }

        if (readings.FirstOrDefault(field => field.Reading == FieldReading.Unordered) is { Name: { } unordered })
        {
            Ask(decision, m.Sfid, $"{unordered} was written by us while it was read", m.ReadBegan);
        }

        Adopt(decision, m);
    }

    // The record is ours under the UUID on both sides: one born in Salesforce, copied, or edited there gets it (back).
    private static void Adopt(RecordDecision decision, RemoteImage m)
    {
        var field = decision.Mapping.ExternalIdField;
        var ours = decision.Id.ExternalId.ToString();
        var state = decision.State;
        if (decision.Mapping.Access == Mapping.MappingAccess.ReadOnly
            || !m.Fields.TryGet(field, out var found) || found == ours
            || state.Queue.Any(write => write.Fields.Has(field) || write.Operation == WriteOperation.Insert)
            || (state.Outstanding is { } outside && (outside.Write.Fields.Has(field) || outside.Write.Operation == WriteOperation.Insert)))
        {
            return;
        }

        if (state.Bars.TryGetValue(field, out var bar) && bar.AnsweredAt >= m.ReadBegan)
        {
            Ask(decision, m.Sfid, $"{field} was written by us while it was read", m.ReadBegan);
            return;
        }

        decision.Add(new AdoptionQueued(field, ours, found, decision.Now));
    }
}
