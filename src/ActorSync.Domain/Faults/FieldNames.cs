using System.Collections;

namespace ActorSync.Domain.Faults;

/// <summary>An immutable list of field API names that compares by its content, so that faults holding one compare by value.</summary>
public sealed class FieldNames : IReadOnlyList<string>, IEquatable<FieldNames>
{
    private readonly string[] names;

    /// <summary>Copies the names in their order.</summary>
    public FieldNames(params IEnumerable<string> names) => this.names = [.. names];

    /// <summary>No field is named.</summary>
    public static FieldNames None { get; } = new([]);

    /// <inheritdoc/>
    public int Count => names.Length;

    /// <inheritdoc/>
    public string this[int index] => names[index];

    /// <inheritdoc/>
    public bool Equals(FieldNames? other) => other is not null && names.AsSpan().SequenceEqual(other.names);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldNames);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (string name in names)
        {
            hash.Add(name, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => names.GetEnumerator();

    /// <summary>The names, separated by commas.</summary>
    public override string ToString() => string.Join(", ", names);
}
