using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Offers that name a record whose birth is still to be read: from the change log, because its object is read apart there, or from the offers. Sent before it, they would be refused.
/// They are looked at again some times a second, and let go as soon as the birth is at hand, or is known not to stand before them.</summary>
/// <param name="writesMax">Most that are held; beyond, one may be refused and tried again as any other.</param>
/// <param name="isHere">True of a record whose birth is at hand.</param>
/// <param name="refersTo">True of a mapping that has a field for records of another: a delete waits while changes of such a mapping are read apart, because some may be to get out of its way.</param>
internal sealed class WritesBehind(IOfferWindow offers, int writesMax, Func<RecordId, bool> isHere, Func<short, short, bool> refersTo)
{
    /// <summary>Writes that are looked at again at a time.</summary>
    private const int PieceMax = 2_000;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    // Two objects with a backlog each may have filled what may wait with writes that name records further on in the other's: nothing would ever move again.
    private static readonly TimeSpan StillMax = TimeSpan.FromMinutes(5);

    private readonly Queue<(ReadyWrite Ready, WaitingWrite Waiting)> _behind = [];
    private readonly List<(ReadyWrite Ready, WaitingWrite Waiting)> _read = [];
    private readonly HashSet<RecordId> _unborn = [];
    private DateTimeOffset _lookedAt;
    private DateTimeOffset? _stillSince;

    /// <summary>When they are looked at again; null when there are none.</summary>
    public DateTimeOffset? NextLook => _behind.Count == 0 ? null : _lookedAt + LookInterval;

    /// <summary>Records that are born by writes held here.</summary>
    public IReadOnlyCollection<RecordId> Unborn => _unborn;

    /// <summary>Takes writes that were read: what it is asked about them it is asked later, and again if that fails.</summary>
    public void Take(IEnumerable<(ReadyWrite Ready, WaitingWrite Waiting)> writes) => _read.AddRange(writes);

    /// <summary>Those that need not wait, of what was taken and of the next piece of what is held.</summary>
    /// <param name="isStill">No other write is ready or outside.</param>
    public async Task<IReadOnlyList<(ReadyWrite Ready, WaitingWrite Waiting)>> PassAsync(DateTimeOffset now, bool isStill, CancellationToken stop)
    {
        _stillSince = isStill && _behind.Count > 0 ? _stillSince ?? now : null;
        var again = now >= NextLook ? Math.Min(PieceMax, _behind.Count) : 0;
        if (_read.Count + again == 0)
        {
            return [];
        }

        (ReadyWrite Ready, WaitingWrite Waiting)[] writes = [.. _behind.Take(again), .. _read];
        var born = writes.Where(write => write.Waiting.IsAwaited).Select(write => write.Waiting.Record).ToHashSet();
        var named = writes.SelectMany(write => Named(write.Waiting)).Where(parent => !born.Contains(parent)).Distinct().ToList();
        var unread = named.Count == 0 ? [] : (await offers.UnreadBirthsAsync(named, stop)).Where(parent => !isHere(parent)).ToHashSet();
        var apart = writes.Any(write => write.Waiting.Lane.Operation == WriteOperation.Delete) ? await offers.ApartAsync(stop) : [];
        // From here on nothing fails.
        _read.Clear();
        for (var i = 0; i < again; i++)
        {
            _unborn.Remove(_behind.Dequeue().Waiting.Record);
            _lookedAt = now;
        }

        if (unread.Count + apart.Count == 0 || now - _stillSince > StillMax)
        {
            return writes;
        }

        var pass = new List<(ReadyWrite, WaitingWrite)>(writes.Length);
        foreach (var write in writes)
        {
            if (_behind.Count >= writesMax || !(Named(write.Waiting).Any(unread.Contains) || IsOvertaking(write.Waiting, apart)))
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

    /// <summary>Forgets what is held elsewhere from now on.</summary>
    public void Remove(Func<WaitingWrite, bool> isHeld)
    {
        _read.RemoveAll(write => isHeld(write.Waiting));
        for (var i = _behind.Count; i > 0; i--)
        {
            var write = _behind.Dequeue();
            if (!isHeld(write.Waiting))
            {
                _behind.Enqueue(write);
            }
            else
            {
                _unborn.Remove(write.Waiting.Record);
            }
        }
    }

    private bool IsOvertaking(WaitingWrite write, IReadOnlyCollection<short> apart) =>
        write.Lane.Operation == WriteOperation.Delete && apart.Any(mapping => mapping != write.Lane.Mapping && refersTo(mapping, write.Lane.Mapping));

    private static IEnumerable<RecordId> Named(WaitingWrite write) => write.Parents.Select(reference => reference.Parent).Where(parent => parent != write.Record);
}
