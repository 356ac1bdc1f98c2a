using System.Buffers;
using System.Globalization;

namespace ActorSync.Configuration.Hocon;

/// <summary>Durations and sizes: a decimal number and a unit. Unlike HOCON.md a number without a unit is refused: whoever writes <c>ttl = 6</c> means seconds, not milliseconds.</summary>
internal static class HoconQuantity
{
    public const string DurationForm = "a number and one of ms, s, m, h, d, such as 250ms or 5 minutes";
    public const string BytesForm = "a number and one of B, kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024), such as 64MiB";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads <c>200ms</c>, <c>1.5 s</c>, <c>5 minutes</c>, <c>0</c>. Units as in HOCON.md, "Duration format".</summary>
    public static TimeSpan? ReadDuration(string text)
    {
        var (number, unit) = Split(text);
        decimal? ticks = unit switch
        {
            "" when number == 0 => 0,
            "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
            "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
            "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
            "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
            "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
            "d" or "day" or "days" => TimeSpan.TicksPerDay,
            _ => null,
        };
        return Whole(number, ticks) is { } whole ? TimeSpan.FromTicks(whole) : null;
    }

    /// <summary>Reads <c>512B</c>, <c>10 kB</c>, <c>64MiB</c>, <c>2 megabytes</c>. Units as in HOCON.md, "Size in bytes format".</summary>
    public static long? ReadBytes(string text)
    {
        const decimal Kilo = 1000;
        const decimal Kibi = 1024;
        var (number, unit) = Split(text);
        decimal? bytes = unit switch
        {
            "" when number == 0 => 0,
            "B" or "b" or "byte" or "bytes" => 1,
            "kB" or "kilobyte" or "kilobytes" => Kilo,
            "K" or "k" or "Ki" or "KiB" or "kibibyte" or "kibibytes" => Kibi,
            "MB" or "megabyte" or "megabytes" => Kilo * Kilo,
            "M" or "m" or "Mi" or "MiB" or "mebibyte" or "mebibytes" => Kibi * Kibi,
            "GB" or "gigabyte" or "gigabytes" => Kilo * Kilo * Kilo,
            "G" or "g" or "Gi" or "GiB" or "gibibyte" or "gibibytes" => Kibi * Kibi * Kibi,
            _ => null,
        };
        return Whole(number, bytes);
    }

    /// <summary>A duration as it would be written, in the largest unit that leaves no fraction.</summary>
    public static string Show(TimeSpan duration)
    {
        (long Ticks, string Unit)[] units =
        [
            (TimeSpan.TicksPerDay, "d"), (TimeSpan.TicksPerHour, "h"), (TimeSpan.TicksPerMinute, "m"), (TimeSpan.TicksPerSecond, "s"),
            (TimeSpan.TicksPerMillisecond, "ms"),
        ];
        var (ticks, unit) = Array.Find(units, u => duration.Ticks != 0 && duration.Ticks % u.Ticks == 0);
        return unit is null
            ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMicroseconds:0.#}us")
            : string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{unit}");
    }

    /// <summary>A size as it would be written.</summary>
    public static string ShowBytes(long bytes)
    {
        (long Bytes, string Unit)[] units = [(1L << 30, "GiB"), (1L << 20, "MiB"), (1L << 10, "KiB"), (1, "B")];
        var (size, unit) = Array.Find(units, u => bytes % u.Bytes == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / size}{unit}");
    }

    private static (decimal? Number, string Unit) Split(string text)
    {
        var trimmed = text.Trim();
        var digits = trimmed.AsSpan().IndexOfAnyExcept(NumberCharacters);
        var number = digits < 0 ? trimmed : trimmed[..digits];
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? (value, trimmed[number.Length..].Trim())
            : (null, "");
    }

    private static long? Whole(decimal? number, decimal? unit)
    {
        // The quotient is compared, not the product: a product of two large decimals overflows.
        if (number is not { } n || unit is not { } u || (u > 0 && n > long.MaxValue / u))
        {
            return null;
        }

        var product = n * u;
        return product == decimal.Truncate(product) ? (long)product : null;
    }
}
