using ActorSync.Runtime.Actors;

namespace ActorSync.Runtime.Turns;

/// <summary>Actors that owe something, each with the time when it is tried. Of each kind so many are remembered; the others are in the store, and are looked for there when there is room again.</summary>
internal sealed class OwingActors
{
    /// <summary>Actors of a kind that are remembered, some hundred bytes each.</summary>
    public const int OfKindMax = 20_000;

    private readonly Dictionary<ActorId, long> _due = [];
    private readonly Dictionary<short, int> _ofKind = [];

    /// <summary>More owe something than are remembered, and there is room for some of them.</summary>
    public bool WantsMore => Left.Any(kind => _ofKind.GetValueOrDefault(kind) <= OfKindMax / 2);

    private HashSet<short> Left { get; } = [];

    /// <summary>Some are due.</summary>
    public bool IsDue(long now) => _due.Count > 0 && _due.Values.Min() <= now;

    /// <summary>Those that are due, at most so many.</summary>
    public List<ActorId> Due(long now, int max) => [.. _due.Where(entry => entry.Value <= now).Take(max).Select(entry => entry.Key)];

    /// <summary>It owes something, tried at a time.</summary>
    public void Set(ActorId id, long due)
    {
        if (_due.ContainsKey(id))
        {
            _due[id] = due;
        }
        else
        {
            Add(id, due);
        }
    }

    /// <summary>The store knows that these owe something; those that are not remembered yet are due at once.</summary>
    public void Load(IReadOnlyList<ActorId> stored)
    {
        Left.Clear();
        foreach (var kind in stored.GroupBy(id => id.Kind).Where(kind => kind.Count() >= OfKindMax))
        {
            Left.Add(kind.Key);
        }

        foreach (var id in stored.Where(id => !_due.ContainsKey(id)))
        {
            Add(id, 0);
        }
    }

    /// <summary>It owes nothing any more.</summary>
    public void Remove(ActorId id)
    {
        if (_due.Remove(id))
        {
            _ofKind[id.Kind]--;
        }
    }

    private void Add(ActorId id, long due)
    {
        if (_ofKind.GetValueOrDefault(id.Kind) >= OfKindMax)
        {
            Left.Add(id.Kind);
            return;
        }

        _due[id] = due;
        _ofKind[id.Kind] = _ofKind.GetValueOrDefault(id.Kind) + 1;
    }
}
