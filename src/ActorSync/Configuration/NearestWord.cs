namespace ActorSync.Configuration;

/// <summary>Finds what somebody who mistyped a word most likely meant.</summary>
internal static class NearestWord
{
    /// <summary>Longest word that is compared; the cost grows with the square.</summary>
    private const int CharactersMax = 128;

    /// <summary>The candidate with the fewest edits from a word; null if none is within a third of its length (at least 2 edits).</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        if (word.Length > CharactersMax)
        {
            return null;
        }

        var editsMax = Math.Max(2, word.Length / 3);
        return candidates.Where(c => c.Length <= CharactersMax)
            .Select(c => (Word: c, Edits: Edits(Folded(word), Folded(c))))
            .Where(c => c.Edits <= editsMax && c.Edits < Math.Max(word.Length, c.Word.Length))
            .OrderBy(c => c.Edits).ThenBy(c => c.Word, StringComparer.Ordinal)
            .Select(c => c.Word).FirstOrDefault();
    }

    /// <summary>Case and the choice between dash and underscore are no edits.</summary>
    private static string Folded(string word) => word.ToLowerInvariant().Replace('_', '-');

    /// <summary>Levenshtein distance.</summary>
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
