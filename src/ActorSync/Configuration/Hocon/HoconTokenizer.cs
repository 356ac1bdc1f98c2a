using System.Globalization;
using System.Text;
using static ActorSync.Configuration.Hocon.HoconTokenKind;

namespace ActorSync.Configuration.Hocon;

/// <summary>
/// Splits HOCON text into tokens (https://github.com/lightbend/config/blob/main/HOCON.md). Never fails: what cannot be a token becomes
/// <see cref="Bad"/>, which the parser reports together with the key it stands under.
/// </summary>
internal sealed class HoconTokenizer
{
    // HOCON.md, "Unquoted strings": these cannot stand in unquoted text; '(' and ')' can.
    private const string Reserved = "$\"{}[]:=,+#`^?!@*&\\";

    private readonly string _text;
    private readonly List<HoconToken> _tokens = [];
    private int _at;
    private int _line = 1;

    private HoconTokenizer(string text) => _text = text;

    /// <summary>The tokens of a text, the last of them <see cref="End"/>; comments are dropped.</summary>
    public static IReadOnlyList<HoconToken> Tokenize(string text)
    {
        var tokenizer = new HoconTokenizer(text);
        while (tokenizer._at < text.Length)
        {
            tokenizer.Next();
        }

        tokenizer.Add(End, "");
        return tokenizer._tokens;
    }

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private bool IsAt(string expected) => string.CompareOrdinal(_text, _at, expected, 0, expected.Length) == 0;

    private void Add(HoconTokenKind kind, string text) => _tokens.Add(new(kind, text, _line));

    private void Next()
    {
        var c = Peek();
        if (c == '\n')
        {
            Take(Newline, 1);
            _line++;
        }
        else if (IsSpace(c))
        {
            TakeWhile(Space, IsSpace);
        }
        else if (c == '#' || IsAt("//"))
        {
            SkipComment();
        }
        else if (IsAt("\"\"\""))
        {
            TakeTripleQuoted();
        }
        else if (c == '"')
        {
            TakeQuoted();
        }
        else if (IsAt("${"))
        {
            TakeSubstitution();
        }
        else
        {
            TakeMarkOrText(c);
        }
    }

    private void TakeMarkOrText(char c)
    {
        switch (c)
        {
            case '{': Take(OpenBrace, 1); break;
            case '}': Take(CloseBrace, 1); break;
            case '[': Take(OpenBracket, 1); break;
            case ']': Take(CloseBracket, 1); break;
            case ',': Take(Comma, 1); break;
            case '=': Take(HoconTokenKind.Equals, 1); break;
            case ':': Take(Colon, 1); break;
            case '+' when Peek(1) == '=': Take(PlusEquals, 2); break;
            case var _ when Reserved.Contains(c, StringComparison.Ordinal):
                _at++;
                AddBad(_line, $"the character '{c}' cannot stand outside quotes", "write the text in quotes: \"...\"");
                break;
            default: TakeText(); break;
        }
    }

    private void Take(HoconTokenKind kind, int length)
    {
        Add(kind, _text.Substring(_at, length));
        _at += length;
    }

    private void TakeWhile(HoconTokenKind kind, Func<char, bool> belongs)
    {
        var end = _at;
        while (end < _text.Length && belongs(_text[end]))
        {
            end++;
        }

        Take(kind, end - _at);
    }

    private void TakeText()
    {
        var end = _at;
        while (end < _text.Length && IsUnquoted(end))
        {
            end++;
        }

        Take(HoconTokenKind.Text, end - _at);
    }

    private bool IsUnquoted(int index)
    {
        var c = _text[index];
        var startsComment = c == '/' && index + 1 < _text.Length && _text[index + 1] == '/';
        return c != '\n' && !startsComment && !IsSpace(c) && !Reserved.Contains(c, StringComparison.Ordinal);
    }

    private void SkipComment()
    {
        var end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end;
    }

    private void TakeQuoted()
    {
        var text = new StringBuilder();
        for (_at++; _at < _text.Length && Peek() != '\n'; _at++)
        {
            var c = Peek();
            if (c == '"')
            {
                _at++;
                Add(Quoted, text.ToString());
                return;
            }

            if (c != '\\')
            {
                text.Append(c);
            }
            else if (!TryTakeEscape(text))
            {
                SkipToQuotedEnd();
                AddBad(_line, "the quoted text has an escape that does not exist", "write \\\\ for a backslash, or one of \\\" \\/ \\b \\f \\n \\r \\t \\uXXXX");
                return;
            }
        }

        AddBad(_line, "the quoted text is not closed on its line", "write the closing '\"', or \"\"\" at both ends of a text of several lines");
    }

    /// <summary>At a backslash: appends what the escape means and stays on its last character.</summary>
    private bool TryTakeEscape(StringBuilder text)
    {
        var escaped = Peek(1);
        if (escaped == 'u')
        {
            return TryTakeUnicode(text);
        }

        const string From = "\"\\/bfnrt";
        const string To = "\"\\/\b\f\n\r\t";
        var index = escaped == '\0' ? -1 : From.IndexOf(escaped, StringComparison.Ordinal);
        if (index < 0)
        {
            return false;
        }

        text.Append(To[index]);
        _at++;
        return true;
    }

    private bool TryTakeUnicode(StringBuilder text)
    {
        const int Digits = 4;
        if (_at + 2 + Digits > _text.Length
            || !ushort.TryParse(_text.AsSpan(_at + 2, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            return false;
        }

        text.Append((char)code);
        _at += 1 + Digits;
        return true;
    }

    private void SkipToQuotedEnd()
    {
        for (_at++; _at < _text.Length && Peek() != '\n'; _at++)
        {
            if (Peek() == '"' && _text[_at - 1] != '\\')
            {
                _at++;
                return;
            }
        }
    }

    private void TakeTripleQuoted()
    {
        var start = _at + 3;
        var line = _line;
        var close = _text.IndexOf("\"\"\"", start, StringComparison.Ordinal);
        if (close < 0)
        {
            _at = _text.Length;
            AddBad(line, "the text in triple quotes is not closed", "write the closing \"\"\"");
            return;
        }

        // HOCON.md, "Multi-line strings": any quotes beyond the closing three belong to the text.
        while (close + 3 < _text.Length && _text[close + 3] == '"')
        {
            close++;
        }

        var text = _text[start..close];
        _tokens.Add(new(Quoted, text, line));
        _line += text.Count(c => c == '\n');
        _at = close + 3;
    }

    private void TakeSubstitution()
    {
        var isOptional = Peek(2) == '?';
        var start = _at + (isOptional ? 3 : 2);
        var isInQuotes = false;
        for (_at = start; _at < _text.Length && Peek() != '\n'; _at++)
        {
            isInQuotes ^= Peek() == '"';
            if (Peek() == '}' && !isInQuotes)
            {
                Add(isOptional ? OptionalSubstitution : Substitution, _text[start.._at]);
                _at++;
                return;
            }
        }

        AddBad(_line, "the substitution is not closed", "write ${key} or ${?KEY_OR_VARIABLE}");
    }

    private void AddBad(int line, string message, string remedy) => _tokens.Add(new(Bad, message, line, remedy));

    // HOCON.md, "Whitespace": Unicode spaces and the byte order mark are spaces too.
    private static bool IsSpace(char c) => c != '\n' && (char.IsWhiteSpace(c) || c == '\uFEFF');
}
