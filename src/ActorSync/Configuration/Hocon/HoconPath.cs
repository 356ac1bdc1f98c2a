using System.Collections.Immutable;
using System.Text;

namespace ActorSync.Configuration.Hocon;

/// <summary>Keys as paths: <c>a.b."c.d"</c> has the three elements a, b and c.d.</summary>
internal static class HoconPath
{
    /// <summary>Most elements of one path; deeper text is a mistake, not a configuration.</summary>
    public const int ElementsMax = 32;

    /// <summary>The elements of the path that these tokens (text, quoted text, spaces) spell; empty if they spell none.</summary>
    public static ImmutableArray<string> Parse(IEnumerable<HoconToken> tokens)
    {
        var elements = ImmutableArray.CreateBuilder<string>();
        var element = new StringBuilder();
        foreach (var token in tokens)
        {
            // Only a dot outside quotes separates elements.
            string[] parts = token.Kind == HoconTokenKind.Text ? token.Text.Split('.') : [token.Text];
            element.Append(parts[0]);
            foreach (var part in parts.Skip(1))
            {
                elements.Add(element.ToString().Trim());
                element.Clear().Append(part);
            }
        }

        elements.Add(element.ToString().Trim());
        return elements.Count > ElementsMax || elements.Contains("") ? [] : elements.ToImmutable();
    }

    /// <summary>The path a substitution names; empty if it is none.</summary>
    public static ImmutableArray<string> Parse(string text)
    {
        var tokens = HoconTokenizer.Tokenize(text);
        var path = tokens.Take(tokens.Count - 1).ToList();
        return path.TrueForAll(t => t.Kind is HoconTokenKind.Text or HoconTokenKind.Quoted or HoconTokenKind.Space) ? Parse(path) : [];
    }

    /// <summary>The path as it is shown: <c>a.b.c</c>.</summary>
    public static string Show(IEnumerable<string> elements) => string.Join('.', elements);
}
