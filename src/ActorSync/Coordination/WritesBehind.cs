using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Offers that name a record whose birth is still to be read: from the change log, because its object is read apart there, or from the offers. Sent before it, they would be refused.
/// They are looked at again some times a second, and let go as soon as the birth is at hand, or is known not to stand before them.</summary>
/// <param name="writesMax">Most that are held; beyond, one may be refused and tried again as any other.</param>
/// <param name="isHere">True of a record whose birth is at hand.</param>
internal sealed class WritesBehind(IOfferWindow offers, int writesMax, Func<RecordId, bool> isHere)
{
    /// <summary>Writes that are looked at again at a time.</summary>
    private const int PieceMax = 2_000;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly Queue<(ReadyWrite Ready, WaitingWrite Waiting)> _behind = [];
    private readonly HashSet<RecordId> _unborn = [];
    private DateTimeOffset _lookedAt;

    /// <summary>When they are looked at again; null when there are none.</summary>
    public DateTimeOffset? NextLook => _behind.Count == 0 ? null : _lookedAt + LookInterval;

    /// <summary>Records that are born by writes held here.</summary>
    public IReadOnlyCollection<RecordId> Unborn => _unborn;

    /// <summary>Those that need not wait; the others are held.</summary>
    public async Task<IReadOnlyList<(ReadyWrite Ready, WaitingWrite Waiting)>> PassAsync(IReadOnlyList<(ReadyWrite Ready, WaitingWrite Waiting)> writes, CancellationToken stop)
    {
        var born = writes.Where(write => write.Waiting.IsAwaited).Select(write => write.Waiting.Record).ToHashSet();
        var named = writes.SelectMany(write => Named(write.Waiting).Where(parent => !born.Contains(parent)).Select(parent => (parent, write.Waiting.Position))).ToList();
        var unread = named.Count == 0 || _behind.Count >= writesMax ? [] : (await offers.UnreadBirthsAsync(named, stop)).Where(parent => !isHere(parent)).ToHashSet();
        if (unread.Count == 0)
        {
            return writes;
        }

        var pass = new List<(ReadyWrite, WaitingWrite)>(writes.Count);
        foreach (var write in writes)
        {
            if (!Named(write.Waiting).Any(unread.Contains))
            {
                pass.Add(write);
                continue;
            }

            _behind.Enqueue(write);
            if (write.Waiting.IsAwaited)
            {
                _unborn.Add(write.Waiting.Record);
            }
        }

        return pass;
    }

    /// <summary>Those that need not wait any more, of the next piece.</summary>
    public async Task<IReadOnlyList<(ReadyWrite Ready, WaitingWrite Waiting)>> LookAsync(DateTimeOffset now, CancellationToken stop)
    {
        if (_behind.Count == 0 || now < NextLook)
        {
            return [];
        }

        _lookedAt = now;
        var piece = new List<(ReadyWrite Ready, WaitingWrite Waiting)>();
        while (piece.Count < PieceMax && _behind.TryDequeue(out var write))
        {
            piece.Add(write);
            _unborn.Remove(write.Waiting.Record);
        }

        return await PassAsync(piece, stop);
    }

    private static IEnumerable<RecordId> Named(WaitingWrite write) => write.Parents.Select(reference => reference.Parent).Where(parent => parent != write.Record);
}
