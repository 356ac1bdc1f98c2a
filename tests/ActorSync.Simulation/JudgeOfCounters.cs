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

    private static decimal Number(string? text) => text is null ? 0 : decimal.Parse(text, CultureInfo.InvariantCulture);
}
