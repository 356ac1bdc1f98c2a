using System.Globalization;

namespace ActorSync.OrgSimulator.Http;

/// <summary>How values look on the wire.</summary>
internal static class WireValue
{
    /// <summary>SOAP and CSV: <c>2022-10-20T16:46:32.000Z</c>, in UTC.</summary>
    public static string SoapDateTime(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>REST: <c>2015-08-19T08:17:00.000+0000</c>, in UTC, offset without a colon.</summary>
    public static string RestDateTime(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);

    public static string Date(DateOnly value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Time(TimeOnly value) => value.ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// Doubles as Salesforce writes them, which is Java's way: always a decimal point, an exponent from ten million on (<c>9.0E7</c>, seen in exports of
    /// forcedotcom/dataloader issue 161) and below a thousandth. Eighteen-digit numbers lose their last digits, as there.
    /// </summary>
    public static string Double(decimal value)
    {
        var number = (double)value;
        if (number == 0)
        {
            return "0.0";
        }

        var size = Math.Abs(number);
        if (size is >= 1e-3 and < 1e7)
        {
            var plain = number.ToString("0.0################", CultureInfo.InvariantCulture);
            return plain;
        }

        var text = number.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return Scientific(number, exponent);
    }

    /// <summary>Shortest digits that read back as the same double, one of them before the point.</summary>
    private static string Scientific(double number, int exponent)
    {
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var mantissa = shortest.IndexOf('E', StringComparison.Ordinal) is var e and >= 0 ? shortest[..e] : shortest;
        var digits = mantissa.Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).Trim('0');
        var rest = digits.Length > 1 ? digits[1..] : "0";
        return string.Create(CultureInfo.InvariantCulture, $"{(number < 0 ? "-" : "")}{digits[0]}.{rest}E{exponent}");
    }

    /// <summary>
    /// Reads a date-time as clients send it: <c>2026-01-01T00:00:00Z</c>, with or without fractions, offset with or without a colon, or a bare date.
    /// Without an offset it is UTC.
    /// </summary>
    public static bool TryDateTime(string text, out DateTimeOffset value) =>
        DateTimeOffset.TryParse(WithColon(text.Trim()), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out value);

    private static string WithColon(string text) =>
        text.Length > 19 && text[^5] is '+' or '-' && !text.AsSpan(text.Length - 4).ContainsAnyExceptInRange('0', '9')
            ? text.Insert(text.Length - 2, ":")
            : text;
}
