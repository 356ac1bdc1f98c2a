namespace ActorSync.Configuration.Hocon;

internal enum HoconTokenKind
{
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,
    Newline,
    Equals,
    Colon,
    PlusEquals,
    Space,
    Text,
    Quoted,
    Substitution,
    OptionalSubstitution,
    Bad,
    End,
}

/// <summary>A piece of HOCON text.</summary>
/// <param name="Text">The text meant: unescaped for quoted text, the path for a substitution, what is wrong for <see cref="HoconTokenKind.Bad"/>.</param>
/// <param name="Line">Line on which the token starts, from 1.</param>
/// <param name="Remedy">For <see cref="HoconTokenKind.Bad"/>: what to write.</param>
internal readonly record struct HoconToken(HoconTokenKind Kind, string Text, int Line, string Remedy = "")
{
    /// <summary>How the token is named in an error; never the text of a value, which may be a secret.</summary>
    public string Shown => Kind switch
    {
        HoconTokenKind.OpenBrace => "'{'",
        HoconTokenKind.CloseBrace => "'}'",
        HoconTokenKind.OpenBracket => "'['",
        HoconTokenKind.CloseBracket => "']'",
        HoconTokenKind.Comma => "','",
        HoconTokenKind.Newline => "the end of the line",
        HoconTokenKind.Equals => "'='",
        HoconTokenKind.Colon => "':'",
        HoconTokenKind.PlusEquals => "'+='",
        HoconTokenKind.Substitution or HoconTokenKind.OptionalSubstitution => "'${'",
        HoconTokenKind.End => "the end of the file",
        _ => "a text",
    };
}
