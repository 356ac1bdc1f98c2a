using ActorSync.Domain.Records;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>What became of every single change: I1, I2, I3, I9.</summary>
internal sealed partial class Judge
{
    // I1: applied, superseded, resolved with both values journaled, or parked. Never nothing.
    private void LocalChangesAreAnswered()
    {
        var journals = Journals().ToDictionary(journal => journal.Actor.Entity, journal => journal.Events);
        var parked = States().Where(actor => actor.State.Parked is not null).Select(actor => actor.Actor.Entity).ToHashSet();
        var written = BySync().Where(arrival => arrival.Error is null).ToLookup(arrival => KeyOf(arrival) ?? Guid.Empty);
        foreach (var record in LocalChanges().GroupBy(change => change.Change.Entity))
        {
            var changes = record.OrderBy(change => change.Change.Birth).ThenBy(change => change.Change.Revision).ToArray();
            for (var i = 0; i < changes.Length; i++)
            {
                foreach (var (field, value) in Values(changes[i], changes[i].Change.New))
                {
                    var plain = Plain(value);
                    if (plain is null || !plain.Contains('L', StringComparison.Ordinal) || parked.Contains(record.Key)
                        || changes.Skip(i + 1).Any(later => later.Change.Operation == 'D' || later.Change.Birth > changes[i].Change.Birth || Values(later, later.Change.New).ContainsKey(field)))
                    {
                        continue;
                    }

                    var applied = written[record.Key].Any(arrival => arrival.After.TryGetValue(field, out var after) && Plain(after) == plain);
                    var resolved = journals.GetValueOrDefault(record.Key, []).Any(entry => Resolves(entry.Event, field, plain));
                    if (!applied && !resolved)
                    {
                        throw new ViolationException("I1", $"{field} = '{plain}' of revision {changes[i].Change.Birth}.{changes[i].Change.Revision} was committed locally and nothing became of it", record.Key);
                    }
                }
            }
        }
    }

    // With both values journaled, or by somebody's word.
    private static bool Resolves(RecordEvent happened, string field, string plain) => happened switch
    {
        RecordEvent.ConflictResolved e => (e.Field == field && Plain(e.Local) == plain) || (e.Field == "*" && e.Winner == Side.Salesforce),
        RecordEvent.ConflictChosen e => e.Field == field && Plain(e.Local) == plain,
        RecordEvent.OperatorActed { Action: OperatorAction.Skip } e => Plain(e.Fields[field]) == plain,
        RecordEvent.OperatorActed { Action: OperatorAction.Edit } e => e.Fields.Has(field),
        _ => false,
    };

    // I2: our writes of a row never bring back an older local value.
    private void NothingFlipped()
    {
        var restored = Restored();
        foreach (var life in _world.Database.ChangeLog.All.GroupBy(change => (change.Change.Entity, change.Change.Birth)))
        {
            var latest = new Dictionary<string, (string? Value, List<string> Older)>(StringComparer.Ordinal);
            foreach (var change in life.OrderBy(change => change.Change.Revision))
            {
                if (restored.Contains((life.Key.Entity, life.Key.Birth, change.Change.Revision)))
                {
                    latest.Clear();
                }

                foreach (var (field, value) in Values(change, change.Change.New))
                {
                    if (!latest.TryGetValue(field, out var known))
                    {
                        latest[field] = known = (null, []);
                    }

                    if (change.Origin is not null && value is not null && value.Contains('L', StringComparison.Ordinal) && known.Older.Contains(value))
                    {
                        throw new ViolationException("I2", $"{field} went back to '{value}' after '{known.Value}' had been committed locally", life.Key.Entity);
                    }

                    if (change.Origin is null)
                    {
                        if (known.Value is { } older)
                        {
                            known.Older.Add(older);
                        }

                        latest[field] = (value, known.Older);
                    }
                }
            }
        }
    }

    // Versions of rows that Salesforce gave back: after it had deleted the record (rule 7: what was said here is over and its values count), or because
    // an operator gave up what the application had said, or chose otherwise.
    private HashSet<(Guid Entity, long Birth, long Revision)> Restored()
    {
        var restored = new HashSet<(Guid, long, long)>();
        foreach (var (actor, events) in Journals())
        {
            var undeleted = false;
            var givenUp = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (_, happened) in events)
            {
                undeleted |= happened is RecordEvent.RemoteUndeletionTaken;
                givenUp.UnionWith(happened switch
                {
                    RecordEvent.OperatorActed { Action: OperatorAction.Skip } e => e.Fields.Names,
                    RecordEvent.ConflictChosen e when e.Value != e.Local => [e.Field],
                    _ => [],
                });
                if (happened is RecordEvent.LocalChanged said)
                {
                    givenUp.ExceptWith(said.New.Names);
                }

                if (happened is RecordEvent.RowWritten { Stamp: { } stamp } written && (undeleted || written.Fields.Names.Any(givenUp.Contains)))
                {
                    restored.Add((actor.Entity, stamp.Birth, stamp.Revision));
                    undeleted = false;
                }
            }
        }

        return restored;
    }

    // I3: once per external id, and not again after a delete.
    private void NothingIsTwice()
    {
        var births = LocalChanges().Where(change => change.Change.Operation == 'I').ToLookup(change => change.Change.Entity);
        foreach (var record in BySync().Where(arrival => arrival.Error is null && arrival.Before.Count == 0 && arrival.After.Count > 0 && arrival.Operation is "create" or "upsert").GroupBy(KeyOf))
        {
            if (record.Key is { } key && record.Count() > births[key].Count())
            {
                throw new ViolationException("I3", $"{key} was created {record.Count()} times in Salesforce for {births[key].Count()} births", key);
            }
        }

        foreach (var mapping in _world.Mappings)
        {
            var twice = _world.Org.Query($"SELECT Id, {SimulatedMappings.ExternalId} FROM {mapping.ObjectName} WHERE {SimulatedMappings.ExternalId} != null").Rows
                .GroupBy(row => Flat(row)[SimulatedMappings.ExternalId]).FirstOrDefault(group => group.Count() > 1);
            if (twice is not null)
            {
                throw new ViolationException("I3", $"{twice.Key} is in Salesforce {twice.Count()} times", Guid.Parse(twice.Key!));
            }
        }

        var journals = Journals().SelectMany(journal => journal.Events.Select(entry => (journal.Actor.Entity, entry.Event))).ToLookup(entry => entry.Entity, entry => entry.Event);
        var lives = _world.Org.Arrivals().Where(arrival => arrival.Client is null && arrival.Error is null && arrival.Operation is "create" or "undelete" or "cascadeUndelete").ToLookup(arrival => arrival.Id);
        foreach (var rows in _world.Database.ChangeLog.All.Where(change => change.Origin is not null && change.Change.Operation == 'I').GroupBy(change => change.Change.Entity))
        {
            var sfids = _world.Database.Links.Scan(null).Where(link => link.Value.Actor?.Entity == rows.Key).Select(link => link.Key);
            var reasons = sfids.Sum(sfid => lives[sfid].Count()) + journals[rows.Key].Count(GivesTheRowBack);
            if (rows.Count() > reasons)
            {
                throw new ViolationException("I3", $"the row of {rows.Key} was created {rows.Count()} times, people created or undeleted its record {reasons} times", rows.Key);
            }
        }
    }

    private static bool GivesTheRowBack(RecordEvent happened) =>
        happened is RecordEvent.ConflictResolved { Field: "*", Remote: "changed", Winner: Side.Salesforce } or RecordEvent.OperatorActed { Action: OperatorAction.Skip, Operation: WriteOperation.Delete };

    // I9: what was applied is not said again, unless the application said it again.
    private void NothingWasSaidTwice()
    {
        foreach (var record in BySync().Where(arrival => arrival.Error is null).GroupBy(arrival => arrival.Id))
        {
            var said = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (var arrival in _world.Org.Arrivals().Where(arrival => arrival.Id == record.Key && arrival.Error is null))
            {
                var ours = arrival.Client is not null && arrival.Operation is "update" or "upsert";
                if (ours && arrival.After.Count > 0 && !arrival.After.Keys.Any(IsIntent(arrival)) && arrival.After.All(field => Plain(field.Value)?.Contains('L', StringComparison.Ordinal) == true
                    && said.TryGetValue(field.Key, out var before) && before == field.Value && arrival.Before.GetValueOrDefault(field.Key) == field.Value))
                {
                    throw new ViolationException("I9", $"{arrival.Operation} of {arrival.Id} {string.Join(", ", arrival.After)} was sent again after it had been applied", KeyOf(arrival));
                }

                foreach (var (field, value) in arrival.After)
                {
                    said[field] = arrival.Client is null ? null : value;
                }
            }
        }
    }

    private Func<string, bool> IsIntent(Arrival arrival) =>
        name => _world.Mappings.Single(mapping => mapping.ObjectName == arrival.Type).Field(name) is { Intent: true };

    private IEnumerable<Arrival> BySync() => _world.Org.Arrivals().Where(arrival => arrival.Client is not null);

    private IEnumerable<MemoryChange> LocalChanges() => _world.Database.ChangeLog.All.Where(change => change.Origin is null);

    private Guid? KeyOf(Arrival arrival) =>
        arrival.Id is { } id && _world.Trace.RecordOf(id) is { } known ? known : Guid.TryParse(arrival.ExternalId, out var key) ? key : null;

    private Dictionary<string, string?> Values(MemoryChange change, string? json)
    {
        var columns = json is null ? [] : System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string?>>(json)!;
        var mapping = _world.Mappings.Single(mapping => mapping.Number == change.Change.Mapping);
        return columns.ToDictionary(column => mapping.Fields.Single(field => field.Column == column.Key).Name, column => column.Value, StringComparer.Ordinal);
    }
}
