using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.OrgSimulator.Org;
using ActorSync.Runtime.Journal;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>What the modes and policies of the mappings promise beyond what holds for every record.</summary>
internal sealed partial class Judge
{
    // How many arrivals there were when a change of the application, or an entry of the journal, was committed.
    private readonly Dictionary<long, long> _arrivedAtCommit = [];
    private readonly Dictionary<(int Address, long Seq), long> _arrivedAtEntry = [];

    private void PoliciesAreKept()
    {
        var written = BySync().Where(arrival => arrival.Error is null).ToLookup(arrival => KeyOf(arrival) ?? Guid.Empty);
        var changes = _world.Database.ChangeLog.All.ToLookup(change => change.Change.Entity);
        foreach (var (actor, events) in Journals())
        {
            var mapping = _world.Mappings.Single(mapping => mapping.Number == actor.Kind);
            var story = new RecordStory(actor.Entity, mapping, events, [.. changes[actor.Entity]], [.. written[actor.Entity]]);
            ConflictsAreSettledByTheirPolicy(story);
            FrozenFieldsStay(story);
            ChosenValuesStand(story);
            IntentsAreSaid(story);
            DeletesKeepTheirPolicy(story);
            ConflictsHaveTwoSides(story);
            WritesAreMadeFromWhatTheyFollow(story);
            LostDeletesEndTheirLife(story);
            ReadsAreAnswered(story);
            CountersFollowTheStream(story);
            if (mapping.Mode == WriteMode.Ordered)
            {
                EveryChangeIsAWrite(story);
            }
        }
    }

    // I1: the policy of the field chose, and of the latest change the later one.
    private static void ConflictsAreSettledByTheirPolicy(RecordStory story)
    {
        foreach (var conflict in story.Events.Select(entry => entry.Event).OfType<RecordEvent.ConflictResolved>().Where(conflict => Enum.TryParse<ConflictPolicy>(conflict.Reason, out _)))
        {
            var policy = story.Mapping.Field(conflict.Field)?.Policy ?? story.Mapping.Policy;
            var winner = policy switch { ConflictPolicy.SalesforceWins => Side.Salesforce, ConflictPolicy.PostgresWins => Side.Postgres, _ => conflict.Winner };
            if (policy.ToString() != conflict.Reason || winner != conflict.Winner || policy == ConflictPolicy.Manual)
            {
                throw new ViolationException("I1", $"{conflict} was not settled by {policy}", story.Entity);
            }
        }
    }

    // I2: from the moment a field is frozen until somebody has chosen, or nothing is left to choose, neither side's value is overwritten by us.
    private void FrozenFieldsStay(RecordStory story)
    {
        if (!story.Events.Any(entry => entry.Event is RecordEvent.ConflictFrozen))
        {
            return;
        }

        var state = RecordState.Initial;
        var since = new Dictionary<string, (long From, FieldValues Outside)>(StringComparer.Ordinal);
        foreach (var (entry, happened) in story.Events)
        {
            var before = state;
            state = RecordEvolve.Evolve(state, happened);
            var now = _arrivedAtEntry[(entry.Address, entry.Seq)];
            if (happened is RecordEvent.RowWritten { Stamp: { } stamp })
            {
                FrozenRowStays(story, stamp, before);
            }

            foreach (var field in before.Inbox.Keys.Where(field => !state.Inbox.ContainsKey(field)))
            {
                FrozenRecordStays(story, field, since[field], now);
                since.Remove(field);
            }

            foreach (var field in state.Inbox.Keys)
            {
                // What was outside when a delete lost, or when a trigger rewrote it once too often, cannot be called back; whatever it does, both sides' values are journaled.
                var cannotBeCalledBack = state.Outstanding is { Ended: true } || happened is RecordEvent.ConflictFrozen { Reason: RecordBehavior.RewrittenEachTime };
                since.TryAdd(field, (now, cannotBeCalledBack ? state.Outstanding?.Write.Fields ?? FieldValues.Empty : FieldValues.Empty));
            }
        }

        foreach (var (field, from) in since)
        {
            FrozenRecordStays(story, field, from, long.MaxValue);
        }
    }

    private void FrozenRowStays(RecordStory story, RowStamp stamp, RecordState state)
    {
        var ours = story.Changes.Single(change => change.Change.Operation != 'D' && change.Change.Birth == stamp.Birth && change.Change.Revision == stamp.Revision);
        var (old, values) = (Values(ours, ours.Change.Old), Values(ours, ours.Change.New));
        foreach (var (field, waits) in state.Inbox)
        {
            if (values.TryGetValue(field, out var value) && Plain(value) != Plain(waits.Ours) && Plain(value) != Plain(old.GetValueOrDefault(field)))
            {
                throw new ViolationException("I2", $"the row got '{value}' for {field} while it waited in the inbox with '{waits.Ours}'", story.Entity);
            }
        }
    }

    private static void FrozenRecordStays(RecordStory story, string field, (long From, FieldValues Outside) since, long until)
    {
        if (field == SimulatedMappings.Counter)
        {
            // The sum that was outside when it was frozen may still land.
            return;
        }

        var overwritten = story.Written.FirstOrDefault(arrival => arrival.Sequence > since.From && arrival.Sequence <= until
            && arrival.After.TryGetValue(field, out var after) && Plain(after) != Plain(arrival.Before.GetValueOrDefault(field))
            && !(since.Outside.TryGet(field, out var sent) && Plain(sent) == Plain(after)));
        if (overwritten is not null)
        {
            throw new ViolationException("I2", $"Salesforce got '{overwritten.After[field]}' for {field} over '{overwritten.Before.GetValueOrDefault(field)}' while it waited in the inbox", story.Entity);
        }
    }

    // I7: what was chosen, and nobody has touched since, is in the row; that the record says the same is judged of all fields.
    private void ChosenValuesStand(RecordStory story)
    {
        var row = _world.Database.Tables[story.Mapping.Number].Rows.Read(null, story.Entity);
        foreach (var field in story.Events.Select(entry => entry.Event).OfType<RecordEvent.ConflictChosen>().Select(chosen => chosen.Field).Where(field => field != SimulatedMappings.Counter).Distinct())
        {
            var last = story.Events.Select(entry => entry.Event).Last(happened => Touches(happened, field));
            if (last is RecordEvent.ConflictChosen chosen && row is { IsDeleted: false } && Plain(row.Values[story.Mapping.Fields.IndexOf(story.Mapping.Field(field)!)]) != Plain(chosen.Value))
            {
                throw new ViolationException("I7", $"'{chosen.Value}' was chosen for {field}, the row has '{row.Values[story.Mapping.Fields.IndexOf(story.Mapping.Field(field)!)]}'", story.Entity);
            }
        }
    }

    private static bool Touches(RecordEvent happened, string field) => happened switch
    {
        RecordEvent.ConflictChosen e => e.Field == field,
        RecordEvent.ConflictFrozen e => e.Field == field,
        RecordEvent.ConflictResolved e => e.Field == field || e.Field == "*",
        RecordEvent.LocalChanged e => e.Operation != RowOperation.Update || e.New.Has(field),
        RecordEvent.RemoteTaken e => e.New.Has(field),
        RecordEvent.OperatorActed or RecordEvent.RemoteDeletionTaken or RecordEvent.RemoteUndeletionTaken or RecordEvent.RecordParked or RecordEvent.WriteRejected => true,
        _ => false,
    };

    // A trigger whose change is logged first has changed it again.
    private static bool IsOvertaken(RecordStory story, RecordEvent.LocalChanged said, string field) => story.Events.Select(entry => entry.Event).OfType<RecordEvent.LocalChanged>()
        .Any(later => later.Stamp.Birth == said.Stamp.Birth && later.Stamp > said.Stamp && later.New.Has(field));

    // I1: a field of intent that was set to what it was, and that nothing has superseded since, arrives after that was committed.
    private void IntentsAreSaid(RecordStory story)
    {
        foreach (var (at, said) in story.Events.Select((entry, at) => (at, entry.Event as RecordEvent.LocalChanged)).Where(entry => entry.Item2 is { Intents: not null }))
        {
            var change = story.Changes.Single(change => change.Change.Birth == said!.Stamp.Birth && change.Change.Revision == said.Stamp.Revision && change.Change.Operation == 'U');
            var values = Values(change, change.Change.New);
            foreach (var (field, value) in Values(change, change.Change.Old).Where(old => Plain(values[old.Key]) == Plain(old.Value) && Plain(old.Value) is not null))
            {
                var from = _arrivedAtCommit[change.Change.Id];
                if (!story.Written.Any(arrival => arrival.Sequence > from && arrival.After.TryGetValue(field, out var after) && Plain(after) == Plain(value))
                    && !story.Events.Skip(at + 1).Any(entry => Touches(entry.Event, field)) && !IsFrozen(story, at, field) && !IsOvertaken(story, said!, field))
                {
                    throw new ViolationException("I1", $"{field} of intent was set to '{value}' again in revision {said!.Stamp} and nothing became of it", story.Entity);
                }
            }
        }
    }

    private static bool IsFrozen(RecordStory story, int at, string field)
    {
        var state = RecordEvolve.Fold(RecordState.Initial, story.Events.Take(at).Select(entry => entry.Event));
        return state.Inbox.ContainsKey(field) || state.Life is Life.DeletedRemotely or Life.Dead;
    }

    // I1 and I3: where deletes lose, a delete that lost is not sent and its row comes back; where the row stays, we never delete one.
    private static void DeletesKeepTheirPolicy(RecordStory story)
    {
        var lost = story.Events.Count(entry => entry.Event is RecordEvent.ConflictResolved { Field: "*", Remote: "changed", Winner: Side.Salesforce });
        if (lost > 0 && story.Mapping.Delete != DeletePolicy.DeleteLoses)
        {
            throw new ViolationException("I1", "a delete lost, and it was not to", story.Entity);
        }

        var sent = story.Written.Count(arrival => arrival.Operation == "delete");
        var said = story.Changes.Count(change => change.Origin is null && change.Change.Operation == 'D');
        // One whose answer was lost is said again if the record is found alive: it may have been applied, and undone by somebody.
        var deletes = story.Events.Select(entry => entry.Event).OfType<RecordEvent.WriteOffered>().Where(write => write.Operation == WriteOperation.Delete).Select(write => write.WriteNo).ToHashSet();
        var again = story.Events.Count(entry => entry.Event is RecordEvent.WriteNotApplied missing && deletes.Contains(missing.WriteNo));
        if (lost > 0 && sent + lost > said + again)
        {
            throw new ViolationException("I1", $"{sent} of {said} deletes were sent although {lost} lost", story.Entity);
        }

        if (story.Mapping.Delete == DeletePolicy.SoftDelete && story.Changes.FirstOrDefault(change => change.Origin is not null && change.Change.Operation == 'D') is { } gone)
        {
            throw new ViolationException("I3", $"the row {gone.Change.Birth}.{gone.Change.Revision} was deleted, and was to stay marked", story.Entity);
        }
    }

    // I1, ordered: every change of a living, linked record is a write of its own, in order, unless it was superseded after a refusal, resolved, or the record deleted.
    private void EveryChangeIsAWrite(RecordStory story)
    {
        if (story.Events.Any(entry => entry.Event is RecordEvent.WriteRejected or RecordEvent.RecordParked or RecordEvent.WriteOverwritten or RecordEvent.OperatorActed
            or RecordEvent.RemoteDeletionTaken or RecordEvent.RemoteMergeTaken or RecordEvent.ConflictResolved { Field: "*" }))
        {
            return;
        }

        var settled = story.Events.Select(entry => entry.Event switch
        {
            RecordEvent.ConflictResolved { Winner: Side.Salesforce } e => e.Field,
            RecordEvent.ConflictFrozen e => e.Field,
            _ => null,
        }).ToHashSet(StringComparer.Ordinal);
        var ended = story.Changes.Where(change => change.Change.Operation == 'D').Select(change => change.Change.Birth).ToHashSet();
        var next = 0;
        foreach (var change in story.Changes.Where(change => change.Origin is null && change.Change.Operation != 'D' && !ended.Contains(change.Change.Birth))
            .OrderBy(change => change.Change.Birth).ThenBy(change => change.Change.Revision))
        {
            var said = Said(story.Mapping, change, settled);
            if (said.Count == 0)
            {
                continue;
            }

            var at = story.Written.Skip(next).ToList().FindIndex(arrival => Texts(story.Mapping, arrival, settled).Count == said.Count
                && said.All(field => arrival.After.TryGetValue(field.Key, out var after) && Plain(after) == field.Value));
            if (at < 0)
            {
                throw new ViolationException("I1", $"the change {string.Join(", ", said)} of revision {change.Change.Birth}.{change.Change.Revision} was no write of its own, in its place", story.Entity);
            }

            next += at + 1;
        }
    }

    // Text fields that the change names and that may not go without a write; of a birth those that say something.
    private Dictionary<string, string?> Said(ObjectMapping mapping, MemoryChange change, HashSet<string?> settled)
    {
        var old = Values(change, change.Change.Old);
        return Values(change, change.Change.New).Select(field => (field.Key, Value: Plain(field.Value)))
            .Where(field => mapping.Field(field.Key) is { Kind: FieldKind.Text } mapped && !settled.Contains(field.Key)
                && (change.Change.Operation == 'I' ? field.Value is not null : mapped.Intent || field.Value != Plain(old.GetValueOrDefault(field.Key))))
            .ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal);
    }

    private static List<string> Texts(ObjectMapping mapping, Arrival arrival, HashSet<string?> settled) =>
        [.. arrival.After.Keys.Where(name => mapping.Field(name) is { Kind: FieldKind.Text } && !settled.Contains(name))];

    /// <summary>One record as the judges see it.</summary>
    /// <param name="Changes">Its part of the change log, ours and the application's.</param>
    /// <param name="Written">What our writes did in Salesforce, in order.</param>
    private sealed record RecordStory(
        Guid Entity, ObjectMapping Mapping, IReadOnlyList<(JournalEntry Entry, RecordEvent Event)> Events, IReadOnlyList<MemoryChange> Changes, IReadOnlyList<Arrival> Written);
}
