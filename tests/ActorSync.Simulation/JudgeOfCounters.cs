using System.Globalization;
using ActorSync.Domain.Records;

namespace ActorSync.Simulation;

/// <summary>I4: what both sides added to a counter is in it, or the record says that somebody has to count.</summary>
internal sealed partial class Judge
{
    private void CountersAreExact()
    {
        if (!SimulatedMappings.Counts(_world.Mappings))
        {
            return;
        }

        var added = _world.Org.Arrivals().Where(arrival => arrival.Error is null && arrival.Client is null && arrival.Operation is "create" or "update")
            .GroupBy(arrival => arrival.Id!)
            .ToDictionary(record => record.Key, record => record.Sum(arrival =>
                arrival.After.ContainsKey(SimulatedMappings.Counter) ? Number(arrival.After[SimulatedMappings.Counter]) - Number(arrival.Before.GetValueOrDefault(SimulatedMappings.Counter)) : 0));
        var counted = LocalChanges().ToLookup(change => change.Change.Entity);
        var table = _world.Database.Tables[SimulatedMappings.Account];
        foreach (var (actor, events) in Journals().Where(journal => journal.Actor.Kind == SimulatedMappings.Account))
        {
            // One life, and nobody had to choose.
            if (table.Rows.Read(null, actor.Entity) is not { Sfid: { } sfid } row
                || events.Any(entry => entry.Event is RecordEvent.RemoteDeletionTaken or RecordEvent.RemoteUndeletionTaken or RecordEvent.OperatorActed or RecordEvent.LocalChanged { Operation: RowOperation.Delete }
                    || entry.Event is RecordEvent.ConflictFrozen { Field: SimulatedMappings.Counter })
                || events.Aggregate(RecordState.Initial, (state, entry) => RecordEvolve.Evolve(state, entry.Event)).Parked is not null)
            {
                continue;
            }

            var here = counted[actor.Entity].Where(change => change.Change.Birth == row.Birth).Sum(change =>
                Values(change, change.Change.New).TryGetValue(SimulatedMappings.Counter, out var now) ? Number(now) - Number(Values(change, change.Change.Old).GetValueOrDefault(SimulatedMappings.Counter)) : 0);
            var sum = here + added.GetValueOrDefault(sfid);
            var stands = Number(row.Values[SimulatedMappings.CounterIndex]);
            if (stands != sum)
            {
                throw new ViolationException("I4", $"{SimulatedMappings.Counter} is {stands}, both sides added {here} and {sum - here}", actor.Entity);
            }
        }
    }

    // What the stream and the reads tell of a counter, each once and in its place.
    private void CountersFollowTheStream(RecordStory story)
    {
        if (story.Mapping.Number == SimulatedMappings.Account && SimulatedMappings.Counts(_world.Mappings))
        {
            ChangeEventsAreTakenOnce(story);
            ReadsContainWhatWasSeen(story);
            GapsAreTaken(story);
            CountersNeverGoBack(story);
            CountersWaitForAReason(story);
        }
    }

    // I9
    private static void ChangeEventsAreTakenOnce(RecordStory story)
    {
        if (!story.Events.Any(entry => MovesTheLink(entry.Event)) && story.Events.Select(entry => entry.Event).OfType<RecordEvent.ChangeEventTaken>()
            .GroupBy(taken => (taken.Sfid, taken.Position)).FirstOrDefault(taken => taken.Count() > 1) is { } twice)
        {
            throw new ViolationException("I9", $"the change event {twice.Key.Position} was taken {twice.Count()} times", story.Entity);
        }
    }

    // I9: a read that began after an event was received shows what the event tells.
    private void ReadsContainWhatWasSeen(RecordStory story)
    {
        var state = RecordState.Initial;
        DateTimeOffset? shown = null;
        for (var at = 0; at < story.Events.Count; at++)
        {
            var (before, happened) = (state, story.Events[at].Event);
            state = RecordEvolve.Evolve(state, happened);
            shown = happened switch
            {
                RecordEvent.RemoteTaken e when before.Counters.IsEmpty && before.Bars.IsEmpty && state.Inbox.IsEmpty => e.ReadBegan,
                RecordEvent.RemoteTaken or RecordEvent.RemoteDeletionTaken or RecordEvent.RemoteUndeletionTaken or RecordEvent.RemoteMergeTaken or RecordEvent.RemoteDisplaced
                    or RecordEvent.LocalChanged { Operation: not RowOperation.Update } => null,
                _ => shown,
            };
            if (happened is RecordEvent.ChangeEventTaken { OwnWrite: null } taken && _world.Stream.SeenAt[taken.Position] < shown && !before.Inbox.ContainsKey(SimulatedMappings.Counter)
                && IsNewsOf(story.Events.ElementAtOrDefault(at + 1).Event, taken))
            {
                throw new ViolationException("I9", $"the change event {taken.Position} was taken as news behind a read that began after it was received", story.Entity);
            }
        }
    }

    private static bool IsNewsOf(RecordEvent? next, RecordEvent.ChangeEventTaken taken) => next switch
    {
        RecordEvent.CounterCounted { By: Side.Salesforce } e => e.At == taken.At,
        RecordEvent.ReadBackAsked e => e.At == taken.At && e.Reason.StartsWith($"{SimulatedMappings.Counter} was changed", StringComparison.Ordinal),
        _ => false,
    };

    // I4: missing events are no secret of the stream.
    private void GapsAreTaken(RecordStory story)
    {
        if (story.Events.Any(entry => MovesTheLink(entry.Event)) || !States().Any(actor => actor.Actor.Entity == story.Entity && actor.State is { Sfid: not null, FormerSfids.IsEmpty: true }))
        {
            return;
        }

        var taken = story.Events.Select(entry => entry.Event).OfType<RecordEvent.ChangeEventsMissed>().Select(missed => missed.Position).ToHashSet();
        foreach (var (record, sfid, position) in _world.Stream.Missed)
        {
            if (record == story.Entity && !taken.Contains(position))
            {
                throw new ViolationException("I4", $"change events of {sfid} are missing at {position}, and its record was not told", story.Entity);
            }
        }
    }

    // I2: both sides only add, so what our writes show in the row never goes back, unless something was lost, given up or put by somebody.
    private void CountersNeverGoBack(RecordStory story)
    {
        var ours = story.Changes.Where(change => change.Origin is not null && change.Change.Operation == 'U').ToDictionary(change => (change.Change.Birth, change.Change.Revision));
        if (IsTakenOutOfOrder(story))
        {
            // It may go back before that shows; then it waits for somebody.
            return;
        }

        // An event of the second of the latest read, behind which a sum is outside, may be from before it: whether it is the next ones tell, up to our own. And one that our own was
        // told behind, after the record was gone, may contain it.
        var own = story.Events.Select(entry => entry.Event).OfType<RecordEvent.ChangeEventTaken>().Select(taken => taken.OwnWrite).ToHashSet();
        var mayBeGone = story.Events.Any(entry => MovesTheLink(entry.Event) || entry.Event is RecordEvent.LocalChanged { Operation: RowOperation.Delete });
        var (unsure, shown, last) = (false, decimal.MinValue, (RecordEvent.ChangeEventTaken?)null);
        foreach (var (_, happened) in story.Events.TakeWhile(entry => !MayGoBack(entry.Event)))
        {
            last = happened as RecordEvent.ChangeEventTaken ?? last;
            if (happened is RecordEvent.CounterCounted counted)
            {
                unsure = counted.Now.Outside is { } outside && (unsure || (mayBeGone && !own.Contains(outside.WriteNo)) || (counted.By == Side.Salesforce && counted.Now.ReadAsOf == last?.AsOf));
            }

            if (happened is RecordEvent.RowWritten { Stamp: { } stamp } && ours.TryGetValue((stamp.Birth, stamp.Revision), out var change)
                && Values(change, change.Change.New).TryGetValue(SimulatedMappings.Counter, out var now))
            {
                shown = Math.Max(shown, Number(Values(change, change.Change.Old).GetValueOrDefault(SimulatedMappings.Counter)));
                if (!unsure && Number(now) < shown)
                {
                    throw new ViolationException("I2", $"{SimulatedMappings.Counter} went back to {now} in revision {stamp}", story.Entity);
                }
            }

            shown = happened is RecordEvent.LocalChanged { Operation: not RowOperation.Update } ? decimal.MinValue : shown;
        }
    }

    // I4: nobody has to count what the stream has told whole and in order.
    private void CountersWaitForAReason(RecordStory story)
    {
        if (story.Events.Any(entry => MovesTheLink(entry.Event)))
        {
            return;
        }

        foreach (var frozen in story.Events.Select(entry => entry.Event).OfType<RecordEvent.ConflictFrozen>().Where(frozen => frozen is { Field: SimulatedMappings.Counter, Counted: true }))
        {
            var isReason = frozen.Reason.Contains("out of order", StringComparison.Ordinal) ? IsTakenOutOfOrder(story)
                : !(frozen.Reason.Contains("missing", StringComparison.Ordinal) || frozen.Reason.StartsWith("GAP", StringComparison.Ordinal)) || _world.Stream.HasGap(story.Entity);
            if (!isReason)
            {
                throw new ViolationException("I4", $"{SimulatedMappings.Counter} waits for somebody, '{frozen.Reason}', and the stream told everything in its order", story.Entity);
            }
        }
    }

    // A write of ours, or a gap, was told behind a later event, or anything behind a later write of ours; or so it was taken: an event that waits for its row lets later ones pass.
    private static bool IsTakenOutOfOrder(RecordStory story)
    {
        var (last, lastOwn) = (default(StreamPosition), default(StreamPosition));
        foreach (var (_, happened) in story.Events)
        {
            var (position, isOwn) = happened switch
            {
                RecordEvent.ChangeEventTaken e when !e.Fields.IsEmpty => (e.Position, e.OwnWrite is not null),
                RecordEvent.ChangeEventsMissed e => (e.Position, true),
                _ => (last, false),
            };
            if (position < (isOwn ? last : lastOwn))
            {
                return true;
            }

            (last, lastOwn) = (position > last ? position : last, isOwn && position > lastOwn ? position : lastOwn);
        }

        return false;
    }

    private static bool MayGoBack(RecordEvent happened) => MovesTheLink(happened)
        || happened is RecordEvent.OperatorActed or RecordEvent.WriteRejected or RecordEvent.ConflictFrozen { Field: SimulatedMappings.Counter } or RecordEvent.ConflictChosen { Field: SimulatedMappings.Counter }
            or RecordEvent.ConflictResolved { Field: SimulatedMappings.Counter or "*" };

    private static bool MovesTheLink(RecordEvent happened) =>
        happened is RecordEvent.RemoteDeletionTaken or RecordEvent.RemoteUndeletionTaken or RecordEvent.RemoteMergeTaken or RecordEvent.RemoteDisplaced;

    private static decimal Number(string? text) => text is null ? 0 : decimal.Parse(text, CultureInfo.InvariantCulture);
}
