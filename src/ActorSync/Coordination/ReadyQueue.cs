using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Writes the coordinator holds ready in memory, at most <paramref name="writesMax"/>; the rest waits on disk. Their rows are deleted only by the turn that cuts them.</summary>
internal sealed class ReadyQueue(IOfferWindow offers, WaitingWrites waiting, CutLimits limits, int writesMax) : IReadyWrites
{
    private readonly Dictionary<long, (ReadyWrite Ready, WaitingWrite Waiting)> _writes = [];
    private readonly Dictionary<Guid, WaitingWrite[]> _outside = [];
    private readonly Dictionary<RecordId, DateTimeOffset> _untied = [];
    private bool _mayHaveCycles;

    // An untied birth comes back within a turn or two of its actor; or never, when that has something else to say. Its children wait this long for it.
    private static readonly TimeSpan UntiedMax = TimeSpan.FromSeconds(5);

    public bool Any => _writes.Count > 0;

    public DateTimeOffset? NextDue => _writes.Values.Min(entry => entry.Ready.DueAt);

    public async Task<(bool News, DateTimeOffset Now)> ReadAsync(IReadOnlyCollection<Submission> outside, CancellationToken stop)
    {
        var (writes, now) = await offers.ReadAsync(Math.Max(0, writesMax - _writes.Count), stop);
        Add(writes.Where(write => waiting.Knows(write.Write)), now);
        return (writes.Count > 0, now);
    }

    /// <summary>Adds writes that were read from disk at <paramref name="now"/>.</summary>
    public void Add(IEnumerable<ReadyWrite> writes, DateTimeOffset now)
    {
        foreach (var ready in writes)
        {
            var write = waiting.Of(ready.Write, ready.OfferId, ready.DueAt ?? now);
            _mayHaveCycles |= write.Lane.Operation == WriteOperation.Insert && write.Parents.Count > 0;
            _untied.Remove(write.Record);
            _writes[ready.OfferId] = (ready, write);
        }
    }

    public IReadOnlyList<(ReadyWrite Write, FieldNames Fields)> Cycles()
    {
        // Only a birth with a parent can close a cycle.
        var untied = _mayHaveCycles ? BirthCycles.Find(_writes.Values.Select(entry => entry.Waiting)) : [];
        _mayHaveCycles = untied.Count > 0;
        return [.. untied.Select(birth => (_writes[birth.Birth.Key].Ready, birth.Fields))];
    }

    public IReadOnlyList<IReadOnlyList<ReadyWrite>> Cut(IReadOnlyCollection<Submission> outside, DateTimeOffset now)
    {
        if (_writes.Count == 0)
        {
            return [];
        }

        var due = _writes.Values.Where(entry => entry.Ready.DueAt is not { } at || at <= now).Select(entry => entry.Waiting).OrderBy(write => write.Key).ToList();
        // A birth that waits for its due time, or that its actor is to offer again, is unborn all the same: its children wait too.
        var unborn = _writes.Values.Where(entry => entry.Ready.DueAt > now && entry.Waiting.IsAwaited).Select(entry => entry.Waiting.Record)
            .Concat(_untied.Where(untied => untied.Value + UntiedMax > now).Select(untied => untied.Key)).ToList();
        return [.. SubmissionCutter.Cut(due, Outside(outside), unborn, outside.Count(submission => !submission.Doubtful), waiting.Rank, limits, now)
            .Select(cut => cut.Select(write => _writes[write.Key].Ready).ToArray())];
    }

    public void Untie(IReadOnlyCollection<ReadyWrite> births, DateTimeOffset now)
    {
        Remove(births);
        foreach (var gone in _untied.Where(untied => untied.Value + UntiedMax <= now).Select(untied => untied.Key).ToList())
        {
            _untied.Remove(gone);
        }

        foreach (var birth in births)
        {
            _untied[new RecordId(birth.Write.Mapping, birth.Write.Entity)] = now;
        }
    }

    public void Remove(IEnumerable<ReadyWrite> writes)
    {
        foreach (var write in writes)
        {
            _writes.Remove(write.OfferId);
        }
    }

    private List<WaitingWrite> Outside(IReadOnlyCollection<Submission> outside)
    {
        foreach (var ended in _outside.Keys.Except(outside.Select(submission => submission.Id)).ToList())
        {
            _outside.Remove(ended);
        }

        foreach (var submission in outside)
        {
            _outside.TryAdd(submission.Id, [.. submission.Writes.Select(write => waiting.Of(write, 0, submission.StartedAt))]);
        }

        return [.. _outside.Values.SelectMany(writes => writes)];
    }
}
