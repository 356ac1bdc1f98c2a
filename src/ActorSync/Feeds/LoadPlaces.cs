using ActorSync.Domain.Mapping;

namespace ActorSync.Feeds;

/// <summary>Which objects may load now: a few at a time, parents before their children. Among objects that refer to each other any is first. Thread-safe.</summary>
internal sealed class LoadPlaces
{
    private readonly Lock _gate = new();
    private readonly int _objectsMax;
    private readonly Dictionary<short, short[]> _before;
    private readonly HashSet<short> _loading = [];
    private readonly HashSet<short> _known = [];

    public LoadPlaces(IReadOnlyCollection<ObjectMapping> mappings, int objectsMax)
    {
        _objectsMax = objectsMax;
        _before = Parents(mappings);
    }

    /// <summary>A load begins or goes on, if there is a place for it.</summary>
    public bool TryEnter(short mapping)
    {
        lock (_gate)
        {
            if (_loading.Contains(mapping))
            {
                return true;
            }

            // A parent that has not been heard of may be about to load.
            if (_loading.Count >= _objectsMax || _before.GetValueOrDefault(mapping, []).Any(parent => !_known.Contains(parent)))
            {
                return false;
            }

            _loading.Add(mapping);
            _known.Add(mapping);
            return true;
        }
    }

    /// <summary>There is nothing to load of it, or not now.</summary>
    public void Leave(short mapping)
    {
        lock (_gate)
        {
            _loading.Remove(mapping);
            _known.Add(mapping);
        }
    }

    // The parents of each mapping that come before it in an order of all: where they refer to each other in a ring, one reference of the ring is left out.
    private static Dictionary<short, short[]> Parents(IReadOnlyCollection<ObjectMapping> mappings)
    {
        var byName = mappings.ToDictionary(mapping => mapping.ObjectName, StringComparer.OrdinalIgnoreCase);
        var place = new Dictionary<short, int>();
        var visiting = new HashSet<short>();
        foreach (var mapping in mappings)
        {
            Place(mapping);
        }

        return mappings.ToDictionary(
            mapping => mapping.Number,
            mapping => ParentsOf(mapping).Where(parent => place[parent.Number] < place[mapping.Number]).Select(parent => parent.Number).ToArray());

        void Place(ObjectMapping mapping)
        {
            if (place.ContainsKey(mapping.Number) || !visiting.Add(mapping.Number))
            {
                return;
            }

            foreach (var parent in ParentsOf(mapping))
            {
                Place(parent);
            }

            place[mapping.Number] = place.Count;
        }

        IEnumerable<ObjectMapping> ParentsOf(ObjectMapping mapping) => mapping.Fields
            .Select(field => field.Parent is { } link ? byName.GetValueOrDefault(link.ParentObject) : null).OfType<ObjectMapping>().Where(parent => parent.Number != mapping.Number).Distinct();
    }
}
