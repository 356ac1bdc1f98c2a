using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorSync.OrgSimulator.Soql;

internal enum TokenKind
{
    /// <summary>A name or keyword, dots included: Account.Owner.Name.</summary>
    Word,
    Text,
    Number,
    Date,
    DateTime,
    Symbol,
    End,
}

/// <param name="Text">The token as it means: the characters of a string without quotes and escapes.</param>
/// <param name="Raw">The token as written; of a string what stands between its quotes, escapes and all.</param>
/// <param name="Position">Zero-based offset in the query.</param>
internal readonly record struct Token(TokenKind Kind, string Text, string Raw, int Position)
{
    public bool Is(string word) => Kind is TokenKind.Word or TokenKind.Symbol && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Splits a query into tokens.</summary>
internal static partial class SoqlLexer
{
    private static readonly string[] TwoCharacterSymbols = ["!=", "<>", "<=", ">="];
    private static readonly (Regex, TokenKind)[] Numbers = [(DateTimeShape(), TokenKind.DateTime), (DateShape(), TokenKind.Date), (NumberShape(), TokenKind.Number)];

    public static List<Token> Read(string soql)
    {
        var tokens = new List<Token>();
        int at = 0;
        while (true)
        {
            while (at < soql.Length && char.IsWhiteSpace(soql[at]))
            {
                at++;
            }

            if (at == soql.Length)
            {
                tokens.Add(new Token(TokenKind.End, "<EOF>", "<EOF>", at));
                return tokens;
            }

            Token token = Next(soql, at, out at);
            tokens.Add(token);
        }
    }

    private static Token Next(string soql, int at, out int end)
    {
        char c = soql[at];
        if (c == '\'')
        {
            return String(soql, at, out end);
        }

        if (IsWordStart(c))
        {
            return Word(soql, at, out end);
        }

        foreach ((Regex shape, TokenKind kind) in Numbers)
        {
            Match match = shape.Match(soql, at);
            if (match.Success && match.Index == at)
            {
                end = at + match.Length;
                return new Token(kind, match.Value, match.Value, at);
            }
        }

        string symbol = at + 1 < soql.Length && TwoCharacterSymbols.Contains(soql.Substring(at, 2)) ? soql.Substring(at, 2) : c.ToString();
        if (symbol.Length == 1 && !"(),=<>:".Contains(c))
        {
            throw SoqlError.Malformed(soql, at, $"unexpected token: '{c}'");
        }

        end = at + symbol.Length;
        return new Token(TokenKind.Symbol, symbol, symbol, at);
    }

    // Names joined by dots.
    private static Token Word(string soql, int start, out int end)
    {
        end = start + 1;
        while (end < soql.Length && (IsWordStart(soql[end]) || char.IsAsciiDigit(soql[end]) || (soql[end] == '.' && end + 1 < soql.Length && IsWordStart(soql[end + 1]))))
        {
            end++;
        }

        string word = soql[start..end];
        return new Token(TokenKind.Word, word, word, start);
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static Token String(string soql, int start, out int end)
    {
        var text = new StringBuilder();
        for (int at = start + 1; at < soql.Length; at++)
        {
            if (soql[at] == '\'')
            {
                end = at + 1;
                return new Token(TokenKind.Text, text.ToString(), soql[(start + 1)..at], start);
            }

            if (soql[at] != '\\')
            {
                text.Append(soql[at]);
                continue;
            }

            at++;
            text.Append(Escaped(soql, ref at));
        }

        throw SoqlError.Malformed(soql, start, "mismatched character '<EOF>' expecting '''");
    }

    /// <summary>The character an escape sequence stands for; <paramref name="at"/> moves to its last character.</summary>
    internal static char Escaped(string soql, ref int at)
    {
        char c = at < soql.Length ? soql[at] : '\0';
        switch (char.ToLowerInvariant(c))
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u' when at + 4 < soql.Length && ushort.TryParse(soql.AsSpan(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ushort code):
                at += 4;
                return (char)code;
            case '\'' or '"' or '\\' or '_' or '%':
                return c;
            default:
                throw SoqlError.Malformed(soql, Math.Min(at, soql.Length), $"Invalid string literal. Illegal character sequence '\\{c}' in string literal");
        }
    }

    [GeneratedRegex(@"\G\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", RegexOptions.IgnoreCase)]
    private static partial Regex DateTimeShape();

    [GeneratedRegex(@"\G\d{4}-\d\d-\d\d")]
    private static partial Regex DateShape();

    [GeneratedRegex(@"\G[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", RegexOptions.IgnoreCase)]
    private static partial Regex NumberShape();
}
