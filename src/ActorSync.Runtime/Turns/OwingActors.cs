using ActorSync.Runtime.Actors;

namespace ActorSync.Runtime.Turns;

/// <summary>Actors that owe something, each with the time when it is tried. Of each kind so many are remembered. Where more owe, the others are in the store: pieces of them are looked for in turn,
/// from the first to the last and over again, and take the places of those that were tried longest ago, so that each is tried however many cannot be served.</summary>
internal sealed class OwingActors
{
    /// <summary>Actors of a kind that are remembered, some hundred bytes each.</summary>
    public const int OfKindMax = 20_000;

    /// <summary>Most of a kind that are looked for in the store at a time: half, so that those of the piece before that have not been tried yet keep their places.</summary>
    public const int PieceMax = OfKindMax / 2;

    private readonly Dictionary<ActorId, Entry> _entries = [];
    private readonly Dictionary<short, OwingKind> _kinds = [];

    /// <summary>Kinds of which more owe something than are remembered, with room for a piece of them, and behind which actor of theirs it begins; null: with the first.</summary>
    public IReadOnlyList<(short Kind, Guid? After)> Wanted =>
        [.. _kinds.Where(kind => kind.Value.IsLeft && kind.Value.Untried <= OfKindMax - PieceMax).Select(kind => (kind.Key, kind.Value.After))];

    /// <summary>Some are due.</summary>
    public bool IsDue(long now) => _entries.Count > 0 && _entries.Values.Min(entry => entry.Due) <= now;

    /// <summary>Those that are due, at most so many: those that have waited longest.</summary>
    public List<ActorId> Due(long now, int max)
    {
        var due = _entries.Where(entry => entry.Value.Due <= now).ToList();
        return [.. (due.Count <= max ? due : due.OrderBy(entry => entry.Value.Due).Take(max)).Select(entry => entry.Key)];
    }

    /// <summary>It was tried, owes something still, and is tried again at a time.</summary>
    public void Set(ActorId id, long due)
    {
        if (_entries.TryGetValue(id, out var before))
        {
            KindOf(id).Untried -= before.IsTried ? 0 : 1;
            _entries[id] = new Entry(due, IsTried: true);
        }
        else
        {
            Add(id, new Entry(due, IsTried: true));
        }
    }

    /// <summary>The store knows that these owe something, the first piece of each kind; those that are not remembered yet are due at once.</summary>
    public void Load(IReadOnlyList<ActorId> stored, long now)
    {
        foreach (var kind in _kinds.Values)
        {
            (kind.After, kind.HasMissed) = (null, false);
        }

        foreach (var kind in stored.GroupBy(id => id.Kind))
        {
            Load(kind.Key, [.. kind], now);
        }
    }

    /// <summary>The store knows that these of a kind owe something too: the next piece.</summary>
    public void Load(short kind, IReadOnlyList<ActorId> piece, long now)
    {
        foreach (var id in piece.Where(id => !_entries.ContainsKey(id)))
        {
            Add(id, new Entry(now, IsTried: false));
        }

        var of = KindOf(kind);
        var isLast = piece.Count < PieceMax;
        of.After = isLast ? null : piece[^1].Entity;
        of.IsLeft = !isLast || of.HasMissed;
        of.HasMissed &= !isLast;
    }

    /// <summary>It owes nothing any more.</summary>
    public void Remove(ActorId id)
    {
        if (_entries.Remove(id, out var entry))
        {
            var kind = KindOf(id);
            kind.Count--;
            kind.Untried -= entry.IsTried ? 0 : 1;
        }
    }

    private void Add(ActorId id, Entry entry)
    {
        var kind = KindOf(id);
        if (kind.Count >= OfKindMax)
        {
            // One of those that owe is not remembered from now on: this one, or the one whose place it takes.
            kind.IsLeft = kind.HasMissed = true;
            if (!TryForget(id.Kind, kind))
            {
                return;
            }
        }

        _entries[id] = entry;
        kind.Count++;
        kind.Untried += entry.IsTried ? 0 : 1;
    }

    private bool TryForget(short number, OwingKind kind)
    {
        for (var isFresh = false; ;)
        {
            while (kind.Oldest.TryDequeue(out var oldest))
            {
                if (_entries.TryGetValue(oldest.Id, out var entry) && entry.IsTried && entry.Due == oldest.Due)
                {
                    Remove(oldest.Id);
                    return true;
                }
            }

            if (isFresh)
            {
                return false;
            }

            isFresh = true;
            foreach (var (id, entry) in _entries.Where(entry => entry.Key.Kind == number && entry.Value.IsTried).OrderBy(entry => entry.Value.Due))
            {
                kind.Oldest.Enqueue((id, entry.Due));
            }
        }
    }

    private OwingKind KindOf(ActorId id) => KindOf(id.Kind);

    private OwingKind KindOf(short kind) => _kinds.TryGetValue(kind, out var known) ? known : _kinds[kind] = new OwingKind();

    private readonly record struct Entry(long Due, bool IsTried);

    /// <summary>What is known of the actors of a kind.</summary>
    private sealed class OwingKind
    {
        public int Count { get; set; }

        /// <summary>Of them, those that were loaded and not tried since.</summary>
        public int Untried { get; set; }

        /// <summary>There may be more in the store.</summary>
        public bool IsLeft { get; set; }

        /// <summary>One was left out or forgotten since the first piece was looked for: it may stand in front of what is looked for next.</summary>
        public bool HasMissed { get; set; }

        /// <summary>The last of the piece before; null: the next piece is the first.</summary>
        public Guid? After { get; set; }

        /// <summary>Those that were tried, the longest ago first, as of some time ago.</summary>
        public Queue<(ActorId Id, long Due)> Oldest { get; } = [];
    }
}
