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

    /// <summary>No job can carry it, or a job with it was refused as a whole: SOAP says what is wrong with it, if anything is.</summary>
    public bool OnlySoap { get; init; }

    /// <summary>Most bytes that it can take of a job's upload.</summary>
    public int Bytes { get; init; }

    /// <summary>Until it is applied nothing can refer to its record. An adoption that itself refers to others does not count: two could wait for each other for ever.</summary>
    public bool IsAwaited => Lane.Operation == WriteOperation.Insert || (Adopts && Parents.Count == 0);

    /// <summary>Whose lock a write was waiting for that could not get one: Salesforce locks the parents of what it writes.</summary>
    public IEnumerable<RecordId> ContendsFor => Parents.Count > 0 ? Parents.Select(reference => reference.Parent) : [Record];
}

/// <summary>Cuts waiting writes into submissions (architecture, 5). Pure. Births go parents first, deletes children first; a write that refers to a record
/// whose birth is still waiting or outside waits for it; no record is ever named by two submissions.</summary>
public static class SubmissionCutter
{
    /// <summary>The submissions to start now, in order.</summary>
    /// <param name="waiting">Everything ready, oldest first.</param>
    /// <param name="outside">Writes of submissions that are started and not finished, doubtful ones included.</param>
    /// <param name="unborn">Further records whose births are on their way here, or wait for their time.</param>
    /// <param name="taken">What occupies the places there are.</param>
    /// <param name="rank">Depth of an object below its parents: 0 has none.</param>
    public static IReadOnlyList<SubmissionCut> Cut(
        IReadOnlyList<WaitingWrite> waiting, IReadOnlyCollection<WaitingWrite> outside, IReadOnlyCollection<RecordId> unborn, PlacesTaken taken,
        Func<short, int> rank, CutLimits limits, DateTimeOffset now)
    {
        var places = limits.SubmissionsMax - taken.Calls;
        var jobs = new JobCutter(limits.Jobs, taken);
        if ((places <= 0 && !jobs.Any) || waiting.Count == 0)
        {
            return [];
        }

        var busy = outside.Select(write => write.Record).ToHashSet();
        var awaited = outside.Concat(waiting).Where(write => write.IsAwaited).Select(write => write.Record).Concat(unborn).ToHashSet();
        var contention = new LockContention(waiting, outside);
        var deleting = outside.Concat(waiting).Select(write => write.Lane)
            .Where(lane => lane.Operation == WriteOperation.Delete).Select(lane => rank(lane.Mapping)).ToHashSet();
        var cuts = new List<SubmissionCut>();
        var calls = 0;
        foreach (var lane in waiting.GroupBy(write => write.Lane).OrderBy(lane => Order(lane.Key, rank)))
        {
            // Deletes of parents wait until no child's delete is on its way: Salesforce would delete the children by itself.
            if (lane.Key.Operation == WriteOperation.Delete && deleting.Any(depth => depth > rank(lane.Key.Mapping)))
            {
                continue;
            }

            var free = lane.Where(write => !busy.Contains(write.Record) && !write.Parents.Any(reference => reference.Parent != write.Record && awaited.Contains(reference.Parent))).ToList();
            var (left, full) = jobs.Cut(lane.Key, free, contention, now);
            cuts.AddRange(full.Select(batch => new SubmissionCut(SubmissionApi.Bulk, batch)));
            foreach (var cut in calls < places ? CutLane(left, contention, limits, now, idle: taken.Calls == 0 && calls == 0) : [])
            {
                if (calls == places)
                {
                    break;
                }

                cuts.Add(new SubmissionCut(SubmissionApi.Soap, cut));
                contention.Hold(cut);
                calls++;
            }

            if (calls >= places && !jobs.Any)
            {
                return cuts;
            }
        }

        // Nothing is outside and nothing may go: births wait for each other through references that no update can set (see BirthCycles). One goes first;
        // Salesforce names the parent it misses.
        if (cuts.Count == 0 && outside.Count == 0 && unborn.Count == 0 && !jobs.IsLingering && waiting.FirstOrDefault(write => write.Lane.Operation == WriteOperation.Insert) is { } first)
        {
            cuts.Add(new SubmissionCut(SubmissionApi.Soap, [first]));
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

        foreach (var batch in contention.Batches(Together(free), limits.RowsMax))
        {
            if (batch.Count == limits.RowsMax || idle || now - batch[0].ReadySince >= limits.Linger)
            {
                yield return batch;
            }
        }
    }

    // A record offers one write at a time; should two of one record wait all the same, that is our defect and the batch must not leave.
    private static List<WaitingWrite> Together(List<WaitingWrite> free)
    {
        var together = free.Where(write => !write.Alone).ToList();
        return together.DistinctBy(write => write.Record).Count() == together.Count
            ? together
            : throw new UnreachableException("a record waits with two writes in one lane");
    }

    private static (int, int) Order(Lane lane, Func<short, int> rank) => lane.Operation switch
    {
        WriteOperation.Insert => (0, rank(lane.Mapping)),
        WriteOperation.Update => (1, rank(lane.Mapping)),
        _ => (2, -rank(lane.Mapping)),
    };

    /// <summary>Cuts the jobs of Bulk API 2.0. A lane that has grown long enough leaves by jobs, unless all their places are taken by other lanes: nobody waits for
    /// somebody else's job, which may take hours. A lane waits for jobs of its own, but not where it would keep others from being looked at: then it goes on by SOAP.</summary>
    private sealed class JobCutter(JobLimits? limits, PlacesTaken taken)
    {
        private readonly bool _isHeldBack = limits is not null && taken.JobStartsMax < limits.JobsMax;
        private int _places = limits is null ? 0 : Math.Max(0, Math.Min(limits.JobsMax - taken.Jobs.Count, taken.JobStartsMax));

        /// <summary>There is a place for a job.</summary>
        public bool Any => _places > 0;

        /// <summary>Writes wait for company in a job.</summary>
        public bool IsLingering { get; private set; }

        /// <summary>The jobs of a lane, and what is left to SOAP.</summary>
        public (List<WaitingWrite> Left, IReadOnlyList<IReadOnlyList<WaitingWrite>> Jobs) Cut(Lane lane, List<WaitingWrite> free, LockContention contention, DateTimeOffset now)
        {
            if (limits is null || free.Count < limits.RowsMin || (_places == 0 && !_isHeldBack && (taken.IsCrowded || !taken.Jobs.Contains(lane))))
            {
                return (free, []);
            }

            var eligible = Together(free).Where(write => !write.OnlySoap && !contention.Holds(write)).ToList();
            if (eligible.Count < limits.RowsMin)
            {
                return (free, []);
            }

            var jobs = new List<IReadOnlyList<WaitingWrite>>();
            // What a full job leaves over, when that is little, may go by SOAP at the next look.
            foreach (var batch in contention.Batches(eligible, limits.RowsMax).Where(batch => batch.Count >= limits.RowsMin).Select(WithinBytes))
            {
                var isFull = batch.IsFull || batch.Writes.Count == limits.RowsMax;
                IsLingering |= _isHeldBack || (!isFull && now - batch.Writes[0].ReadySince < limits.Linger);
                if (_places > 0 && (isFull || now - batch.Writes[0].ReadySince >= limits.Linger))
                {
                    jobs.Add(batch.Writes);
                    contention.Hold(batch.Writes);
                    _places--;
                }
            }

            return ([.. free.Where(write => write.Alone || write.OnlySoap)], jobs);
        }

        // What an upload may not hold any more waits for the next job.
        private (IReadOnlyList<WaitingWrite> Writes, bool IsFull) WithinBytes(IReadOnlyList<WaitingWrite> batch)
        {
            long bytes = 0;
            var count = 0;
            while (count < batch.Count && (count == 0 || bytes + batch[count].Bytes <= limits!.BytesMax))
            {
                bytes += batch[count++].Bytes;
            }

            return count == batch.Count ? (batch, false) : ([.. batch.Take(count)], true);
        }
    }
}
