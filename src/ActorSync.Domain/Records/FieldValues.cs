using System.Collections;

namespace ActorSync.Domain.Records;

/// <summary>Canonical values by Salesforce field name, immutable, ordered by name, compared by value. A null value is a field that is empty;
/// an absent name is a field that nothing is said about.</summary>
public sealed class FieldValues : IReadOnlyList<KeyValuePair<string, string?>>, IEquatable<FieldValues>
{
    /// <summary>Says nothing about any field.</summary>
    public static readonly FieldValues Empty = new([]);

    private readonly KeyValuePair<string, string?>[] _items;

    private FieldValues(KeyValuePair<string, string?>[] sorted) => _items = sorted;

    /// <summary>How many fields are named.</summary>
    public int Count => _items.Length;

    /// <summary>True when no field is named.</summary>
    public bool IsEmpty => _items.Length == 0;

    /// <summary>The names, in order.</summary>
    public IEnumerable<string> Names => _items.Select(item => item.Key);

    /// <inheritdoc/>
    public KeyValuePair<string, string?> this[int index] => _items[index];

    /// <summary>The value of a named field; null for an absent one too: ask <see cref="TryGet"/> where that matters.</summary>
    public string? this[string name] => TryGet(name, out var value) ? value : null;

    /// <summary>Builds from pairs; a later pair of one name wins.</summary>
    public static FieldValues From(IEnumerable<KeyValuePair<string, string?>> pairs)
    {
        var items = pairs.ToArray();
        if (!IsInOrder(items))
        {
            var count = 0;
            foreach (var item in items)
            {
                count = Insert(items, count, item);
            }

            Array.Resize(ref items, count);
        }

        return items.Length == 0 ? Empty : new FieldValues(items);
    }

    /// <summary>Builds from a few pairs.</summary>
    public static FieldValues Of(params (string Name, string? Value)[] pairs) =>
        From(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));

    /// <summary>True when the field is named, with its value.</summary>
    public bool TryGet(string name, out string? value)
    {
        int low = 0, high = _items.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = string.CompareOrdinal(_items[middle].Key, name);
            if (order == 0)
            {
                value = _items[middle].Value;
                return true;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        value = null;
        return false;
    }

    /// <summary>True when the field is named.</summary>
    public bool Has(string name) => TryGet(name, out _);

    /// <summary>True when the field is named and has this value.</summary>
    public bool Is(string name, string? value) => TryGet(name, out var mine) && string.Equals(mine, value, StringComparison.Ordinal);

    /// <summary>These fields overlaid by others.</summary>
    public FieldValues With(FieldValues later)
    {
        if (later.IsEmpty)
        {
            return this;
        }

        return IsEmpty ? later : From(_items.Concat(later._items));
    }

    /// <summary>These fields overlaid by one.</summary>
    public FieldValues With(string name, string? value) => With(Of((name, value)));

    /// <summary>These fields without some.</summary>
    public FieldValues Without(IEnumerable<string> names)
    {
        var gone = names as IReadOnlySet<string> ?? names.ToHashSet(StringComparer.Ordinal);
        return gone.Count == 0 ? this : Where((name, _) => !gone.Contains(name));
    }

    /// <summary>These fields without one.</summary>
    public FieldValues Without(string name) => Has(name) ? Where((other, _) => !string.Equals(other, name, StringComparison.Ordinal)) : this;

    /// <summary>The fields that satisfy a condition.</summary>
    public FieldValues Where(Func<string, string?, bool> keep)
    {
        KeyValuePair<string, string?>[]? kept = null;
        var count = 0;
        for (var i = 0; i < _items.Length; i++)
        {
            if (!keep(_items[i].Key, _items[i].Value))
            {
                kept ??= _items[..];
            }
            else if (kept is null)
            {
                count++;
            }
            else
            {
                kept[count++] = _items[i];
            }
        }

        return kept is null ? this : count == 0 ? Empty : new FieldValues(kept[..count]);
    }

    /// <summary>The fields whose value differs from what <paramref name="other"/> says of them; fields it does not name count as empty.</summary>
    public FieldValues DifferingFrom(FieldValues other) =>
        Where((name, value) => !string.Equals(other[name], value, StringComparison.Ordinal));

    /// <inheritdoc/>
    public bool Equals(FieldValues? other)
    {
        if (other is null || other._items.Length != _items.Length)
        {
            return false;
        }

        for (var i = 0; i < _items.Length; i++)
        {
            if (!string.Equals(_items[i].Key, other._items[i].Key, StringComparison.Ordinal) || !string.Equals(_items[i].Value, other._items[i].Value, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldValues);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (name, value) in _items)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string?>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string?>>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => "{" + string.Join(", ", _items.Select(item => $"{item.Key}={item.Value ?? "null"}")) + "}";

    private static bool IsInOrder(KeyValuePair<string, string?>[] items)
    {
        for (var i = 1; i < items.Length; i++)
        {
            if (string.CompareOrdinal(items[i - 1].Key, items[i].Key) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    // Puts an item among the first so many, which are in order, and says how many they are then.
    private static int Insert(KeyValuePair<string, string?>[] items, int count, KeyValuePair<string, string?> item)
    {
        int low = 0, high = count;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            var order = string.CompareOrdinal(items[middle].Key, item.Key);
            if (order == 0)
            {
                items[middle] = item;
                return count;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle);
        }

        Array.Copy(items, low, items, low + 1, count - low);
        items[low] = item;
        return count + 1;
    }
}
