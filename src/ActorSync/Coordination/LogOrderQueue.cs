using ActorSync.Domain.Faults;
using ActorSync.Domain.Submissions;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>The writes that stand first in the change log, looked at anew whenever nothing is outside: one submission leaves at a time, and everything that a
/// record has to say about the last one is heard before the next.</summary>
/// <param name="rowsMax">Most writes of a submission.</param>
internal sealed class LogOrderQueue(IOfferTable offers, ITurnStore turns, WaitingWrites waiting, int rowsMax) : IReadyWrites
{
    // So that the children of paused births, which may be many, do not hide what stands behind them.
    private const int LookLimit = 100_000;

    // How many writes are looked at: more than a submission, because one that refers to a record still to be born is passed over.
    private readonly int _lookMin = 10 * rowsMax;
    private int _lookMax = 10 * rowsMax;
    private OffersInOrder? _look;
    private long? _mailUpTo;

    public bool Any => _look is { Writes.Count: > 0 };

    public int Count => _look?.Writes.Count ?? 0;

    public DateTimeOffset? NextDue => _look?.Writes.Min(write => write.DueAt);

    public async Task<(bool News, DateTimeOffset Now)> ReadAsync(IReadOnlyCollection<Submission> outside, CancellationToken stop)
    {
        if (outside.Count > 0)
        {
            (_look, _mailUpTo) = (null, null);
            return (false, await turns.NowAsync(stop));
        }

        var look = await offers.ReadInOrderAsync(_lookMax, stop);
        // An outcome may be in the mail, and with it the next write of its record, which may stand before all of these.
        _mailUpTo ??= look.LatestMail ?? 0;
        _look = look.OldestMail <= _mailUpTo ? null : look with { Writes = await FreeAsync([.. look.Writes.Where(write => waiting.Knows(write.Write))], look.Paused, stop) };
        // Children of paused births may be many: the next look goes further where this one was full and found little else.
        _lookMax = look.Writes.Count == _lookMax && _look?.Writes.Count < _lookMin ? Math.Max(_lookMin, Math.Min(LookLimit, 2 * _lookMax))
            : look.Writes.Count < _lookMax / 2 ? _lookMin : _lookMax;
        return (false, look.Now);
    }

    // What names a record whose birth is paused is paused with it, and what names one of these.
    private async Task<IReadOnlyList<ReadyWrite>> FreeAsync(IReadOnlyList<ReadyWrite> writes, IReadOnlyList<short> paused, CancellationToken stop)
    {
        if (paused.Count == 0)
        {
            return writes;
        }

        var parents = writes.Select(write => (Ready: write, Waiting: waiting.Of(write.Write, write.OfferId, default))).Where(write => write.Waiting.Parents.Count > 0).ToList();
        Guid[] named = [.. parents.SelectMany(write => write.Waiting.Parents).Select(reference => reference.Parent).Where(parent => paused.Contains(parent.Mapping)).Select(parent => parent.ExternalId).Distinct()];
        if (named.Length == 0)
        {
            return writes;
        }

        var unborn = (await offers.BirthsAsync(paused, named, stop)).ToHashSet();
        var held = new HashSet<long>();
        int before;
        do
        {
            before = held.Count;
            foreach (var (_, write) in parents.Where(write => !held.Contains(write.Waiting.Key) && write.Waiting.Parents.Any(reference => reference.Parent != write.Waiting.Record && unborn.Contains(reference.Parent))))
            {
                held.Add(write.Key);
                if (write.IsAwaited)
                {
                    unborn.Add(write.Record);
                }
            }
        }
        while (held.Count > before);

        return held.Count == 0 ? writes : [.. writes.Where(write => !held.Contains(write.OfferId))];
    }

    public IReadOnlyList<(ReadyWrite Write, FieldNames Fields)> Cycles() => _look is not { Writes.Count: > 0 } ? []
        : [.. BirthCycles.Find(Waiting(_look)).Select(birth => (_look.Writes.First(write => write.OfferId == birth.Birth.Key), birth.Fields))];

    // They come back with the mail.
    public void Untie(IReadOnlyCollection<ReadyWrite> births, DateTimeOffset now) => (_look, _mailUpTo) = (null, null);

    public IReadOnlyList<ReadyCut> Cut(IReadOnlyCollection<Submission> outside, DateTimeOffset now, int jobStartsMax = int.MaxValue)
    {
        if (outside.Count > 0 || _look is not { Writes.Count: > 0 })
        {
            return [];
        }

        var run = LogOrder.Next(Waiting(_look), rowsMax, _look.UndecidedFrom, now).Select(write => write.Key).ToHashSet();
        return run.Count == 0 ? [] : [new ReadyCut(SubmissionApi.Soap, [.. _look.Writes.Where(write => run.Contains(write.OfferId))])];
    }

    public void Remove(IEnumerable<ReadyWrite> writes) => (_look, _mailUpTo) = (null, null);

    private List<WaitingWrite> Waiting(OffersInOrder look) => [.. look.Writes.Select(write => waiting.Of(write.Write, write.OfferId, write.DueAt ?? look.Now))];
}
