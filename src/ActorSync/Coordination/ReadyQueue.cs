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
    private bool _isCrowded;
    private DateTimeOffset? _stillUntil;
    private (Guid, bool)[] _outsideSeen = [];

    // An untied birth comes back within a turn or two of its actor; or never, when that has something else to say. Its children wait this long for it.
    private static readonly TimeSpan UntiedMax = TimeSpan.FromSeconds(5);

    public bool Any => _writes.Count > 0;

    public int Count => _writes.Count;

    public DateTimeOffset? NextDue => _writes.Values.Min(entry => entry.Ready.DueAt);

    public async Task<(bool News, DateTimeOffset Now)> ReadAsync(IReadOnlyCollection<Submission> outside, CancellationToken stop)
    {
        var room = Math.Max(0, writesMax - _writes.Count);
        var (writes, now) = await offers.ReadAsync(room, stop);
        // Where there is no room for one more, others may wait behind, of objects that have all their places free.
        if (_isCrowded != (writes.Count == room))
        {
            (_isCrowded, _stillUntil) = (!_isCrowded, null);
        }

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
            _stillUntil = null;
        }
    }

    public IReadOnlyList<(ReadyWrite Write, FieldNames Fields)> Cycles()
    {
        // Only a birth with a parent can close a cycle.
        var untied = _mayHaveCycles ? BirthCycles.Find(_writes.Values.Select(entry => entry.Waiting)) : [];
        _mayHaveCycles = untied.Count > 0;
        return [.. untied.Select(birth => (_writes[birth.Birth.Key].Ready, birth.Fields))];
    }

    public IReadOnlyList<ReadyCut> Cut(IReadOnlyCollection<Submission> outside, DateTimeOffset now)
    {
        if (_writes.Count == 0 || IsStill(outside, now))
        {
            return [];
        }

        var due = _writes.Values.Where(entry => entry.Ready.DueAt is not { } at || at <= now).Select(entry => entry.Waiting).OrderBy(write => write.Key).ToList();
        // A birth that waits for its due time, or that its actor is to offer again, is unborn all the same: its children wait too.
        var unborn = _writes.Values.Where(entry => entry.Ready.DueAt > now && entry.Waiting.IsAwaited).Select(entry => entry.Waiting.Record)
            .Concat(_untied.Where(untied => untied.Value + UntiedMax > now).Select(untied => untied.Key)).ToList();
        var cuts = SubmissionCutter.Cut(due, Outside(outside), unborn, Taken(outside), waiting.Rank, limits, now);
        _stillUntil = cuts.Count == 0 && limits.Jobs is { } jobs ? StillUntil(jobs, now) : null;
        return [.. cuts.Select(cut => new ReadyCut(cut.Api, [.. cut.Writes.Select(write => _writes[write.Key].Ready)]))];
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

        _stillUntil = null;
    }

    public void Remove(IEnumerable<ReadyWrite> writes)
    {
        foreach (var write in writes)
        {
            _writes.Remove(write.OfferId);
        }

        _stillUntil = null;
    }

    private PlacesTaken Taken(IReadOnlyCollection<Submission> outside) => new(
        outside.Count(submission => submission is { Doubtful: false, Api: SubmissionApi.Soap }),
        [.. outside.Where(submission => submission is { Doubtful: false, Api: SubmissionApi.Bulk }).Select(submission => new Lane(submission.Mapping, submission.Operation))])
    {
        IsCrowded = _isCrowded,
    };

    // Tens of thousands of writes may wait, and be outside in jobs, for minutes: as long as nothing has come, gone or fallen due there is nothing new to cut.
    private bool IsStill(IReadOnlyCollection<Submission> outside, DateTimeOffset now)
    {
        if (limits.Jobs is null)
        {
            return false;
        }

        var seen = _outsideSeen;
        _outsideSeen = [.. outside.Select(submission => (submission.Id, submission.Doubtful))];
        return now < _stillUntil && _outsideSeen.AsSpan().SequenceEqual(seen);
    }

    private DateTimeOffset StillUntil(JobLimits jobs, DateTimeOffset now) =>
        _writes.Values.SelectMany(entry => new[] { entry.Waiting.ReadySince, entry.Waiting.ReadySince + limits.Linger, entry.Waiting.ReadySince + jobs.Linger })
            .Concat(_untied.Values.Select(at => at + UntiedMax)).Where(at => at > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();

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
