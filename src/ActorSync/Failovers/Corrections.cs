using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Operations;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.WriteBack;

namespace ActorSync.Failovers;

/// <summary>Notes which records were corrected because of the newest failover: rows that took what Salesforce got in the time whose commits were lost, or what the answer to a doubt
/// left behind by it brought. In the turn that decides it.</summary>
internal sealed class Corrections(IFailovers failovers, IMappedRows rows, IReadOnlyDictionary<short, ObjectMapping> mappings, SyncLog log)
{
    // Records named in a line of the log; all of them are in the table.
    private const int NamedMax = 3;

    private Failover? _failover;
    private bool _isLoaded;
    private (Guid Turn, List<Correction> Made) _made = (Guid.Empty, []);

    /// <summary>Takes the events of a turn, before the rows are written.</summary>
    public async Task TakeAsync(Turn turn, IReadOnlyList<(ActorId Actor, RecordEvent Event)> events, CancellationToken stop)
    {
        if (!_isLoaded)
        {
            _failover = await failovers.ReadAsync(stop) is [.., var newest] ? newest : null;
            _isLoaded = true;
        }

        if (_failover is not { } failover || !events.Any(happened => happened.Event is RecordEvent.RemoteTaken or RecordEvent.ConflictResolved or RecordEvent.RemoteDeletionTaken))
        {
            return;
        }

        var doubts = events.Select(happened => SubmissionOf(happened.Event)).OfType<Guid>().ToHashSet();
        var left = doubts.Count == 0 ? new HashSet<Guid>() : await failovers.LeftInDoubtAsync(turn, failover, doubts, stop);
        var made = new List<Correction>();
        foreach (var record in events.GroupBy(happened => happened.Actor, happened => happened.Event))
        {
            if (mappings.TryGetValue(record.Key.Kind, out var mapping) && record.Any(happened => IsOfTheFailover(failover, mapping, happened, left))
                && await FieldsAsync(turn, record.Key, record, stop) is { Count: > 0 } fields)
            {
                made.Add(new Correction(record.Key.Kind, record.Key.Entity, fields));
            }
        }

        if (made.Count > 0)
        {
            await failovers.CorrectAsync(turn, failover.Number, made, stop);
            _made = (turn.Id, _made.Turn == turn.Id ? [.. _made.Made, .. made] : made);
        }
    }

    /// <summary>The turn is committed: says what it has corrected.</summary>
    public void Committed()
    {
        if (_made.Made.Count > 0)
        {
            var named = _made.Made.Take(NamedMax).Select(correction => $"{mappings[correction.Mapping].ObjectName} {correction.Entity} ({string.Join(", ", correction.Fields.Select(field => field.Field == "*" ? field.What : field.Field))})");
            log.Alert($"failover {_failover!.Number}: {_made.Made.Count} records corrected from Salesforce: {string.Join(", ", named)}{(_made.Made.Count > NamedMax ? " ..." : "")}");
        }

        _made = (Guid.Empty, []);
    }

    private static Guid? SubmissionOf(RecordEvent happened) => happened switch
    {
        RecordEvent.WriteApplied e => e.Submission,
        RecordEvent.WriteOverwritten e => e.Submission,
        RecordEvent.WriteNotApplied e => e.Submission,
        _ => null,
    };

    private static bool IsOfTheFailover(Failover failover, ObjectMapping mapping, RecordEvent happened, IReadOnlySet<Guid> left) => happened switch
    {
        RecordEvent.RemoteTaken e => IsWithin(failover, mapping, e.AsOf),
        RecordEvent.RemoteDeletionTaken e => IsWithin(failover, mapping, e.DeletedAt),
        _ => SubmissionOf(happened) is { } submission && left.Contains(submission),
    };

    // Stamps are told in whole seconds, rounded down, by another clock.
    private static bool IsWithin(Failover failover, ObjectMapping mapping, DateTimeOffset stamp) =>
        stamp + TimeSpan.FromSeconds(1) >= failover.SurvivedAt - mapping.ClockTolerance && stamp <= failover.NoticedAt + mapping.ClockTolerance;

    private async Task<IReadOnlyList<CorrectedField>> FieldsAsync(Turn turn, ActorId actor, IEnumerable<RecordEvent> events, CancellationToken stop)
    {
        var fields = new List<CorrectedField>();
        foreach (var happened in events)
        {
            switch (happened)
            {
                case RecordEvent.RemoteTaken { Insert: true } e:
                    fields.Add(new CorrectedField("*", null, e.Sfid, "inserted"));
                    break;
                case RecordEvent.RemoteTaken e:
                    fields.AddRange(e.New.Select(field => new CorrectedField(field.Key, e.Old[field.Key], field.Value, "changed")));
                    break;
                case RecordEvent.ConflictResolved { Winner: Side.Salesforce, Field: not "*" } e when e.Local != e.Remote:
                    fields.Add(new CorrectedField(e.Field, e.Local, e.Remote, "changed"));
                    break;
                // Of what the application has deleted itself there is no row to correct.
                case RecordEvent.RemoteDeletionTaken e when (await rows.ReadAsync(turn, actor.Kind, [actor.Entity], stop)).Count > 0:
                    fields.Add(new CorrectedField("*", e.Sfid, null, "deleted"));
                    break;
            }
        }

        return fields;
    }
}
