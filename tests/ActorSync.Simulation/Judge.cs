using ActorSync.Domain.Records;
using ActorSync.OrgSimulator.Org;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Sharding;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>Judges from outside what must always hold, while it happens and at the end: from the org's arrivals, the application's commits, and the journal.
/// Values are compared as Salesforce shows them, by a rule of its own: trimmed, empty is nothing.</summary>
internal sealed partial class Judge
{
    private readonly World _world;

    public Judge(World world)
    {
        _world = world;
        world.Database.Journal.Committed = Journaled;
        world.Database.ChangeLog.Rows.Committed += (id, _) => (_committedAt[id], _arrivedAtCommit[id]) = (world.Clock.GetUtcNow(), world.Org.LastArrival);
    }

    /// <summary>I5 and I8, at the moment a write leaves.</summary>
    public static void Sending(World world, WriteCall call)
    {
        if (call.Records.Distinct(StringComparer.OrdinalIgnoreCase).Count() != call.Records.Count)
        {
            world.Violate("I5", $"a submission names a record twice: {string.Join(' ', call.Records)}");
        }

        foreach (var other in world.Wire.Outside.Where(other => other.CanStillLand))
        {
            if (other.Records.Intersect(call.Records, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } twice)
            {
                world.Violate("I5", $"{twice} is written while an earlier write of it may still land", world.Trace.RecordOf(twice) ?? (Guid.TryParse(twice, out var key) ? key : null));
            }
        }

        var lease = world.Database.Leases.Read(null, Addresses.Coordinator)!;
        if (!call.Node.Held.Any(held => held.Address == Addresses.Coordinator && held.Token == lease.Token))
        {
            world.Violate("I8", $"{call.Node.Name} sends a write although another node holds the coordinator");
        }
    }

    /// <summary>What must hold once everything has come to rest.</summary>
    public void AtTheEnd()
    {
        JournalsFold();
        LocalChangesAreAnswered();
        CountersAreExact();
        NothingFlipped();
        NothingIsTwice();
        NothingWasSaidTwice();
        PoliciesAreKept();
        BothSidesAgree();
        NobodyWaited();
    }

    /// <summary>True when nobody has anything left to do.</summary>
    public bool IsAtRest() =>
        _world.Wire.Outside.Count == 0 && _world.Wire.Unanswered == 0 && _world.Stream.IsQuiet
        && !_world.Database.Mail.Scan(null).Any()
        && !_world.Database.Offers.Scan(null).Any()
        && _world.Database.Submissions.Scan(null).All(row => row.Value.FinishedAt is not null)
        && States().All(actor => actor.State is { Outstanding: null, ReadBacks.IsEmpty: true } && RecordBehavior.Owed(actor.State) is null && ((actor.State.Queue.IsEmpty && actor.State.Counters.IsEmpty) || actor.State.Parked is not null))
        && Difference() is null;

    /// <summary>The first field in which both sides differ, or null.</summary>
    public string? Difference() => Differences().FirstOrDefault().Text;

    /// <summary>I10, and the promise of rest: what keeps the world from it.</summary>
    public (string Text, Guid? Record) Unrest()
    {
        foreach (var (actor, state) in States().Where(actor => actor.State is not { Outstanding: null } || RecordBehavior.Owed(actor.State) is not null || ((!actor.State.Queue.IsEmpty || !actor.State.Counters.IsEmpty) && actor.State.Parked is null) || !actor.State.ReadBacks.IsEmpty))
        {
            return ($"record {actor.Entity} has not come to rest: {state}", actor.Entity);
        }

        return _world.Database.Offers.Scan(null).Select(row => ($"an offer waits: {row.Value.Write}", (Guid?)row.Value.Write.Entity))
            .Concat(_world.Database.Mail.Scan(null).Select(row => ($"mail waits: {row.Value.Address} {row.Value.Body}", (Guid?)null)))
            .Concat(_world.Database.Submissions.Scan(null).Where(row => row.Value.FinishedAt is null).Select(row => ($"a submission is open: {row.Value.Submission}", (Guid?)null)))
            .Concat(Differences()).FirstOrDefault(("nothing", null));
    }

    // I8: whatever is journaled was journaled under the lease of that moment.
    private void Journaled((int Address, long Seq) key, JournalEntry? entry)
    {
        if (entry is null)
        {
            return;
        }

        _arrivedAtEntry[key] = _world.Org.LastArrival;
        _world.Trace.Note("journal", entry.Actor.Kind == 0 ? null : entry.Actor.Entity, () => $"{entry.Type} {entry.Body}");
        if (_world.Database.Leases.Read(null, entry.Address) is { } lease && lease.Epoch != entry.Epoch)
        {
            _world.Violate("I8", $"epoch {entry.Epoch} of address {entry.Address} journaled {entry.Type} while epoch {lease.Epoch} holds it", entry.Actor.Entity);
        }
    }

    // I6
    private void JournalsFold()
    {
        foreach (var (actor, events) in Journals())
        {
            var state = RecordEvolve.Fold(RecordState.Initial, events.Select(entry => entry.Event));
            var stored = _world.Database.States.Read(null, actor)?.State;
            if (Readings.Written(state) is var folded && stored != folded)
            {
                throw new ViolationException("I6", $"the journal folds to {folded}, the snapshot is {stored}", actor.Entity);
            }
        }
    }

    private IEnumerable<(ActorId Actor, RecordState State)> States() => _world.Readings.States();

    private IReadOnlyList<(ActorId Actor, IReadOnlyList<(JournalEntry Entry, RecordEvent Event)> Events)> Journals() => _world.Readings.Journals();

    // I7 and I1 at the end: rows and records, value by value.
    private void BothSidesAgree()
    {
        if (Differences().FirstOrDefault() is { Text: not null } difference)
        {
            throw new ViolationException("I7", difference.Text, difference.Record);
        }
    }

    private IEnumerable<(string Text, Guid? Record)> Differences()
    {
        var states = States().ToArray();
        var parked = states.Where(actor => actor.State.Parked is not null).Select(actor => actor.Actor.Entity).ToHashSet();
        var skipped = states.Where(actor => actor.State.SkippedBirth is not null).Select(actor => actor.Actor.Entity).ToHashSet();
        foreach (var mapping in _world.Mappings)
        {
            var rows = _world.Database.Tables[mapping.Number].Rows.Scan(null).ToDictionary(row => row.Key, row => row.Value);
            var select = string.Join(", ", mapping.Fields.SelectMany(field => field.Parent is { } link ? new[] { field.Name, link.ReferenceField } : [field.Name]));
            var records = _world.Org.Query($"SELECT Id, {SimulatedMappings.ExternalId}, {select} FROM {mapping.ObjectName}").Rows;
            foreach (var record in records)
            {
                var fields = Flat(record);
                // Until its external id has been written to it, only the link says whose it is.
                var key = Guid.TryParse(fields[SimulatedMappings.ExternalId], out var said) ? said : _world.Trace.RecordOf(record.Id) is { } linked && parked.Contains(linked) ? linked : Guid.Empty;
                if (!rows.Remove(key, out var row))
                {
                    if (!parked.Contains(key) && !(fields[SimulatedMappings.ExternalId] is null && IsSaidToBeDisplaced(record.Id)))
                    {
                        yield return ($"{mapping.ObjectName} {record.Id} ({fields[SimulatedMappings.ExternalId] ?? "no external id"}) has no row", key == Guid.Empty ? null : key);
                    }

                    continue;
                }

                if (row.IsDeleted && !parked.Contains(key))
                {
                    yield return ($"row {key} of {mapping.ObjectName} is marked as deleted, and {record.Id} lives", key);
                }

                for (var i = 0; i < mapping.Fields.Length; i++)
                {
                    var (ours, theirs) = (Plain(row.Values[i]), fields.GetValueOrDefault(mapping.Fields[i].Name));
                    if (theirs is null && mapping.Fields[i].Parent is { } link && fields.GetValueOrDefault(link.ReferenceField) is { } parent
                        && _world.Trace.RecordOf(parent) is { } named && (parked.Contains(named) || IsSaidToBeDisplaced(parent)))
                    {
                        // The parent has no external id yet, as the write that gives it one is parked, or has lost it for good: it goes by the one it was known by.
                        theirs = named.ToString();
                    }

                    if (ours != theirs && !parked.Contains(key))
                    {
                        yield return ($"{mapping.ObjectName} {key} {mapping.Fields[i].Name}: '{ours}' in PostgreSQL, '{theirs}' in Salesforce", key);
                    }
                }
            }

            // A row that is marked has no record, nor has one whose birth an operator has skipped.
            foreach (var (key, row) in rows.Where(row => !parked.Contains(row.Key) && !row.Value.IsDeleted && !skipped.Contains(row.Key)))
            {
                yield return ($"row {key} of {mapping.ObjectName} (sfid {row.Sfid ?? "none"}) has no record", key);
            }
        }
    }

    // Undeleted without an external id when its place was taken: the journal says so, and somebody has to give it one.
    private bool IsSaidToBeDisplaced(string sfid) => Journals().Any(journal =>
        journal.Events.Any(entry => entry.Event is RecordEvent.RemoteDisplaced displaced && displaced.Sfid == sfid));

    private static Dictionary<string, string?> Flat(QueryRow record)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in record.Fields)
        {
            if (value is QueryRow parent)
            {
                foreach (var (inner, innerValue) in parent.Fields)
                {
                    values[$"{name}.{inner}"] = Plain(innerValue?.ToString());
                }
            }
            else
            {
                values[name] = Plain(value?.ToString());
            }
        }

        return values;
    }

    private static string? Plain(string? value) => value?.Trim() is { Length: > 0 } text ? text : null;
}
