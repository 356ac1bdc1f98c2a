using System.Text;

namespace ActorSync.UnitTests.Architecture;

/// <summary>A rough reading of C#: enough to find functions and to keep comments and strings apart from code.</summary>
internal static class SourceText
{
    /// <summary>Replaces comments and the contents of strings and characters by spaces; lines stay where they are.</summary>
    public static string CodeOf(string text)
    {
        var code = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfLiteral(text, at);
            if (end == at)
            {
                code.Append(text[at++]);
                continue;
            }

            for (; at < end; at++)
            {
                code.Append(text[at] == '\n' ? '\n' : ' ');
            }
        }

        return code.ToString();
    }

    /// <summary>Where the comment, string or character that starts here ends; the same place when none does.</summary>
    private static int EndOfLiteral(string text, int at)
    {
        if (StartsWith(text, at, "//"))
        {
            return IndexOrEnd(text, "\n", at);
        }

        if (StartsWith(text, at, "/*"))
        {
            return After(text, "*/", at + 2);
        }

        if (StartsWith(text, at, "\"\"\""))
        {
            var quotes = text.AsSpan(at).IndexOfAnyExcept('"') is var run and > 0 ? run : 3;
            return After(text, new string('"', quotes), at + quotes);
        }

        if (text[at] == '"')
        {
            var verbatim = at > 0 && (text[at - 1] == '@' || StartsWith(text, at - 2, "@$"));
            return EndOfQuoted(text, at, verbatim);
        }

        return text[at] == '\'' ? EndOfQuoted(text, at, verbatim: false) : at;
    }

    private static int EndOfQuoted(string text, int at, bool verbatim)
    {
        var quote = text[at];
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && !verbatim)
            {
                i++;
            }
            else if (text[i] == quote && verbatim && i + 1 < text.Length && text[i + 1] == quote)
            {
                i++;
            }
            else if (text[i] == quote || (text[i] == '\n' && !verbatim))
            {
                return i + 1;
            }
        }

        return text.Length;
    }

    private static bool StartsWith(string text, int at, string what) =>
        at >= 0 && string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private static int IndexOrEnd(string text, string what, int from) =>
        text.IndexOf(what, from, StringComparison.Ordinal) is var index and >= 0 ? index : text.Length;

    private static int After(string text, string what, int from) =>
        Math.Min(text.Length, IndexOrEnd(text, what, from) + what.Length);
}
