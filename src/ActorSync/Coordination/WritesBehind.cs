using System.Collections.Immutable;
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

    /// <summary>As that, while some of them are long.</summary>
    private const int LongPieceMax = 500;

    /// <summary>Texts of what is held, in characters of two bytes. What is beyond is read again when it is let go: it must not take the room in which what it waits for is read.</summary>
    private const long CharsMax = 16_000_000;

    // A birth that was logged with its child is decided by another worker in the same moment; one in a backlog may take hours.
    private static readonly TimeSpan LookIntervalMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LookIntervalMax = TimeSpan.FromMilliseconds(200);

    /// <summary>So many that are held may be looked at often.</summary>
    private const int FewMax = 200;

    // Two objects with a backlog each may have filled what may wait with writes that name records further on in the other's: nothing of them would ever move again.
    private static readonly TimeSpan StillMax = TimeSpan.FromMinutes(1);

    private readonly Queue<(ReadyWrite? Ready, WaitingWrite Waiting)> _behind = [];
    private readonly List<(ReadyWrite Ready, WaitingWrite Waiting)> _read = [];
    private readonly HashSet<RecordId> _unborn = [];
    private readonly Dictionary<short, (string Places, DateTimeOffset Since, DateTimeOffset SeenAt)> _still = [];
    private long _chars;
    private int _without;
    private IReadOnlyDictionary<short, int> _given = ImmutableDictionary<short, int>.Empty;
    private DateTimeOffset _lookedAt;
    private TimeSpan _lookInterval = LookIntervalMax;
    private volatile IReadOnlyDictionary<short, int> _uncounted = ImmutableDictionary<short, int>.Empty;

    /// <summary>When they are looked at again; null when there are none.</summary>
    public DateTimeOffset? NextLook => _behind.Count == 0 ? null : _lookedAt + _lookInterval;

    /// <summary>What was read could not be asked about yet.</summary>
    public bool HasUnasked => _read.Count > 0;

    /// <summary>Records that are born by writes held here.</summary>
    public IReadOnlyCollection<RecordId> Unborn => _unborn;

    /// <summary>Of each mapping so many that are held do not keep its changes in the log any more, because those that they wait for would not come otherwise; any thread may ask.</summary>
    public IReadOnlyDictionary<short, int> Uncounted => _uncounted;

    /// <summary>Takes writes that were read: what it is asked about them it is asked later, and again if that fails.</summary>
    public void Take(IEnumerable<(ReadyWrite Ready, WaitingWrite Waiting)> writes) => _read.AddRange(writes);

    /// <summary>Those that need not wait, of what was taken and of the next piece of what is held.</summary>
    /// <param name="isTight">There is little room for more: what names a record that is born by a write held here is held with it.</param>
    /// <param name="isMoving">True of a mapping of which other writes are ready or outside.</param>
    public async Task<IReadOnlyList<(ReadyWrite Ready, WaitingWrite Waiting)>> PassAsync(DateTimeOffset now, bool isTight, Func<short, bool> isMoving, CancellationToken stop)
    {
        var again = now >= NextLook ? Math.Min(_without > 0 ? LongPieceMax : PieceMax, _behind.Count) : 0;
        if (_read.Count + again == 0)
        {
            return [];
        }

        (ReadyWrite? Ready, WaitingWrite Waiting)[] writes = [.. _behind.Take(again), .. _read];
        var born = writes.Where(write => write.Waiting.IsAwaited).Select(write => write.Waiting.Record).ToHashSet();
        var named = writes.SelectMany(write => Named(write.Waiting)).Where(parent => !born.Contains(parent)).Distinct().ToList();
        var unread = named.Count == 0 ? [] : (await offers.UnreadBirthsAsync(named, stop)).Where(parent => !isHere(parent)).ToHashSet();
        var apart = unread.Count > 0 || writes.Any(write => write.Waiting.Lane.Operation == WriteOperation.Delete) ? await offers.ApartAsync(stop) : ImmutableDictionary<short, string>.Empty;
        bool IsBehind(WaitingWrite write) => Named(write).Any(unread.Contains) || Children(write, apart).Any() || (isTight && Named(write).Any(_unborn.Contains));
        var room = writesMax - (_behind.Count - again);
        var held = writes.Where(write => IsBehind(write.Waiting)).Take(room).Select(write => write.Waiting.Key).ToHashSet();
        long[] left = [.. writes.Where(write => write.Ready is null && !held.Contains(write.Waiting.Key)).Select(write => write.Waiting.Key)];
        var readAgain = left.Length == 0 ? [] : (await offers.ReadAgainAsync(left, stop)).ToDictionary(write => write.OfferId);
        // From here on nothing fails.
        _lookInterval = IntervalAfter(again, isNew: _read.Exists(write => held.Contains(write.Waiting.Key)));
        _lookedAt = _behind.Count == 0 ? now : _lookedAt;
        _read.Clear();
        for (var i = 0; i < again; i++)
        {
            Dequeue();
            _lookedAt = now;
        }

        var pass = new List<(ReadyWrite, WaitingWrite)>(writes.Length);
        foreach (var (ready, waiting) in writes)
        {
            if (held.Contains(waiting.Key))
            {
                Enqueue(ready, waiting);
            }
            else if ((ready ?? readAgain.GetValueOrDefault(waiting.Key)) is { } whole)
            {
                pass.Add((whole, waiting));
            }
        }

        Watch(now, [.. unread.Select(record => record.Mapping), .. writes.SelectMany(write => Children(write.Waiting, apart))], apart, isMoving);
        return pass;
    }

    private TimeSpan IntervalAfter(int again, bool isNew) =>
        isNew && _behind.Count + _read.Count <= FewMax ? LookIntervalMin
        : again == 0 ? _lookInterval
        : _lookInterval * 2 < LookIntervalMax ? _lookInterval * 2 : LookIntervalMax;

    // Whether what is waited for moves: its changes are read, or its writes are on their way.
    private void Watch(DateTimeOffset now, HashSet<short> awaited, IReadOnlyDictionary<short, string> apart, Func<short, bool> isMoving)
    {
        var isStill = false;
        foreach (var mapping in awaited)
        {
            var places = apart.GetValueOrDefault(mapping, "");
            // One that nothing has waited for meanwhile begins anew.
            var isSame = _still.TryGetValue(mapping, out var still) && still.Places == places && !isMoving(mapping) && now - still.SeenAt < StillMax / 2;
            _still[mapping] = (places, isSame ? still.Since : now, now);
            isStill |= now - _still[mapping].Since > StillMax;
        }

        var held = _behind.GroupBy(write => write.Waiting.Lane.Mapping).ToImmutableDictionary(of => of.Key, of => of.Count());
        if (isStill)
        {
            _still.Clear();
        }

        _given = isStill ? held : _given.Where(of => held.ContainsKey(of.Key)).ToImmutableDictionary(of => of.Key, of => Math.Min(of.Value, held[of.Key]));
        // Deletes wait for whole backlogs of other objects: their own object does not wait with them.
        var deletes = _behind.Where(write => write.Waiting.Lane.Operation == WriteOperation.Delete).GroupBy(write => write.Waiting.Lane.Mapping).ToDictionary(of => of.Key, of => of.Count());
        _uncounted = held.Keys.Select(mapping => KeyValuePair.Create(mapping, Math.Max(_given.GetValueOrDefault(mapping), Math.Min(deletes.GetValueOrDefault(mapping), writesMax / 2))))
            .Where(of => of.Value > 0).ToImmutableDictionary();
    }

    private void Enqueue(ReadyWrite? ready, WaitingWrite waiting)
    {
        if (ready is null || _chars + ready.Chars > CharsMax)
        {
            _behind.Enqueue((null, waiting));
            _without++;
        }
        else
        {
            _behind.Enqueue((ready, waiting));
            _chars += ready.Chars;
        }

        if (waiting.IsAwaited)
        {
            _unborn.Add(waiting.Record);
        }
    }

    private void Dequeue()
    {
        Forget(_behind.Dequeue());
    }

    private void Forget((ReadyWrite? Ready, WaitingWrite Waiting) write)
    {
        _unborn.Remove(write.Waiting.Record);
        _chars -= write.Ready?.Chars ?? 0;
        _without -= write.Ready is null ? 1 : 0;
    }

    /// <summary>Forgets what is held elsewhere from now on.</summary>
    public void Remove(Func<WaitingWrite, bool> isHeld)
    {
        _read.RemoveAll(write => isHeld(write.Waiting));
        for (var i = _behind.Count; i > 0; i--)
        {
            var write = _behind.Dequeue();
            if (isHeld(write.Waiting))
            {
                Forget(write);
            }
            else
            {
                _behind.Enqueue(write);
            }
        }
    }

    // Mappings of which some changes may be to get out of a delete's way.
    private IEnumerable<short> Children(WaitingWrite write, IReadOnlyDictionary<short, string> apart) =>
        write.Lane.Operation != WriteOperation.Delete ? [] : apart.Keys.Where(mapping => mapping != write.Lane.Mapping && refersTo(mapping, write.Lane.Mapping));

    private static IEnumerable<RecordId> Named(WaitingWrite write) => write.Parents.Select(reference => reference.Parent).Where(parent => parent != write.Record);
}
