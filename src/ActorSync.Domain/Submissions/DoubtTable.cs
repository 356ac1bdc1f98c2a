using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;

namespace ActorSync.Domain.Submissions;

/// <summary>What a probe saw of one record after a lost write had settled: every version of it that Salesforce still knows, deleted ones included.</summary>
/// <param name="Sfid">18 characters.</param>
/// <param name="Fields">Canonical values of the fields sent.</param>
public sealed record ProbedRecord(string Sfid, bool Deleted, DateTimeOffset SystemModstamp, FieldValues Fields);

/// <summary>A lost write.</summary>
/// <param name="Base">Values both sides agreed on before, of an update.</param>
/// <param name="StartedAt">When the submission was started, database clock.</param>
public sealed record LostWrite(WriteOperation Operation, string? Sfid, FieldValues Fields, FieldValues Base, DateTimeOffset StartedAt)
{
    /// <summary>Counters: people may have come to the same sum, so that finding it proves nothing.</summary>
    public FieldNames Sums { get; init; } = FieldNames.None;
}

/// <summary>The truth table of doubt (architecture, 5): values, stamp and deletion against what was sent. Pure. To be asked only after the write has settled.</summary>
public static class DoubtTable
{
    // SystemModstamp is told in whole seconds, rounded down.
    private static readonly TimeSpan StampResolution = TimeSpan.FromSeconds(1);

    /// <summary>What became of a lost write.</summary>
    /// <param name="found">What the probe saw, empty when Salesforce knows of no such record.</param>
    /// <param name="clockTolerance">How far the two clocks may differ.</param>
    /// <param name="readBegan">Database clock before the probe was sent.</param>
    public static DoubtAnswer Answer(LostWrite lost, IReadOnlyList<ProbedRecord> found, TimeSpan clockTolerance, DateTimeOffset readBegan)
    {
        var alive = found.FirstOrDefault(record => !record.Deleted);
        return lost.Operation switch
        {
            WriteOperation.Insert => Birth(lost, found, alive, clockTolerance, readBegan),
            WriteOperation.Delete => alive is null ? new DoubtAnswer.Applied(lost.Sfid!) : new DoubtAnswer.NotApplied(),
            _ when alive is null => new DoubtAnswer.AppliedThenDeleted(lost.Sfid!),
            _ => Update(lost, alive, clockTolerance, readBegan),
        };
    }

    private static DoubtAnswer Birth(LostWrite lost, IReadOnlyList<ProbedRecord> found, ProbedRecord? alive, TimeSpan clockTolerance, DateTimeOffset readBegan)
    {
        if (alive is not null)
        {
            return Update(lost, alive, clockTolerance, readBegan);
        }

        // A record of a former life was deleted before this birth was sent; one that was alive after it is this birth.
        var deleted = found.Where(record => !IsBefore(record.SystemModstamp, lost, clockTolerance)).OrderByDescending(record => record.SystemModstamp).Select(record => record.Sfid).ToList();
        return deleted.Count == 0 ? new DoubtAnswer.NotApplied() : new DoubtAnswer.AppliedThenDeleted(deleted[0]) { Others = [.. deleted.Skip(1)] };
    }

    private static DoubtAnswer Update(LostWrite lost, ProbedRecord alive, TimeSpan clockTolerance, DateTimeOffset readBegan)
    {
        var untouched = IsBefore(alive.SystemModstamp, lost, clockTolerance);
        if (lost.Fields.All(sent => alive.Fields.Is(sent.Key, sent.Value)))
        {
            // What sets every field to what it was leaves no trace but the stamp, and anybody moves that.
            var telling = lost.Fields.Without(lost.Sums);
            var isRepetition = lost.Operation == WriteOperation.Update && !telling.IsEmpty && telling.All(sent => lost.Base.Is(sent.Key, sent.Value));
            return !isRepetition ? new DoubtAnswer.Applied(alive.Sfid)
                : untouched ? new DoubtAnswer.NotApplied()
                : new DoubtAnswer.Unprovable("every field was set to what it was");
        }

        return untouched || (lost.Operation == WriteOperation.Update && lost.Fields.All(sent => lost.Base.Is(sent.Key, alive.Fields[sent.Key])))
            ? new DoubtAnswer.NotApplied()
            : new DoubtAnswer.Overwritten(alive.Sfid, alive.Fields, alive.SystemModstamp, readBegan);
    }

    // What happened in the second that a stamp names may have happened at its end.
    private static bool IsBefore(DateTimeOffset stamp, LostWrite lost, TimeSpan clockTolerance) => stamp + StampResolution <= lost.StartedAt - clockTolerance;
}
