namespace ActorSync.OrgSimulator.Org.Formulas;

/// <summary>Arithmetic and comparison of formula values. What does not fit together is null, as a formula field shows #Error!.</summary>
internal static class FormulaValues
{
    /// <summary>Formulas know one kind of number.</summary>
    public static object? Widened(object? value) => value is long whole ? (decimal)whole : value;

    /// <summary>Blank is null and the empty text.</summary>
    public static bool IsBlank(object? value) => value is null or "";

    public static string Text(object? value) => FieldText.Format(value) ?? "";

    public static object? Combine(string symbol, object? left, object? right) => (symbol, left, right) switch
    {
        ("&", _, _) => Text(left) + Text(right),
        ("+", string l, _) => l + Text(right),
        ("+", _, string r) => Text(left) + r,
        ("/", decimal l, decimal r) => r == 0 ? null : l / r,
        ("+", decimal l, decimal r) => l + r,
        ("-", decimal l, decimal r) => l - r,
        ("*", decimal l, decimal r) => l * r,
        ("+", DateOnly l, decimal r) => l.AddDays((int)r),
        ("-", DateOnly l, decimal r) => l.AddDays(-(int)r),
        ("-", DateOnly l, DateOnly r) => (decimal)(l.DayNumber - r.DayNumber),
        ("+", DateTimeOffset l, decimal r) => l.AddDays((double)r),
        ("-", DateTimeOffset l, decimal r) => l.AddDays(-(double)r),
        ("-", DateTimeOffset l, DateTimeOffset r) => (decimal)(l - r).TotalDays,
        _ => null,
    };

    public static object? Compare(string symbol, object? left, object? right)
    {
        (left, right) = (IsBlank(left) ? null : left, IsBlank(right) ? null : right);
        if (symbol is "=" or "==")
        {
            return Equals(left, right);
        }

        if (symbol is "<>" or "!=")
        {
            return !Equals(left, right);
        }

        if (left is not IComparable comparable || right is null || left.GetType() != right.GetType())
        {
            return false;
        }

        int order = left is string text ? string.CompareOrdinal(text, (string)right) : comparable.CompareTo(right);
        return symbol switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }
}
