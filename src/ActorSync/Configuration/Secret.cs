namespace ActorSync.Configuration;

/// <summary>A text that must not reach a log, a report or an error message: everything but <see cref="Reveal"/> shows <c>***</c>.</summary>
internal sealed class Secret(string value) : IEquatable<Secret>
{
    public const string Mask = "***";

    private readonly string _value = value;

    /// <summary>The text itself, for the one place that sends it.</summary>
    public string Reveal() => _value;

    public override string ToString() => Mask;

    public bool Equals(Secret? other) => other is not null && other._value == _value;

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);
}
