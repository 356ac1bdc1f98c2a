using ActorSync.Domain.Records;

namespace ActorSync.Simulation;

/// <summary>I10: a record that is refused, locked or parked delays nobody else. Judged in runs whose only faults lie on single records.</summary>
internal sealed partial class Judge
{
    private readonly Dictionary<long, DateTimeOffset> _committedAt = [];

    private void NobodyWaited()
    {
        if (_world.Options.DelayMax is not { } longest)
        {
            return;
        }

        var troubled = Journals().Where(journal => journal.Events.Any(entry => entry.Event is RecordEvent.WriteRejected or RecordEvent.RecordParked)).Select(journal => journal.Actor.Entity).ToHashSet();
        var arrived = BySync().Where(arrival => arrival.Error is null).ToLookup(arrival => KeyOf(arrival) ?? Guid.Empty);
        foreach (var change in LocalChanges().Where(change => !troubled.Contains(change.Change.Entity)))
        {
            foreach (var (field, value) in Values(change, change.Change.New).Where(field => Plain(field.Value)?.Contains('L', StringComparison.Ordinal) == true))
            {
                var applied = arrived[change.Change.Entity].FirstOrDefault(arrival => arrival.After.TryGetValue(field, out var after) && Plain(after) == Plain(value));
                var committedAt = _committedAt[change.Change.Id];
                if (applied is not null && applied.At - committedAt > longest)
                {
                    throw new ViolationException("I10", $"{field} = '{value}' was committed at {committedAt:ss.fff} and applied at {applied.At:ss.fff}: something else delayed it", change.Change.Entity);
                }
            }
        }
    }
}
