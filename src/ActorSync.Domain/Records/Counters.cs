using System.Globalization;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.Domain.Records;

/// <summary>Adds up what both sides do to a counter (rule 5, invariant I4). Our writes are absolute, so a change of somebody else's that ours overwrote shows only in
/// the order of the change events: the value before our own event, held against the one our write was made from, is what has to be added again. A counter is offered again only
/// after its last write was seen in the stream. Reads say nothing about an open counter: the stream will.</summary>
internal static class Counters
{
    // Salesforce's numbers have 18 digits; sums of what is far below decimal's 28 are exact.
    private const decimal Largest = 1e24m;

    /// <summary>Counts what the application did, after its change has been folded.</summary>
    public static void Local(RecordDecision decision, RecordState before, LocalChange m)
    {
        if (m.Operation != RowOperation.Update || (before.Sfid is null && !before.BirthOutside) || before.IsEnded(m.Stamp)
            // The life it belongs to is not born yet: its birth takes it along.
            || before.Queue.Any(write => write.Operation == WriteOperation.Insert))
        {
            return;
        }

        foreach (var (name, value) in m.New.Where((name, _) => IsCounter(decision, name) && !before.Inbox.ContainsKey(name)))
        {
            var owed = before.Owed is { Operation: not RowOperation.Delete } row && row.Fields.TryGet(name, out var waiting) ? waiting ?? "0" : null;
            if (!TryRead(m.Old[name], out var old) || !TryRead(value, out var now) || !TryRead(owed, out var known))
            {
                decision.Add(new ConflictFrozen(name, m.Old[name], value, owed ?? m.Old[name], "it is not a number that can be counted", decision.Now, Counted: true));
                continue;
            }

            var delta = now - old;
            var counter = before.Counters.GetValueOrDefault(name) ?? Opened(before, owed is null ? old : known, m.Stamp);
            // Logged behind the change that this was inferred from: it was in that one's old value.
            counter = m.Stamp < counter.Since ? counter with { Known = Text(Read(counter.Known) - delta) } : counter;
            counter = counter with { Delta = Text(Read(counter.Delta) + delta) };
            decision.Add(new CounterCounted(name, Side.Postgres, Text(delta), counter, owed is null ? null : Text(Sum(counter)), decision.Now));
        }
    }

    /// <summary>Takes a change event. Only its counters are read off it; for the other fields it is the reason for a fresh read.</summary>
    public static void Remote(RecordDecision decision, RemoteChanged m)
    {
        var state = decision.State;
        if (state.Sfid != m.Sfid)
        {
            if (state.Sfid is null && !state.FormerSfids.Contains(m.Sfid))
            {
                RemoteEvidence.Ask(decision, m.Sfid, "a change event names a record that is not linked", m.Seen);
            }

            return;
        }

        var counters = m.Fields.Where((name, _) => IsCounter(decision, name)).With(Unchanged(state, m));
        // Whether a counter's event is late only events of counters say.
        var last = counters.IsEmpty ? state.StreamAt : state.StreamSeen is [.., var seen] ? seen : (StreamPosition?)null;
        if (last >= m.Position)
        {
            TakeLate(decision, m, counters);
            return;
        }

        decision.Add(new ChangeEventTaken(m.Sfid, m.Position, counters, m.AsOf, m.OwnWrite, decision.Now));
        if (state.DeletePending || state.Row is null)
        {
            return;
        }

        foreach (var (name, value) in counters)
        {
            Count(decision, m, name, value);
        }

        if (counters.Count < m.Fields.Count && m.OwnWrite is null)
        {
            RemoteEvidence.Ask(decision, m.Sfid, "a change event names it", m.Seen);
        }
    }

    /// <summary>Events are missing: what is open waits for somebody, and a read tells the rest, unless a write of ours came behind them. What that overwrote nobody tells any more.</summary>
    public static void Miss(RecordDecision decision, ChangesMissed m)
    {
        var state = decision.State;
        if (m.Position is { } position)
        {
            if (state.StreamSeen.Contains(position))
            {
                return;
            }

            decision.Add(new ChangeEventsMissed(m.Sfid, position, m.Reason, decision.Now));
        }

        Lose(decision, m.Reason);
        if (m.Position < state.StreamOwnAt && state.Row is not null && !state.DeletePending)
        {
            foreach (var field in decision.Mapping.Fields.Where(field => IsCounter(decision, field.Name) && !decision.State.Inbox.ContainsKey(field.Name)))
            {
                var shown = m.Row is null ? null : Shown(decision.State, m.Row, field.Name);
                decision.Add(new ConflictFrozen(field.Name, shown, shown, shown, "change events are missing from before a write of ours", decision.Now, Counted: true));
            }
        }

        RemoteEvidence.Ask(decision, m.Sfid, m.Reason, m.At);
    }

    /// <summary>Both sides say something about a counter that was not counted from its start: what ours differs from its base is added to theirs.</summary>
    /// <returns>False where there is nothing to count with.</returns>
    public static bool Add(RecordDecision decision, string field, LocalWrite local, string? remote)
    {
        if (!TryRead(local.Fields[field], out var ours) || !TryRead(local.Base[field], out var agreed) || !TryRead(remote, out var theirs))
        {
            return false;
        }

        // Theirs is what the latest read has shown.
        var counter = new CounterField(Text(theirs), Text(ours - agreed), null, default) { ReadAsOf = decision.State.SystemModstamp, ReadBegan = decision.State.EvidenceReadBegan };
        var sum = Text(Sum(counter));
        decision.Add(new CounterCounted(field, Side.Postgres, counter.Delta, counter, sum == local.Fields[field] ? null : sum, decision.Now));
        return true;
    }

    /// <summary>Whether a write that was in doubt added its sum only its own change event can tell: the values alone may be somebody else's.</summary>
    /// <param name="found">What a probe saw, if anything.</param>
    public static void Doubt(RecordDecision decision, int writeNo, FieldValues? found)
    {
        foreach (var (name, counter) in decision.State.Counters.Where(counter => counter.Value.Outside?.WriteNo == writeNo))
        {
            var theirs = found is not null && found.Has(name) ? found[name] : counter.Outside!.Sent;
            Freeze(decision, name, counter, theirs, "whether our write of it was applied cannot be told");
            if (theirs != counter.Known && decision.State.Sfid is { } sfid)
            {
                // The stream may have told what the probe was too early to see.
                RemoteEvidence.Ask(decision, sfid, $"{name} waits for somebody, and it is not known what Salesforce holds", decision.Now);
            }
        }
    }

    /// <summary>A read that was asked for, of a counter that is open and has nothing outside: events that were missing are in it. One that began before the latest event was
    /// taken may show less than that told, and leaves the question open.</summary>
    public static void TakeRead(RecordDecision decision, RecordState before, RemoteImage m)
    {
        foreach (var (name, counter) in before.Counters.Where(counter => counter.Value.Outside is null && before.AskedAt(m.Sfid) < m.ReadBegan))
        {
            if (m.Fields.TryGet(name, out var value) && TryRead(value, out var now) && Text(now) != counter.Known)
            {
                if (!RemoteEvidence.IsCertainlyLater(before, m))
                {
                    RemoteEvidence.Ask(decision, m.Sfid, $"{name} was read before a change event was taken", m.ReadBegan);
                    continue;
                }

                var read = counter with { Known = Text(now), Since = default, ReadAsOf = m.AsOf, ReadBegan = m.ReadBegan };
                var sum = Text(Sum(read));
                decision.Add(new CounterCounted(name, Side.Salesforce, Text(now - Read(counter.Known)), read, m.Row.Fields.Is(name, sum) ? null : sum, decision.Now));
            }
        }
    }

    /// <summary>What the application has counted on in changes that wait behind a birth: it is born with it, because the writes of counters that follow are sums.</summary>
    public static FieldValues CountedBeforeBirth(RecordDecision decision) => FieldValues.From(decision.State.Queue.Skip(1)
        .TakeWhile(write => write.Operation == WriteOperation.Update)
        .SelectMany(write => write.Fields.Where((name, value) => IsCounter(decision, name) && TryRead(value, out _)))
        .GroupBy(field => field.Key, field => field.Value).Select(values => KeyValuePair.Create(values.Key, values.Last())));

    /// <summary>A birth in doubt is found with another value than it was sent with: Salesforce has counted on from ours. What is open the stream adds up.
    /// One that is found in a record of an earlier life, undeleted since, may never have been said: then theirs knows nothing of ours, and somebody has to tell.</summary>
    public static void TakeBirth(RecordDecision decision, string sfid, string field, string? ours, string? theirs)
    {
        if ((decision.State.FormerSfids.Contains(sfid) || decision.State.Outstanding is { Revived: true }) && !decision.State.Inbox.ContainsKey(field))
        {
            var sum = decision.State.Counters.TryGetValue(field, out var open) ? Text(Sum(open)) : ours;
            decision.Add(new ConflictFrozen(field, null, sum, theirs, "whether its birth was applied to the record that was undeleted cannot be told", decision.Now, Counted: true));
            return;
        }

        if (!decision.State.Counters.ContainsKey(field) && !decision.State.Inbox.ContainsKey(field))
        {
            decision.Add(new ConflictResolved(field, ours, ours, theirs, Side.Salesforce, "Salesforce has counted on from what it was born with", decision.Now));
        }
    }

    /// <summary>Every open counter waits for somebody: what Salesforce added cannot be told any more.</summary>
    public static void Lose(RecordDecision decision, string reason)
    {
        foreach (var (name, counter) in decision.State.Counters)
        {
            Freeze(decision, name, counter, counter.Known, reason);
        }
    }

    /// <summary>The sum of both sides.</summary>
    public static decimal Sum(CounterField counter) =>
        Read(counter.Known) + Read(counter.Delta) + (counter.Outside is { } write ? Read(write.Sent) - Read(write.Base) : 0);

    /// <summary>A canonical number; empty counts as 0.</summary>
    public static decimal Read(string? text) => text is null ? 0 : decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);

    /// <summary>A number as it is written canonically.</summary>
    public static string Text(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <summary>True of a number that can be counted.</summary>
    public static bool CanRead(string? text) => TryRead(text, out _);

    private static bool TryRead(string? text, out decimal number)
    {
        number = 0;
        return text is null || (decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out number) && Math.Abs(number) < Largest);
    }

    /// <summary>True of a field whose changes of both sides are added up.</summary>
    public static bool IsCounter(RecordDecision decision, string name) => decision.Mapping.PolicyOf(name) == ConflictPolicy.Counter && decision.CanUpdate(name);

    // Salesforce names what a write changed: a counter that it does not name held the sent value already.
    private static FieldValues Unchanged(RecordState state, RemoteChanged m) => FieldValues.From(state.Counters
        .Where(counter => counter.Value.Outside is { } write && write.WriteNo == m.OwnWrite && !m.Fields.Has(counter.Key))
        .Select(counter => KeyValuePair.Create(counter.Key, (string?)counter.Value.Outside!.Sent)));

    // Told before, or out of order. Salesforce's own later value contains what came before it; one of ours does not.
    private static void TakeLate(RecordDecision decision, RemoteChanged m, FieldValues counters)
    {
        var state = decision.State;
        if (counters.IsEmpty || state.StreamSeen.Contains(m.Position) || (state.StreamSeen.Length == RecordState.StreamSeenMax && m.Position < state.StreamSeen[0]))
        {
            return;
        }

        decision.Add(new ChangeEventTaken(m.Sfid, m.Position, counters, m.AsOf, m.OwnWrite, decision.Now));
        if (state.DeletePending || state.Row is null || (m.OwnWrite is null && !(state.StreamOwnAt > m.Position)))
        {
            return;
        }

        foreach (var (name, value) in counters.Where((name, _) => !state.Inbox.ContainsKey(name)))
        {
            var open = state.Counters.GetValueOrDefault(name);
            var shown = open is null ? Shown(state, m.Row, name) : Text(Sum(open));
            decision.Add(new ConflictFrozen(name, value, shown, open?.Known ?? shown, "a change event came out of order", decision.Now, Counted: true));
            if (open is not null)
            {
                // Reads said nothing about it while it was open.
                RemoteEvidence.Ask(decision, m.Sfid, $"{name} waits for somebody, and it is not known what Salesforce holds", decision.Now);
            }
        }
    }

    private static void Count(RecordDecision decision, RemoteChanged m, string name, string? value)
    {
        var state = decision.State;
        if (state.Inbox.TryGetValue(name, out var waits))
        {
            // A read may have shown a later value than this event's.
            if (waits.Theirs != value && m.AsOf >= state.SystemModstamp)
            {
                RemoteEvidence.Ask(decision, m.Sfid, "a counter that waits for somebody was changed again", m.Seen);
                decision.Add(new ConflictFrozen(name, waits.Base, waits.Ours, value, "Salesforce changed it again", decision.Now));
            }

            return;
        }

        var shown = Shown(state, m.Row, name);
        if (!TryRead(value, out var now) || !TryRead(shown, out var sum))
        {
            decision.Add(new ConflictFrozen(name, null, shown, value, "it is not a number that can be counted", decision.Now, Counted: true));
            return;
        }

        var open = state.Counters.GetValueOrDefault(name);
        var answered = open?.Outside is { } outside && outside.WriteNo == m.OwnWrite;
        // What a birth of ours said, or a write whose sum has been settled without its event, is in the row.
        if (!answered && (IsInRead(state, open, m) || (m.OwnWrite is not null && open is null)))
        {
            return;
        }

        if (m.AsOf == LatestRead(state, open).AsOf)
        {
            // Of one second with what was read: which of the two came first nobody says, and events between them may be missing. Another read tells, unless something is outside: then
            // the events up to our own do.
            RemoteEvidence.Ask(decision, m.Sfid, $"{name} was changed in the second of its latest read", m.Seen);
            if (open?.Outside is null)
            {
                return;
            }
        }

        var counter = open ?? Opened(state, sum, default);
        var before = Sum(counter);
        if (answered && counter.Outside is { } write)
        {
            // What Salesforce had before our write and ours was not made from was overwritten: it is added again.
            var overwritten = Read(counter.Known) - Read(write.Base);
            counter = counter with { Delta = Text(Read(counter.Delta) + overwritten), Outside = null };
        }

        counter = counter with { Known = Text(now), Since = default };
        var after = Sum(counter);
        if (counter != open && (open is not null || after != before || shown != value))
        {
            // An open counter's row holds its sum, or it is owed; one that nothing is open about is shown Salesforce's own value, be it empty or 0.
            var told = open is null ? value : Text(after);
            decision.Add(new CounterCounted(name, Side.Salesforce, Text(after - before), counter, m.Row.Fields.Is(name, told) ? null : told ?? "0", decision.Now));
        }
    }

    // A read contains what was committed in an earlier second, and what was received before it began.
    private static bool IsInRead(RecordState state, CounterField? open, RemoteChanged m)
    {
        var (asOf, began) = LatestRead(state, open);
        return m.AsOf < asOf || m.Seen < began;
    }

    private static (DateTimeOffset? AsOf, DateTimeOffset? Began) LatestRead(RecordState state, CounterField? open) =>
        open is null ? CounterEvolve.LatestRead(state) : (open.ReadAsOf, open.ReadBegan);

    // What its row holds came from the latest read that showed it.
    private static CounterField Opened(RecordState state, decimal known, RowStamp since)
    {
        var (asOf, began) = CounterEvolve.LatestRead(state);
        return new CounterField(Text(known), "0", null, since) { ReadAsOf = asOf, ReadBegan = began };
    }

    // What is owed to a row it is about to show.
    private static string? Shown(RecordState state, RowImage row, string name) =>
        state.Owed is { Operation: not RowOperation.Delete } owed && owed.Fields.TryGet(name, out var waiting) ? waiting : row.Fields[name];

    private static void Freeze(RecordDecision decision, string name, CounterField counter, string? theirs, string reason) =>
        decision.Add(new ConflictFrozen(name, counter.Outside?.Base ?? counter.Known, Text(Sum(counter)), theirs, reason, decision.Now, Counted: true));
}
