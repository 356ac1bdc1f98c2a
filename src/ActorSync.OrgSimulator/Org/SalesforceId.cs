using System.Diagnostics.CodeAnalysis;

namespace ActorSync.OrgSimulator.Org;

/// <summary>Salesforce ids: 15 characters that differ by case, or 18 whose last three tell the case of the first fifteen.</summary>
public static class SalesforceId
{
    private const string ChecksumAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>The 18-character form of a 15- or 18-character id; false for anything else, a wrong checksum included.</summary>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? id)
    {
        id = null;
        if (text is null || text.Length is not (15 or 18) || !text.All(char.IsAsciiLetterOrDigit))
        {
            return false;
        }

        string full = With18(text[..15]);
        if (text.Length == 18 && !full.Equals(text, StringComparison.Ordinal))
        {
            return false;
        }

        id = full;
        return true;
    }

    /// <summary>Appends the checksum: a group of five characters gives one, whose bits (first character lowest) tell capital letters.</summary>
    internal static string With18(string id15)
    {
        Span<char> suffix = stackalloc char[3];
        for (int group = 0; group < 3; group++)
        {
            int bits = 0;
            for (int i = 0; i < 5; i++)
            {
                bits |= char.IsAsciiLetterUpper(id15[(group * 5) + i]) ? 1 << i : 0;
            }

            suffix[group] = ChecksumAlphabet[bits];
        }

        return string.Concat(id15, suffix);
    }

    /// <summary>The id with that number, on the simulator's pod "5g". Ids of one prefix sort by number.</summary>
    internal static string Create(string keyPrefix, long number)
    {
        Span<char> counter = stackalloc char[9];
        for (int i = counter.Length - 1; i >= 0; i--)
        {
            counter[i] = Digits[(int)(number % Digits.Length)];
            number /= Digits.Length;
        }

        return With18(string.Concat(keyPrefix, "5g0", counter));
    }
}
