using ActorSync.Domain.Records;

namespace ActorSync.Coordination;

/// <summary>Offers that name records whose births are offered and not read yet, because their object is read apart: read in one queue they would stand behind them. They are not held:
/// their rows are read again when that object has been read to its end.</summary>
/// <param name="isHere">True of a record whose birth has been read.</param>
internal sealed class WritesBehind(IOfferWindow offers, WaitingWrites waiting, Func<RecordId, bool> isHere)
{
    // Some dozen bytes each; beyond, a child may be refused and tried again.
    private const int WritesMax = 1_000_000;

    private readonly Queue<(long Offer, RecordId Record, bool IsAwaited, short Parent)> _behind = new();
    private readonly HashSet<RecordId> _unborn = [];

    /// <summary>Those that may be looked at; what stands behind births that are still to be read is remembered.</summary>
    public async Task<IReadOnlyList<ReadyWrite>> PassAsync(IReadOnlyList<ReadyWrite> writes, DateTimeOffset now, CancellationToken stop)
    {
        if ((offers.Apart.Count == 0 && _behind.Count == 0) || writes.Count == 0 || _behind.Count >= WritesMax)
        {
            return writes;
        }

        var known = writes.Select(write => (Ready: write, Waiting: waiting.Of(write.Write, write.OfferId, now))).ToList();
        var here = known.Where(write => write.Waiting.IsAwaited).Select(write => write.Waiting.Record).ToHashSet();
        RecordId[] named = [.. known.SelectMany(write => write.Waiting.Parents).Select(reference => reference.Parent).Where(parent => offers.Apart.Contains(parent.Mapping) && !here.Contains(parent) && !isHere(parent)).Distinct()];
        var unread = named.Length == 0 ? [] : (await offers.BirthsAsync(named, stop)).ToHashSet();
        var pass = new List<ReadyWrite>(writes.Count);
        foreach (var (ready, write) in known)
        {
            if (write.Parents.Select(reference => reference.Parent).FirstOrDefault(parent => parent != write.Record && (unread.Contains(parent) || _unborn.Contains(parent))) is { Mapping: > 0 } parent)
            {
                _behind.Enqueue((ready.OfferId, write.Record, write.IsAwaited, parent.Mapping));
                if (write.IsAwaited)
                {
                    _unborn.Add(write.Record);
                }
            }
            else
            {
                pass.Add(ready);
            }
        }

        return pass;
    }

    /// <summary>Offers to read again, in their order: what they waited for has been read.</summary>
    public IReadOnlyList<long> Released(int max)
    {
        var released = new List<long>();
        while (released.Count < max && _behind.TryPeek(out var next) && !offers.Apart.Contains(next.Parent))
        {
            _behind.Dequeue();
            _unborn.Remove(next.Record);
            released.Add(next.Offer);
        }

        return released;
    }
}
