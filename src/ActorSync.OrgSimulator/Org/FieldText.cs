using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorSync.OrgSimulator.Org;

/// <summary>Turns the text of a request into the value Salesforce would store, and back.</summary>
internal static partial class FieldText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Characters that Salesforce takes off both ends: those up to the space. A no-break space stays.</summary>
    private static readonly char[] TrimmedCharacters = [.. Enumerable.Range(0, 33).Select(i => (char)i)];

    /// <summary>Years a date may have.</summary>
    private const int YearMin = 1700;
    private const int YearMax = 4000;

    /// <summary>The stored value of a text of the field's type: trimmed, empty is null, numbers rounded half away from zero to the scale, datetimes UTC to the second.</summary>
    /// <returns>An error instead of a value where the text is none of the type.</returns>
    public static (object? Value, RecordError? Error) Parse(FieldDefinition field, string? text, bool truncate)
    {
        string? trimmed = text?.Trim(TrimmedCharacters);
        if (string.IsNullOrEmpty(trimmed))
        {
            return (field.Type == FieldType.Boolean ? false : null, null);
        }

        return field.Type switch
        {
            FieldType.Boolean => Boolean(field, trimmed),
            FieldType.WholeNumber => WholeNumber(field, trimmed),
            FieldType.Number or FieldType.Currency or FieldType.Percent => Number(field, trimmed),
            FieldType.Date => Date(field, trimmed),
            FieldType.DateTime => DateTime(field, trimmed),
            FieldType.Time => Time(field, trimmed),
            FieldType.Id or FieldType.Reference => SalesforceId.TryNormalize(trimmed, out string? id)
                ? (id, null)
                : (null, Error("MALFORMED_ID", field, $"{field.Label}: id value of incorrect type: {trimmed}")),
            _ => Text(field, trimmed, truncate),
        };
    }

    /// <summary>Canonical text of a stored value, as the arrival log tells it; null for null.</summary>
    public static string? Format(object? value) => value switch
    {
        null => null,
        bool b => b ? "true" : "false",
        decimal d => d.ToString("0.############################", Culture),
        DateTimeOffset t => t.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", Culture),
        DateOnly d => d.ToString("yyyy-MM-dd", Culture),
        TimeOnly t => t.ToString("HH:mm:ss.fff'Z'", Culture),
        _ => Convert.ToString(value, Culture),
    };

    /// <summary>A datetime with offset or Z; milliseconds are optional and dropped.</summary>
    public static bool TryDateTime(string text, out DateTimeOffset value)
    {
        value = default;
        if (!DateTimeShape().IsMatch(text)
            || !DateTimeOffset.TryParse(text, Culture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset parsed))
        {
            return false;
        }

        value = Second(parsed);
        return true;
    }

    public static bool TryDate(string text, out DateOnly value) => DateOnly.TryParseExact(text, "yyyy-MM-dd", Culture, DateTimeStyles.None, out value);

    public static DateTimeOffset Second(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static (object?, RecordError?) Boolean(FieldDefinition field, string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" => (true, null),
        "false" or "0" => (false, null),
        _ => WrongType(field, text),
    };

    private static (object?, RecordError?) WholeNumber(FieldDefinition field, string text)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, Culture, out long number))
        {
            return text.TrimStart('-', '+').All(char.IsAsciiDigit) ? OutOfRange(field, text) : WrongType(field, text);
        }

        return Math.Abs((decimal)number) < Power10(field.Digits == 0 ? 9 : field.Digits) ? (number, null) : OutOfRange(field, text);
    }

    private static (object?, RecordError?) Number(FieldDefinition field, string text)
    {
        if (!decimal.TryParse(text, NumberStyles.Float, Culture, out decimal number))
        {
            bool huge = double.TryParse(text, NumberStyles.Float, Culture, out double d) && !double.IsNaN(d) && char.IsAsciiDigit(text[^1]);
            return huge ? OutOfRange(field, text) : WrongType(field, text);
        }

        decimal rounded = decimal.Round(number, field.Scale, MidpointRounding.AwayFromZero);
        return Math.Abs(rounded) < Power10(field.Precision - field.Scale) ? (Normalized(rounded), null) : OutOfRange(field, text);
    }

    private static (object?, RecordError?) Date(FieldDefinition field, string text)
    {
        string day = DateZone().Replace(text, "");
        if (!TryDate(day, out DateOnly date))
        {
            return WrongType(field, text);
        }

        return date.Year is >= YearMin and <= YearMax ? (date, null) : InvalidDate(field, text);
    }

    private static (object?, RecordError?) DateTime(FieldDefinition field, string text)
    {
        if (!TryDateTime(text, out DateTimeOffset time))
        {
            return WrongType(field, text);
        }

        return time.Year is >= YearMin and <= YearMax ? (time, null) : InvalidDate(field, text);
    }

    private static (object?, RecordError?) Time(FieldDefinition field, string text) =>
        TimeOnly.TryParseExact(text.TrimEnd('Z'), ["HH:mm:ss.FFFFFFF", "HH:mm:ss", "HH:mm"], Culture, DateTimeStyles.None, out TimeOnly time)
            ? (new TimeOnly(time.Ticks - (time.Ticks % TimeSpan.TicksPerMillisecond)), null)
            : WrongType(field, text);

    private static (object?, RecordError?) Text(FieldDefinition field, string text, bool truncate)
    {
        if (field.Length > 0 && text.Length > field.Length)
        {
            if (!truncate)
            {
                return (null, Error("STRING_TOO_LONG", field, $"{field.Label}: data value too large: {text} (max length={field.Length})"));
            }

            text = text[..field.Length].TrimEnd(TrimmedCharacters);
        }

        return field.Type switch
        {
            FieldType.Email when !EmailShape().IsMatch(text) => (null, Error("INVALID_EMAIL_ADDRESS", field, $"{field.Label}: invalid email address: {text}")),
            FieldType.Picklist => Picklist(field, text),
            FieldType.Multipicklist => Multipicklist(field, text),
            _ => (text, null),
        };
    }

    private static (object?, RecordError?) Picklist(FieldDefinition field, string text)
    {
        PicklistValue? known = field.PicklistValues.FirstOrDefault(v => v.Active && v.Value.Equals(text, StringComparison.OrdinalIgnoreCase));
        return known is null && field.RestrictedPicklist ? BadPicklistValue(field, text) : (known?.Value ?? text, null);
    }

    /// <summary>Several values, separated by semicolons, stored once each in the order of the field's definition.</summary>
    private static (object?, RecordError?) Multipicklist(FieldDefinition field, string text)
    {
        var chosen = new List<string>();
        foreach (string part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            (object? value, RecordError? error) = Picklist(field, part);
            if (error is not null)
            {
                return (null, error);
            }

            if (!chosen.Contains((string)value!))
            {
                chosen.Add((string)value!);
            }
        }

        List<string> order = [.. field.PicklistValues.Select(v => v.Value)];
        string joined = string.Join(';', chosen.OrderBy(v => order.IndexOf(v) is >= 0 and int i ? i : int.MaxValue));
        return (joined.Length == 0 ? null : joined, null);
    }

    /// <summary>Without trailing zeros, so that equal numbers are equal texts.</summary>
    private static decimal Normalized(decimal number) => number / 1.0000000000000000000000000000m;

    private static decimal Power10(int exponent)
    {
        decimal power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    private static RecordError Error(string code, FieldDefinition field, string message) => new(code, message, [field.Name]);

    private static (object?, RecordError?) WrongType(FieldDefinition field, string text) =>
        (null, Error("INVALID_TYPE_ON_FIELD_IN_RECORD", field, $"{field.Label}: value not of required type: {text}"));

    private static (object?, RecordError?) OutOfRange(FieldDefinition field, string text) =>
        (null, Error("NUMBER_OUTSIDE_VALID_RANGE", field, $"{field.Label}: value outside of valid range on numeric field: {text}"));

    private static (object?, RecordError?) InvalidDate(FieldDefinition field, string text) =>
        (null, Error("NUMBER_OUTSIDE_VALID_RANGE", field, $"{field.Label}: invalid date: {text}"));

    private static (object?, RecordError?) BadPicklistValue(FieldDefinition field, string text) =>
        (null, Error("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", field, $"{field.Label}: bad value for restricted picklist field: {text}"));

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$")]
    private static partial Regex DateTimeShape();

    [GeneratedRegex(@"(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex DateZone();

    [GeneratedRegex(@"^[^\s@,;<>()""]+@[^\s@,;<>()""]+\.[A-Za-z0-9-]{2,}$")]
    private static partial Regex EmailShape();
}
