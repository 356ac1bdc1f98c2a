using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Writes the coordinator holds ready in memory, at most <paramref name="writesMax"/>, and fewer long ones; the rest waits on disk. Their rows are deleted only by the turn that cuts them.
/// What waits for a birth in a job does not fill the room of those that can leave (<see cref="WritesAside"/>).</summary>
internal sealed class ReadyQueue(IOfferWindow offers, WaitingWrites waiting, CutLimits limits, int writesMax, PausedOffers? paused = null) : IReadyWrites
{
    private readonly Dictionary<long, (ReadyWrite Ready, WaitingWrite Waiting)> _writes = [];
    private readonly Dictionary<Guid, WaitingWrite[]> _outside = [];
    private readonly WritesAside _aside = new();
    private readonly Dictionary<RecordId, DateTimeOffset> _untied = [];
    private readonly HashSet<RecordId> _births = [];
    private long _chars;
    private bool _mayHaveCycles;
    private bool _isCrowded;
    private DateTimeOffset? _stillUntil;
    private (Guid, bool, int)[] _outsideSeen = [];
    private Guid[] _asideSeen = [];
    private int _jobStartsSeen = int.MaxValue;

    // An untied birth comes back within a turn or two of its actor; or never, when that has something else to say. Its children wait this long for it.
    private static readonly TimeSpan UntiedMax = TimeSpan.FromSeconds(5);

    // Texts of the writes in memory, in characters of two bytes. What comes in beyond it is a piece at most.
    private const long CharsMax = 48_000_000;

    // Of what is read again, whose length is not known before; and of births that what is here waits for, however long that is.
    private const int AgainMax = 1_000;
    private const int AgainMin = 10;

    private WritesBehind Behind => field ??= new WritesBehind(offers, 5 * writesMax, IsHere, waiting.RefersTo);

    /// <summary>Offers that are read and do not wait for Salesforce but for what is not read yet, once that would be waited for in vain; by mapping. Any thread may ask.</summary>
    public IReadOnlyDictionary<short, int> Uncounted => Behind.Uncounted;

    private bool IsFull => _writes.Count >= writesMax || _chars > CharsMax;

    public bool Any => _writes.Count > 0;

    public int Count => _writes.Count;

    public DateTimeOffset? NextDue => new[] { _writes.Values.Min(entry => entry.Ready.DueAt), Behind.NextLook }.Min();

    public async Task<(bool News, DateTimeOffset Now)> ReadAsync(IReadOnlyCollection<Submission> outside, CancellationToken stop)
    {
        var isAnew = paused is not null && await paused.LookAsync(stop);
        LetGoHeld();
        _aside.Release(outside);
        MakeRoom(outside);
        var again = _aside.Released(Math.Clamp(writesMax - _writes.Count, 0, _chars > CharsMax ? AgainMin : AgainMax));
        IReadOnlyList<ReadyWrite> released = again.Count == 0 ? [] : await offers.ReadAgainAsync(again, stop);
        var room = _chars > CharsMax || Behind.HasUnasked ? 0 : Math.Max(0, writesMax - _writes.Count - released.Count);
        var (writes, now) = await offers.ReadAsync(room, stop);
        _aside.Taken(again.Count);
        Add(released, now);
        // Where there is no room for one more, others may wait behind, of objects that have all their places free.
        if (_isCrowded != (writes.Count == room))
        {
            (_isCrowded, _stillUntil) = (!_isCrowded, null);
        }

        Behind.Take(writes.Where(write => waiting.Knows(write.Write)).Select(write => Waiting(write, now)).Where(write => paused?.Holds(write.Waiting) != true));
        var passed = await Behind.PassAsync(now, isTight: _chars > CharsMax / 2, mapping => outside.Any(submission => submission.Mapping == mapping) || _writes.Values.Any(entry => entry.Waiting.Lane.Mapping == mapping && !WaitsForBehind(entry.Waiting)), stop);
        Add(passed);
        LetGoHeld();
        return (writes.Count + released.Count + passed.Count > 0 || isAnew, now);
    }

    // A birth that is held may have been read behind its children: they are held too, and theirs.
    private void LetGoHeld()
    {
        while (paused is { HasNews: true })
        {
            paused.NewsTaken();
            Remove([.. _writes.Values.Where(entry => paused.Holds(entry.Waiting)).Select(entry => entry.Ready)]);
            Behind.Remove(paused.Holds);
        }
    }

    // Looked for only when there is no room, and something has changed since it was last looked for.
    private void MakeRoom(IReadOnlyCollection<Submission> outside)
    {
        if (limits.Jobs is null || !IsFull)
        {
            return;
        }

        Guid[] ids = [.. outside.Select(submission => submission.Id)];
        if (!_aside.HasReleased && _asideSeen.AsSpan().SequenceEqual(ids))
        {
            return;
        }

        Outside(outside);
        foreach (var offer in _aside.Put(_writes.Values.Select(entry => entry.Waiting).OrderBy(write => write.Key), _outside))
        {
            Forget(offer);
            _stillUntil = null;
        }

        // What comes into the room that was made may have to go aside too.
        _asideSeen = IsFull ? ids : [];
    }

    /// <summary>Adds writes that were read from disk at <paramref name="now"/>.</summary>
    public void Add(IEnumerable<ReadyWrite> writes, DateTimeOffset now) => Add(writes.Select(write => Waiting(write, now)));

    private (ReadyWrite Ready, WaitingWrite Waiting) Waiting(ReadyWrite ready, DateTimeOffset now) => (ready, waiting.Of(ready.Write, ready.OfferId, ready.DueAt ?? now));

    private void Add(IEnumerable<(ReadyWrite Ready, WaitingWrite Waiting)> writes)
    {
        foreach (var (ready, write) in writes)
        {
            _mayHaveCycles |= write.Lane.Operation == WriteOperation.Insert && write.Parents.Count > 0;
            _untied.Remove(write.Record);
            if (paused?.Holds(write) == true)
            {
                continue;
            }

            if (_writes.TryAdd(ready.OfferId, (ready, write)))
            {
                _chars += ready.Chars;
            }

            if (write.IsAwaited)
            {
                _births.Add(write.Record);
            }

            _stillUntil = null;
        }
    }

    public IReadOnlyList<(ReadyWrite Write, FieldNames Fields)> Cycles()
    {
        // A birth is at hand for which its parent's is held: it goes first.
        var first = paused is null || !_mayHaveCycles ? [] : _writes.Values.Where(entry => entry.Waiting.Lane.Operation == WriteOperation.Insert)
            .Select(entry => (entry.Ready, Fields: new FieldNames(HeldParents(entry.Waiting).Where(reference => reference.CanFollow).Select(reference => reference.Field)))).Where(birth => birth.Fields.Count > 0).ToList();
        if (first.Count > 0)
        {
            return first;
        }

        // Only a birth with a parent can close a cycle.
        var untied = _mayHaveCycles ? BirthCycles.Find(_writes.Values.Select(entry => entry.Waiting)) : [];
        _mayHaveCycles = untied.Count > 0;
        return [.. untied.Select(birth => (_writes[birth.Birth.Key].Ready, birth.Fields))];
    }

    public IReadOnlyList<ReadyCut> Cut(IReadOnlyCollection<Submission> outside, DateTimeOffset now, int jobStartsMax = int.MaxValue)
    {
        if (_writes.Count == 0 || IsStill(outside, now, jobStartsMax))
        {
            return [];
        }

        var due = _writes.Values.Where(entry => entry.Ready.DueAt is not { } at || at <= now).Select(entry => entry.Waiting).OrderBy(write => write.Key).ToList();
        // A birth that waits for its due time, or that its actor is to offer again, is unborn all the same: its children wait too.
        var unborn = _writes.Values.Where(entry => entry.Ready.DueAt > now && entry.Waiting.IsAwaited).Select(entry => entry.Waiting.Record)
            .Concat(_untied.Where(untied => untied.Value + UntiedMax > now).Select(untied => untied.Key)).Concat(_aside.Unborn).Concat(Behind.Unborn).Concat(_writes.Values.SelectMany(entry => HeldParents(entry.Waiting)).Select(reference => reference.Parent)).ToList();
        var cuts = FairCuts.Cut(due, Outside(outside), CallsOf(outside), unborn, Taken(outside) with { JobStartsMax = jobStartsMax }, waiting.Rank, limits, now);
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
            Forget(write.OfferId);
        }

        _stillUntil = null;
    }

    private void Forget(long offer)
    {
        if (!_writes.Remove(offer, out var gone))
        {
            return;
        }

        _chars -= gone.Ready.Chars;
        if (gone.Waiting.IsAwaited)
        {
            _births.Remove(gone.Waiting.Record);
        }
    }

    // Whoever names it waits for it by the rules of the cut, or with it.
    private bool IsHere(RecordId birth) => _births.Contains(birth) || Behind.Unborn.Contains(birth) || paused?.IsUnborn(birth) == true || _aside.Unborn.Contains(birth);

    private bool WaitsForBehind(WaitingWrite write) => write.Parents.Any(reference => Behind.Unborn.Contains(reference.Parent));

    private IEnumerable<ParentReference> HeldParents(WaitingWrite write) =>
        paused is null ? [] : write.Parents.Where(reference => reference.Parent != write.Record && paused.IsUnborn(reference.Parent));

    private static Dictionary<short, int> CallsOf(IReadOnlyCollection<Submission> outside) =>
        outside.Where(submission => submission is { Doubtful: false, Api: SubmissionApi.Soap }).GroupBy(submission => submission.Mapping).ToDictionary(of => of.Key, of => of.Count());

    private PlacesTaken Taken(IReadOnlyCollection<Submission> outside) => new(
        outside.Count(submission => submission is { Doubtful: false, Api: SubmissionApi.Soap }),
        [.. outside.Where(submission => submission is { Doubtful: false, Api: SubmissionApi.Bulk }).Select(submission => new Lane(submission.Mapping, submission.Operation))])
    {
        IsCrowded = _isCrowded,
    };

    // Tens of thousands of writes may wait, and be outside in jobs, for minutes: as long as nothing has come, gone or fallen due there is nothing new to cut.
    private bool IsStill(IReadOnlyCollection<Submission> outside, DateTimeOffset now, int jobStartsMax)
    {
        if (limits.Jobs is null)
        {
            return false;
        }

        var (seen, starts) = (_outsideSeen, _jobStartsSeen);
        _outsideSeen = [.. outside.Select(submission => (submission.Id, submission.Doubtful, submission.Writes.Count))];
        _jobStartsSeen = jobStartsMax;
        return now < _stillUntil && starts == jobStartsMax && _outsideSeen.AsSpan().SequenceEqual(seen);
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
            // Some of its writes may have had their outcomes before the others.
            if (!_outside.TryGetValue(submission.Id, out var known) || known.Length != submission.Writes.Count)
            {
                _outside[submission.Id] = [.. submission.Writes.Select(write => waiting.Of(write, 0, submission.StartedAt))];
            }
        }

        return [.. _outside.Values.SelectMany(writes => writes)];
    }
}
