namespace ActorSync.OrgSimulator.Soql;

/// <summary>A LIKE pattern: % any text, _ one character, both literal after a backslash; letters match without regard to case.</summary>
internal sealed class LikePattern
{
    private const char Many = '\uFFFE';
    private const char One = '\uFFFF';

    private readonly string _pattern;

    private LikePattern(string pattern) => _pattern = pattern;

    /// <param name="raw">What stands between the quotes, escapes and all.</param>
    public static LikePattern Parse(string raw)
    {
        var pattern = new System.Text.StringBuilder();
        for (int at = 0; at < raw.Length; at++)
        {
            if (raw[at] == '\\')
            {
                at++;
                pattern.Append(char.ToUpperInvariant(SoqlLexer.Escaped(raw, ref at)));
            }
            else
            {
                pattern.Append(raw[at] switch { '%' => Many, '_' => One, char c => char.ToUpperInvariant(c) });
            }
        }

        return new LikePattern(pattern.ToString());
    }

    /// <summary>Greedy matching with one point to come back to: linear but for repeated near misses.</summary>
    public bool Matches(string text)
    {
        int p = 0;
        int afterMany = -1;
        int retry = 0;
        int t = 0;
        while (t < text.Length)
        {
            if (p < _pattern.Length && (_pattern[p] == One || _pattern[p] == char.ToUpperInvariant(text[t])))
            {
                p++;
                t++;
            }
            else if (p < _pattern.Length && _pattern[p] == Many)
            {
                afterMany = ++p;
                retry = t;
            }
            else if (afterMany >= 0)
            {
                p = afterMany;
                t = ++retry;
            }
            else
            {
                return false;
            }
        }

        return _pattern.AsSpan(p).TrimStart(Many).IsEmpty;
    }
}
