using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorSync.OrgSimulator.Org.Formulas;

/// <summary>
/// AND, OR, NOT, IF, ISBLANK, ISNULL, BLANKVALUE, ISPICKVAL, TEXT, VALUE, LEN, UPPER, LOWER, TRIM, LEFT, RIGHT, MID, CONTAINS, BEGINS, SUBSTITUTE, REGEX, ABS, ROUND, MIN, MAX,
/// MOD, YEAR, MONTH, DAY, INCLUDES, ISNEW, ISCHANGED, PRIORVALUE.
/// </summary>
internal static class FormulaFunctions
{
    private static readonly TimeSpan RegexTime = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, (int ArgumentsMin, int ArgumentsMax, Func<object?[], object?> Apply)> Plain = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AND"] = (1, 99, a => a.All(v => v is true)),
        ["OR"] = (1, 99, a => a.Any(v => v is true)),
        ["NOT"] = (1, 1, a => a[0] is not true),
        ["IF"] = (3, 3, a => a[0] is true ? a[1] : a[2]),
        ["ISBLANK"] = (1, 1, a => FormulaValues.IsBlank(a[0])),
        ["ISNULL"] = (1, 1, a => a[0] is null),
        ["BLANKVALUE"] = (2, 2, a => FormulaValues.IsBlank(a[0]) ? a[1] : a[0]),
        ["ISPICKVAL"] = (2, 2, a => FormulaValues.Text(a[0]) == FormulaValues.Text(a[1])),
        ["INCLUDES"] = (2, 2, a => FormulaValues.Text(a[0]).Split(';').Contains(FormulaValues.Text(a[1]))),
        ["TEXT"] = (1, 1, a => FormulaValues.Text(a[0])),
        ["VALUE"] = (1, 1, a => decimal.TryParse(FormulaValues.Text(a[0]), NumberStyles.Number, CultureInfo.InvariantCulture, out decimal d) ? d : null),
        ["LEN"] = (1, 1, a => (decimal)FormulaValues.Text(a[0]).Length),
        ["UPPER"] = (1, 1, a => FormulaValues.Text(a[0]).ToUpperInvariant()),
        ["LOWER"] = (1, 1, a => FormulaValues.Text(a[0]).ToLowerInvariant()),
        ["TRIM"] = (1, 1, a => FormulaValues.Text(a[0]).Trim()),
        ["LEFT"] = (2, 2, a => FormulaValues.Text(a[0])[..Within(a, 1)]),
        ["RIGHT"] = (2, 2, a => FormulaValues.Text(a[0])[^Within(a, 1)..]),
        ["MID"] = (3, 3, a => Middle(FormulaValues.Text(a[0]), Whole(a[1]), Whole(a[2]))),
        ["CONTAINS"] = (2, 2, a => FormulaValues.Text(a[0]).Contains(FormulaValues.Text(a[1]), StringComparison.Ordinal)),
        ["BEGINS"] = (2, 2, a => FormulaValues.Text(a[0]).StartsWith(FormulaValues.Text(a[1]), StringComparison.Ordinal)),
        ["SUBSTITUTE"] = (3, 3, a => FormulaValues.IsBlank(a[1]) ? a[0] : FormulaValues.Text(a[0]).Replace(FormulaValues.Text(a[1]), FormulaValues.Text(a[2]), StringComparison.Ordinal)),
        ["REGEX"] = (2, 2, a => Regex.IsMatch(FormulaValues.Text(a[0]), $"^(?:{FormulaValues.Text(a[1])})$", RegexOptions.None, RegexTime)),
        ["ABS"] = (1, 1, a => a[0] is decimal d ? Math.Abs(d) : null),
        ["ROUND"] = (2, 2, a => a[0] is decimal d ? decimal.Round(d, Math.Clamp(Whole(a[1]), 0, 28), MidpointRounding.AwayFromZero) : null),
        ["MIN"] = (1, 99, a => a.OfType<decimal>().Cast<decimal?>().Min()),
        ["MAX"] = (1, 99, a => a.OfType<decimal>().Cast<decimal?>().Max()),
        ["MOD"] = (2, 2, a => a[0] is decimal n && a[1] is decimal d && d != 0 ? n - (d * Math.Floor(n / d)) : null),
        ["YEAR"] = (1, 1, a => a[0] is DateOnly d ? (decimal)d.Year : null),
        ["MONTH"] = (1, 1, a => a[0] is DateOnly d ? (decimal)d.Month : null),
        ["DAY"] = (1, 1, a => a[0] is DateOnly d ? (decimal)d.Day : null),
    };

    private static readonly string[] OfRecord = ["ISNEW", "ISCHANGED", "PRIORVALUE"];

    public static bool IsKnown(string name) => Plain.ContainsKey(name) || OfRecord.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The call, or null where there is no such function or it takes other arguments.</summary>
    /// <param name="field">Name of the first argument, if it is a field: ISCHANGED and PRIORVALUE look at that.</param>
    public static Func<RecordView, object?>? Find(string name, IReadOnlyList<Func<RecordView, object?>> arguments, string? field)
    {
        switch (name.ToUpperInvariant())
        {
            case "ISNEW" when arguments.Count == 0:
                return v => v.IsNew;
            case "ISCHANGED" when arguments.Count == 1 && field is not null:
                return v => !v.IsNew && !Equals(v[field], v.Prior(field));
            case "PRIORVALUE" when arguments.Count == 1 && field is not null:
                return v => FormulaValues.Widened(v.Prior(field));
        }

        if (!Plain.TryGetValue(name, out var function) || arguments.Count < function.ArgumentsMin || arguments.Count > function.ArgumentsMax)
        {
            return null;
        }

        Func<RecordView, object?>[] read = [.. arguments];
        return v => function.Apply(Array.ConvertAll(read, a => a(v)));
    }

    private static int Whole(object? value) => value is decimal d ? (int)Math.Clamp(d, int.MinValue, int.MaxValue) : 0;

    /// <summary>A number of characters, brought into the text's length.</summary>
    private static int Within(object?[] arguments, int index) => Math.Clamp(Whole(arguments[index]), 0, FormulaValues.Text(arguments[0]).Length);

    private static string Middle(string text, int start, int count)
    {
        int from = Math.Clamp(start - 1, 0, text.Length);
        return text.Substring(from, Math.Clamp(count, 0, text.Length - from));
    }
}
