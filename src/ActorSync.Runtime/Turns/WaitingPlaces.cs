using System.Runtime.InteropServices;
using ActorSync.Runtime.Actors;

namespace ActorSync.Runtime.Turns;

/// <summary>Places of messages that were put back into the mailbox because they cannot be decided yet: what stands behind one of them waits too. A worker
/// learns at its start what the one before it has put back. Beyond <see cref="PlacesMax"/> messages may overtake each other, which their actors can tell by the places.</summary>
internal sealed class WaitingPlaces
{
    /// <summary>Places remembered.</summary>
    public const int PlacesMax = 100_000;

    private readonly Dictionary<ActorId, SortedSet<(long, int)>> _places = [];
    private int _count;

    /// <summary>True when an earlier message of the actor waits.</summary>
    public bool IsBehind(ActorId actor, (long, int)? place) =>
        place is { } at && _places.TryGetValue(actor, out var waiting) && waiting.Min.CompareTo(at) < 0;

    /// <summary>This one waits.</summary>
    public void Add(ActorId actor, (long, int)? place)
    {
        if (place is not { } at)
        {
            return;
        }

        if (_count >= PlacesMax)
        {
            _places.Clear();
            _count = 0;
        }

        ref var waiting = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, actor, out _);
        waiting ??= [];
        _count += waiting.Add(at) ? 1 : 0;
    }

    /// <summary>This one is being decided.</summary>
    public void Remove(ActorId actor, (long, int)? place)
    {
        if (place is { } at && _places.TryGetValue(actor, out var waiting) && waiting.Remove(at))
        {
            _count--;
            if (waiting.Count == 0)
            {
                _places.Remove(actor);
            }
        }
    }
}
