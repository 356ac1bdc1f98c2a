using System.Globalization;

namespace ActorSync.Demo;

/// <summary>Whether a value of the org and the text of a column mean the same. Written for the judge alone: it shares nothing with the engine's own notion of it.</summary>
internal static class PlainValue
{
    /// <summary>Compares after what Salesforce does to values: trim, empty is null, whole seconds, no trailing zeros.</summary>
    /// <param name="salesforce">As <c>OrgModel.Query</c> gives it: null, string, bool, decimal, long, DateTimeOffset, DateOnly or TimeOnly.</param>
    /// <param name="postgres">The column cast to text, ISO dates, UTC.</param>
    public static bool AreEqual(object? salesforce, string? postgres)
    {
        var text = postgres?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return salesforce is null or false || (salesforce is string blank && blank.Trim().Length == 0);
        }

        return salesforce switch
        {
            null => text == "false",
            bool flag => text == (flag ? "true" : "false"),
            decimal number => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var other) && number == other,
            long number => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var other) && number == other,
            int number => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var other) && number == other,
            DateTimeOffset at => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var other)
                && at.ToUnixTimeSeconds() == other.ToUnixTimeSeconds(),
            DateOnly day => DateOnly.TryParse(text, CultureInfo.InvariantCulture, out var other) && day == other,
            TimeOnly time => TimeOnly.TryParse(text.TrimEnd('Z'), CultureInfo.InvariantCulture, out var other) && time == other,
            string said => string.Equals(said.Trim(), text, StringComparison.Ordinal),
            _ => string.Equals(Convert.ToString(salesforce, CultureInfo.InvariantCulture), text, StringComparison.Ordinal),
        };
    }
}
