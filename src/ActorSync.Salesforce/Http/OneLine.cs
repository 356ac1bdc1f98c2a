using System.Text;

namespace ActorSync.Salesforce.Http;

/// <summary>Makes text of others fit for an error message: one line, bounded, without the secrets given.</summary>
internal static class OneLine
{
    private const int CharactersMax = 1_000;

    public static string Of(string text, params ReadOnlySpan<string?> secrets)
    {
        foreach (string? secret in secrets)
        {
            if (!string.IsNullOrEmpty(secret))
            {
                text = text.Replace(secret, "***", StringComparison.Ordinal);
            }
        }

        StringBuilder line = new(Math.Min(text.Length, CharactersMax));
        foreach (char character in text)
        {
            bool space = char.IsWhiteSpace(character) || char.IsControl(character);
            if (!space)
            {
                line.Append(character);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }

            if (line.Length >= CharactersMax)
            {
                return line.Append('…').ToString();
            }
        }

        return line.ToString().TrimEnd();
    }
}
