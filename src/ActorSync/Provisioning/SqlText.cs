using System.Text;

namespace ActorSync.Provisioning;

/// <summary>Names and literals as PostgreSQL reads them back. Every name in a statement of this folder goes through <see cref="Name"/>.</summary>
internal static class SqlText
{
    /// <summary>Longest name, in bytes (NAMEDATALEN - 1); PostgreSQL cuts longer ones with no more than a notice.</summary>
    public const int NameBytesMax = 63;

    /// <summary>A quoted identifier.</summary>
    public static string Name(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    /// <summary>A quoted identifier with its schema.</summary>
    public static string Name(string schema, string name) => Name(schema) + "." + Name(name);

    /// <summary>A string literal, read alike whatever standard_conforming_strings is.</summary>
    public static string Literal(string text) => text.Contains('\\', StringComparison.Ordinal)
        ? "E'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'"
        : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>The text form of a text[].</summary>
    public static string ArrayText(IEnumerable<string> elements) =>
        "{" + string.Join(',', elements.Select(element =>
            '"' + element.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"')) + "}";

    /// <summary>A name of the form prefix_table_suffix within <see cref="NameBytesMax"/>: of a table too long for it the end is replaced by a checksum, so that two tables that begin alike differ.</summary>
    public static string Fitting(string prefix, string table, string suffix)
    {
        var full = $"{prefix}_{table}_{suffix}";
        if (Bytes(full) <= NameBytesMax)
        {
            return full;
        }

        var mark = Checksum(full).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
        var end = suffix;
        while (Bytes($"{prefix}__{mark}_{end}") > NameBytesMax)
        {
            end = WithoutLast(end);
        }

        var start = table;
        while (Bytes($"{prefix}_{start}_{mark}_{end}") > NameBytesMax)
        {
            start = WithoutLast(start);
        }

        return $"{prefix}_{start}_{mark}_{end}";
    }

    /// <summary>Length of a name as PostgreSQL counts it.</summary>
    public static int Bytes(string name) => Encoding.UTF8.GetByteCount(name);

    private static string WithoutLast(string text) =>
        text[..^(text.Length > 1 && char.IsLowSurrogate(text[^1]) ? 2 : 1)];

    // FNV-1a, 32 bits: the same on every machine and in every version.
    private static uint Checksum(string text) =>
        Encoding.UTF8.GetBytes(text).Aggregate(2166136261u, (hash, octet) => (hash ^ octet) * 16777619u);
}
