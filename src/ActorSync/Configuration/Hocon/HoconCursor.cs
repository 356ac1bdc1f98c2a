using static ActorSync.Configuration.Hocon.HoconTokenKind;

namespace ActorSync.Configuration.Hocon;

/// <summary>The place in a file's tokens that the parser has come to. It cannot pass the end.</summary>
internal sealed class HoconCursor(IReadOnlyList<HoconToken> tokens, string source, ConfigProblems problems)
{
    private int _index;

    public HoconTokenKind Kind => tokens[_index].Kind;

    public string Text => tokens[_index].Text;

    public string Shown => tokens[_index].Shown;

    public int Line => tokens[_index].Line;

    public ConfigOrigin Origin => new(source, Line);

    /// <summary>The token <paramref name="ahead"/> of this one.</summary>
    public HoconToken Peek(int ahead) => tokens[Math.Min(_index + ahead, tokens.Count - 1)];

    public void Advance(int count = 1) => _index = Math.Min(_index + count, tokens.Count - 1);

    public HoconToken Take()
    {
        var token = tokens[_index];
        Advance();
        return token;
    }

    public void SkipSpace()
    {
        while (Kind == Space)
        {
            Advance();
        }
    }

    /// <summary>Skips spaces and line ends.</summary>
    public void SkipBlank()
    {
        while (Kind is Space or Newline)
        {
            Advance();
        }
    }

    /// <summary>
    /// Skips to where a value starts. On the next line it may start only with '{', '[' or a quote: a bare word there is more likely the next key
    /// behind a forgotten value.
    /// </summary>
    public void SkipSpaceAndLineBeforeValue()
    {
        SkipSpace();
        var ahead = 0;
        while (Peek(ahead).Kind is Newline or Space)
        {
            ahead++;
        }

        if (Peek(ahead).Kind is OpenBrace or OpenBracket || (Peek(ahead).Kind == Quoted && !IsKey(ahead)))
        {
            Advance(ahead);
        }
    }

    /// <summary>After a mistake: skips to the line end, comma or closing mark behind this statement, over blocks and lists opened in it.</summary>
    public void SkipStatement()
    {
        for (var depth = 0; Kind != End; Advance())
        {
            if (depth == 0 && Kind is Newline or Comma or CloseBrace or CloseBracket)
            {
                return;
            }

            depth += Kind switch
            {
                OpenBrace or OpenBracket => 1,
                CloseBrace or CloseBracket => -1,
                _ => 0,
            };
        }
    }

    public void Error(string key, string message, string remedy) => Error(Line, key, message, remedy);

    public void Error(int line, string key, string message, string remedy) =>
        problems.SyntaxError(new(source, line), key, message, remedy);

    /// <summary>Reports what the tokenizer could not read.</summary>
    public void ReportBad(string key) => Error(key, Text, tokens[_index].Remedy);

    private bool IsKey(int ahead)
    {
        do
        {
            ahead++;
        }
        while (Peek(ahead).Kind is Space);
        return Peek(ahead).Kind is HoconTokenKind.Equals or Colon or PlusEquals or OpenBrace;
    }
}
