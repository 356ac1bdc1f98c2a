using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>How SOQL compares values: text without regard to case (ids with), numbers by value, datetimes to the second.</summary>
internal static class FieldOrder
{
    public static bool Same(object? left, object? right) =>
        left is null || right is null ? left is null && right is null : Compare(left, right) == 0;

    public static int Compare(object left, object right) => (left, right) switch
    {
        (string l, string r) when IsId(l) && IsId(r) => string.CompareOrdinal(l, r),
        (string l, string r) => string.Compare(l, r, StringComparison.OrdinalIgnoreCase),
        (long l, decimal r) => ((decimal)l).CompareTo(r),
        (decimal l, long r) => l.CompareTo(r),
        (IComparable l, _) => l.CompareTo(right),
        _ => throw new System.Diagnostics.UnreachableException($"{left.GetType().Name} against {right.GetType().Name}"),
    };

    /// <summary>A value whose equality is <see cref="Same"/>'s, null included.</summary>
    public static object Key(object? value) => value switch
    {
        null => DBNull.Value,
        string text => IsId(text) ? text : text.ToUpperInvariant(),
        long whole => (decimal)whole,
        _ => value,
    };

    private static bool IsId(string text) => text.Length == 18 && SalesforceId.TryNormalize(text, out _);
}
