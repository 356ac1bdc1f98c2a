using System.Globalization;
using System.Text;

namespace ActorSync.Domain.Mapping;

/// <summary>One value as both sides would store it (record-semantics: strings trimmed, empty is null, numbers at the field's scale, instants in UTC,
/// ids in their 18-character form). Total: what cannot be read as the kind is kept as trimmed text, so that it still compares, is sent, and is refused by name.</summary>
public static class CanonicalValue
{
    private const NumberStyles Numeric = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The canonical form of a value that PostgreSQL (ISO dates, UTC) or Salesforce (SOAP or REST) wrote as text.</summary>
    public static string? Of(FieldMapping field, string? text)
    {
        if (text is null)
        {
            return field.Kind == FieldKind.Boolean ? "false" : null;
        }

        var trimmed = TrimAscii(text);
        if (trimmed.Length == 0)
        {
            return field.Kind == FieldKind.Boolean ? "false" : null;
        }

        return field.Kind switch
        {
            FieldKind.Text => trimmed,
            FieldKind.Boolean => trimmed is "t" or "true" or "1" ? "true" : trimmed is "f" or "false" or "0" ? "false" : trimmed,
            FieldKind.Number => Number(trimmed, field.Scale),
            FieldKind.Date => trimmed.Length > 10 ? TrimAscii(trimmed[..10]) : trimmed,
            FieldKind.Instant => Instant(trimmed),
            FieldKind.TimeOfDay => TimeOfDay(trimmed),
            FieldKind.Id => Id18(trimmed),
            FieldKind.Parent => Guid.TryParse(trimmed, out var uuid) ? uuid.ToString() : trimmed,
            _ => trimmed,
        };
    }

    /// <summary>An instant as it is written canonically: whole seconds, UTC.</summary>
    public static string Instant(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.000'Z'", CultureInfo.InvariantCulture);

    /// <summary>The 18-character form of a 15-character id; anything else is returned as it is.
    /// Each of three groups of five characters gives one check character, bit i set if its character i is A to Z.</summary>
    public static string Id18(string id)
    {
        if (id.Length != 15)
        {
            return id;
        }

        var result = new StringBuilder(id, 18);
        for (var group = 0; group < 3; group++)
        {
            var bits = 0;
            for (var i = 0; i < 5; i++)
            {
                if (id[(group * 5) + i] is >= 'A' and <= 'Z')
                {
                    bits |= 1 << i;
                }
            }

            result.Append("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]);
        }

        return result.ToString();
    }

    // Salesforce trims spaces and control characters at both ends; a no-break space (U+00A0) survives.
    private static string TrimAscii(string text)
    {
        int start = 0, end = text.Length;
        while (start < end && text[start] <= ' ')
        {
            start++;
        }

        while (end > start && text[end - 1] <= ' ')
        {
            end--;
        }

        return start == 0 && end == text.Length ? text : text[start..end];
    }

    private static string Number(string text, int scale)
    {
        if (!decimal.TryParse(text, Numeric, CultureInfo.InvariantCulture, out var number))
        {
            return text;
        }

        var rounded = decimal.Round(number, Math.Min(scale, 28), MidpointRounding.AwayFromZero);
        return rounded == 0 ? "0" : rounded.ToString("0.############################", CultureInfo.InvariantCulture);
    }

    private static string Instant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? Instant(at)
            : text;

    private static string TimeOfDay(string text) =>
        TimeOnly.TryParse(text.TrimEnd('Z'), CultureInfo.InvariantCulture, out var time)
            ? time.ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : text;
}
