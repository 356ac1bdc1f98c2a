using System.Collections.Immutable;
using ActorSync.Domain.Mapping;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.Domain.Records;

/// <summary>The conflict inbox (rule 5, manual): how a field gets in, what both sides go on saying of it, and how it gets out.</summary>
internal static class ConflictInbox
{
    /// <summary>Decides what somebody chose.</summary>
    public static void Choose(RecordDecision decision, ChooseSide m)
    {
        if (!decision.State.Inbox.TryGetValue(m.Field, out var entry) || decision.Mapping.Field(m.Field) is not { } field)
        {
            decision.Add(new Unexpected(m.ToString(), decision.Now));
            return;
        }

        var value = m.Side switch { Side.Postgres => entry.Ours, Side.Salesforce => entry.Theirs, _ => CanonicalValue.Of(field, m.Value) };
        var counts = decision.Mapping.PolicyOf(m.Field) == ConflictPolicy.Counter;
        if (value != entry.Theirs && (!decision.CanUpdate(m.Field) || (counts && !Counters.CanRead(value))))
        {
            decision.Add(new Unexpected(m.ToString(), decision.Now));
            return;
        }

        // What Salesforce holds may be no number: then the value that was chosen is said as one of any field.
        decision.Add(new ConflictChosen(m.Field, entry.Ours, entry.Theirs, m.Side, value, m.By, m.At, counts && Counters.CanRead(entry.Theirs)));
    }

    /// <summary>The field is frozen, or the news of a frozen one are kept.</summary>
    public static RecordState Frozen(RecordState state, ConflictFrozen e)
    {
        var known = state.Inbox.GetValueOrDefault(e.Field);
        var entry = known is null ? new InboxEntry(e.Local, e.Base, e.Remote, e.At, e.Counted) : known with { Theirs = e.Remote };
        var queue = LocalQueue.Without(state.Queue, new HashSet<string>(StringComparer.Ordinal) { e.Field });
        return state with
        {
            Inbox = Kept(state.Inbox, e.Field, entry),
            FieldRounds = state.FieldRounds.Remove(e.Field),
            Queue = queue,
            Counters = state.Counters.Remove(e.Field),
            // Our own value on its way to the row stays on its way.
            Owed = state.Owed is { } owed && !owed.Fields.Is(e.Field, entry.Ours) ? owed.Without([e.Field]) : state.Owed,
        };
    }

    /// <summary>The value that was chosen goes where it is not yet.</summary>
    public static RecordState Chosen(RecordState state, ConflictChosen e)
    {
        var next = state with { Inbox = state.Inbox.Remove(e.Field) };
        if (e.Counter && e.Value != e.Remote)
        {
            var delta = Counters.Read(e.Value) - Counters.Read(e.Remote);
            next = next with { Counters = state.Counters.SetItem(e.Field, new CounterField(e.Remote ?? "0", Counters.Text(delta), null, default)) };
        }
        else if (e.Value != e.Remote)
        {
            var write = new LocalWrite(WriteOperation.Update, FieldValues.Of((e.Field, e.Value)), FieldValues.Of((e.Field, e.Remote)), e.At, state.Row ?? default);
            next = next with { Queue = LocalQueue.Add(state.Queue, write) };
        }

        return e.Value == e.Local ? next : next with { Owed = OwedRow.Of(next, FieldValues.Of((e.Field, e.Value)), new RowStatus()) };
    }

    /// <summary>What the application says of frozen fields stays in the inbox, the latest of it; the rest of the change goes on.</summary>
    public static (RecordState State, LocalChanged Others) Keep(RecordState state, LocalChanged e)
    {
        var frozen = e.New.Where((name, _) => state.Inbox.ContainsKey(name));
        if (frozen.IsEmpty)
        {
            return (state, e);
        }

        var late = state.Row is { } seen && seen > e.Stamp;
        var inbox = state.Inbox;
        foreach (var (name, value) in frozen)
        {
            var entry = inbox[name];
            // Logged late, it stands only where it leads on from what is known.
            inbox = late && !e.Old.Is(name, entry.Ours) ? inbox : Kept(inbox, name, entry with { Ours = value });
        }

        return (state with { Inbox = inbox }, e with { Old = e.Old.Without(frozen.Names), New = e.New.Without(frozen.Names) });
    }

    // Once both sides say the same there is nothing left to choose.
    private static ImmutableSortedDictionary<string, InboxEntry> Kept(ImmutableSortedDictionary<string, InboxEntry> inbox, string field, InboxEntry entry) =>
        entry.Ours == entry.Theirs && !entry.Counted ? inbox.Remove(field) : inbox.SetItem(field, entry);
}
