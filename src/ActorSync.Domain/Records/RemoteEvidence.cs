using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.Domain.Records;

/// <summary>How a record takes what Salesforce shows of it (rules 4, 6, 7, 9). Reads of one object come in the order they began, so evidence is ordered by
/// the begin of its read; a field we have written is barred until a read that began after the answer.</summary>
internal static class RemoteEvidence
{
    public static void TakeImage(RecordDecision decision, RemoteImage m)
    {
        var state = decision.State;
        if (state.EvidenceReadBegan is { } evidence && m.ReadBegan < evidence)
        {
            return;
        }

        if (state.FormerSfids.Contains(m.Sfid))
        {
            if (state.Sfid is not null || m.ReadBegan <= state.EvidenceReadBegan || state.Outstanding is not null || !state.Queue.IsEmpty)
            {
                return;
            }

            decision.Add(new RemoteUndeletionTaken(m.Sfid, m.ReadBegan));
        }
        else if (state.Sfid is not null && state.Sfid != m.Sfid)
        {
            decision.Add(new Unexpected($"{m.Sfid} carries the external id of {state.Sfid}", decision.Now));
            return;
        }

        if (DeletePending(decision.State))
        {
            LoseToDelete(decision, m);
            return;
        }

        if (decision.State.Row is null)
        {
            TakeBirth(decision, m);
        }
        else
        {
            TakeFields(decision, m);
        }
    }

    public static void TakeDeletion(RecordDecision decision, string sfid, DateTimeOffset deletedAt, DateTimeOffset readBegan)
    {
        var state = decision.State;
        if (state.FormerSfids.Contains(sfid) || (state.Sfid is not null && state.Sfid != sfid) || readBegan < state.EvidenceReadBegan)
        {
            return;
        }

        var lost = state.Queue.Where(write => write.Operation == WriteOperation.Update).Aggregate(FieldValues.Empty, (all, write) => all.With(write.Fields));
        if (!lost.IsEmpty)
        {
            decision.Add(new ConflictResolved("*", null, lost.ToString(), "deleted", Side.Salesforce, "delete wins", decision.Now));
        }

        decision.Add(new RemoteDeletionTaken(sfid, deletedAt, readBegan));
    }

    private static bool DeletePending(RecordState state) =>
        state.Outstanding is { Write.Operation: WriteOperation.Delete } || state.Queue.Any(write => write.Operation == WriteOperation.Delete);

    // A local delete wins over whatever Salesforce shows before it is sent; the image does not revive the row.
    private static void LoseToDelete(RecordDecision decision, RemoteImage m)
    {
        var state = decision.State;
        if (state.Sfid is null)
        {
            decision.Add(new RemoteTaken(m.Sfid, m.AsOf, m.ReadBegan, FieldValues.Empty, FieldValues.Empty, Insert: false));
            return;
        }

        if (state.SystemModstamp is { } known && m.AsOf <= known)
        {
            return;
        }

        decision.Add(new RemoteTaken(m.Sfid, m.AsOf, m.ReadBegan, FieldValues.Empty, FieldValues.Empty, Insert: false));
        decision.Add(new ConflictResolved("*", null, "deleted", "changed", Side.Postgres, "delete wins", decision.Now));
    }

    private static void TakeBirth(RecordDecision decision, RemoteImage m)
    {
        var fields = m.Fields.Without(decision.Mapping.ExternalIdField);
        var same = decision.State.Owed is { Operation: RowOperation.Insert } owed && owed.Fields.Equals(fields) && owed.Status.SystemModstamp == m.AsOf;
        if (!same)
        {
            decision.Add(new RemoteTaken(m.Sfid, m.AsOf, m.ReadBegan, FieldValues.Empty, fields, Insert: true));
        }

        Adopt(decision, m);
    }

    private static void TakeFields(RecordDecision decision, RemoteImage m)
    {
        var state = decision.State;
        var news = FieldValues.Empty;
        string? unordered = null;
        var conflicts = new List<(string Name, LocalWrite Local)>();
        foreach (var (name, remote) in m.Fields)
        {
            if (name == decision.Mapping.ExternalIdField)
            {
                continue;
            }

            switch (FieldReading.Of(state, name, remote, m))
            {
                case FieldReading.News:
                    news = news.With(name, remote);
                    break;
                case FieldReading.Unordered:
                    unordered ??= name;
                    break;
                case FieldReading.Conflict:
                    conflicts.Add((name, state.Queue.Last(write => write.Fields.Has(name))));
                    break;
            }
        }

        var liftsBars = state.Bars.Any(bar => bar.Value.AnsweredAt < m.ReadBegan);
        var stampMoved = m.Row.SystemModstamp != m.AsOf && state.Owed?.Status.SystemModstamp != m.AsOf;
        if (!news.IsEmpty || liftsBars || stampMoved || state.Sfid is null || state.ReadBackAskedAt < m.ReadBegan)
        {
            var old = m.Row.Fields.Where((name, _) => news.Has(name));
            decision.Add(new RemoteTaken(m.Sfid, m.AsOf, m.ReadBegan, old, news, Insert: false));
        }

        foreach (var (name, local) in conflicts)
        {
            decision.Resolve(name, local.Base[name], local.Fields[name], local.At, m.Fields[name], m.AsOf);
        }

        if (unordered is not null && (decision.State.ReadBackAskedAt is null || decision.State.ReadBackAskedAt < m.ReadBegan))
        {
            decision.Add(new ReadBackAsked(m.Sfid, $"{unordered} was written by us while it was read", decision.Now));
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
            || (state.Outstanding is { } write && (write.Write.Fields.Has(field) || write.Write.Operation == WriteOperation.Insert))
            || (state.Bars.TryGetValue(field, out var bar) && bar.AnsweredAt >= m.ReadBegan))
        {
            return;
        }

        decision.Add(new AdoptionQueued(field, ours, found, decision.Now));
    }
}
