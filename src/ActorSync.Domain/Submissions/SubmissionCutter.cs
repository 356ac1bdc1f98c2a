using System.Diagnostics;
using ActorSync.Domain.Records;

namespace ActorSync.Domain.Submissions;

/// <summary>Writes of one object and operation travel together.</summary>
public readonly record struct Lane(short Mapping, WriteOperation Operation);

/// <summary>A reference in a write to a record of a mapped object.</summary>
/// <param name="Field">API name of the field.</param>
/// <param name="Parent">The record it names.</param>
/// <param name="CanFollow">It can be set by an update after the record is born.</param>
public sealed record ParentReference(string Field, RecordId Parent, bool CanFollow);

/// <summary>A write that waits for company.</summary>
/// <param name="Key">The offer it stands for.</param>
/// <param name="Parents">What it refers to.</param>
/// <param name="ReadySince">Since when it could have left; the linger counts from here.</param>
/// <param name="Alone">It was blamed for the refusal of a whole call, or suspected: it goes by itself.</param>
/// <param name="Contended">Salesforce could not get a lock for it.</param>
/// <param name="Position">Place in the change log; 0: it comes from no change of the application.</param>
public sealed record WaitingWrite(
    long Key, Lane Lane, RecordId Record, IReadOnlyList<ParentReference> Parents, DateTimeOffset ReadySince, bool Alone, bool Contended = false, long Position = 0)
{
    /// <summary>It gives a record born in Salesforce our external id.</summary>
    public bool Adopts { get; init; }

    /// <summary>Until it is applied nothing can refer to its record. An adoption that itself refers to others does not count: two could wait for each other for ever.</summary>
    public bool IsAwaited => Lane.Operation == WriteOperation.Insert || (Adopts && Parents.Count == 0);

    /// <summary>Whose lock a write was waiting for that could not get one: Salesforce locks the parents of what it writes.</summary>
    public IEnumerable<RecordId> ContendsFor => Parents.Count > 0 ? Parents.Select(reference => reference.Parent) : [Record];
}

/// <summary>Limits of a cut.</summary>
/// <param name="RowsMax">Records per submission; SOAP takes 200.</param>
/// <param name="Linger">How long a write waits for company while something is in flight.</param>
/// <param name="SubmissionsMax">Submissions outside at once.</param>
public sealed record CutLimits(int RowsMax, TimeSpan Linger, int SubmissionsMax)
{
    /// <summary>Records Salesforce takes in one SOAP call (EXCEEDED_ID_LIMIT above).</summary>
    public const int SoapRowsMax = 200;
}

/// <summary>Cuts waiting writes into submissions (architecture, 5). Pure. Births go parents first, deletes children first; a write that refers to a record
/// whose birth is still waiting or outside waits for it; no record is ever named by two submissions.</summary>
public static class SubmissionCutter
{
    /// <summary>The submissions to start now, in order.</summary>
    /// <param name="waiting">Everything ready, oldest first.</param>
    /// <param name="outside">Writes of submissions that are started and not finished, doubtful ones included.</param>
    /// <param name="unborn">Further records whose births are on their way here, or wait for their time.</param>
    /// <param name="outsideCount">Submissions outside that occupy a place; doubtful ones do not.</param>
    /// <param name="rank">Depth of an object below its parents: 0 has none.</param>
    public static IReadOnlyList<IReadOnlyList<WaitingWrite>> Cut(
        IReadOnlyList<WaitingWrite> waiting, IReadOnlyCollection<WaitingWrite> outside, IReadOnlyCollection<RecordId> unborn, int outsideCount,
        Func<short, int> rank, CutLimits limits, DateTimeOffset now)
    {
        var places = limits.SubmissionsMax - outsideCount;
        if (places <= 0 || waiting.Count == 0)
        {
            return [];
        }

        var busy = outside.Select(write => write.Record).ToHashSet();
        var awaited = outside.Concat(waiting).Where(write => write.IsAwaited).Select(write => write.Record).Concat(unborn).ToHashSet();
        var contention = new LockContention(waiting, outside);
        var deleting = outside.Concat(waiting).Select(write => write.Lane)
            .Where(lane => lane.Operation == WriteOperation.Delete).Select(lane => rank(lane.Mapping)).ToHashSet();
        var cuts = new List<IReadOnlyList<WaitingWrite>>();
        foreach (var lane in waiting.GroupBy(write => write.Lane).OrderBy(lane => Order(lane.Key, rank)))
        {
            // Deletes of parents wait until no child's delete is on its way: Salesforce would delete the children by itself.
            if (lane.Key.Operation == WriteOperation.Delete && deleting.Any(depth => depth > rank(lane.Key.Mapping)))
            {
                continue;
            }

            var free = lane.Where(write => !busy.Contains(write.Record) && !write.Parents.Any(reference => reference.Parent != write.Record && awaited.Contains(reference.Parent))).ToList();
            foreach (var cut in CutLane(free, contention, limits, now, idle: outsideCount == 0 && cuts.Count == 0))
            {
                if (cuts.Count == places)
                {
                    return cuts;
                }

                cuts.Add(cut);
                contention.Hold(cut);
            }
        }

        // Nothing is outside and nothing may go: births wait for each other through references that no update can set (see BirthCycles). One goes first;
        // Salesforce names the parent it misses.
        if (cuts.Count == 0 && outside.Count == 0 && unborn.Count == 0 && waiting.FirstOrDefault(write => write.Lane.Operation == WriteOperation.Insert) is { } first)
        {
            cuts.Add([first]);
        }

        return cuts;
    }

    private static IEnumerable<IReadOnlyList<WaitingWrite>> CutLane(
        List<WaitingWrite> free, LockContention contention, CutLimits limits, DateTimeOffset now, bool idle)
    {
        foreach (var write in free.Where(write => write.Alone && !contention.Holds(write)))
        {
            yield return [write];
        }

        // A record offers one write at a time; should two of one record wait all the same, that is our defect and the batch must not leave.
        var together = free.Where(write => !write.Alone).ToList();
        if (together.DistinctBy(write => write.Record).Count() != together.Count)
        {
            throw new UnreachableException("a record waits with two writes in one lane");
        }

        foreach (var batch in contention.Batches(together, limits.RowsMax))
        {
            if (batch.Count == limits.RowsMax || idle || now - batch[0].ReadySince >= limits.Linger)
            {
                yield return batch;
            }
        }
    }

    private static (int, int) Order(Lane lane, Func<short, int> rank) => lane.Operation switch
    {
        WriteOperation.Insert => (0, rank(lane.Mapping)),
        WriteOperation.Update => (1, rank(lane.Mapping)),
        _ => (2, -rank(lane.Mapping)),
    };
}
