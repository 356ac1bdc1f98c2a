namespace ActorSync.Provisioning;

/// <summary>What somebody who wrote an API name that does not exist most likely meant.</summary>
internal static class NearestApiName
{
    /// <summary>Longest name that is compared; API names have at most 43 characters, a relationship and a field twice that.</summary>
    private const int CharactersMax = 100;

    /// <summary>Two letters changed places are two edits.</summary>
    private const int TwoEditsFromLength = 5;

    /// <summary>Ends a sentence: with a suggestion when a candidate is near, else with a full stop.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        Of(name, candidates) is { } nearest ? $"; did you mean {nearest}?" : ".";

    /// <summary>The candidate with the fewest edits, at most a third of the name's length or two edits; null when none is that near. The suffix of custom names counts as one edit.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        if (name.Length > CharactersMax)
        {
            return null;
        }

        var nearest = candidates.Where(candidate => candidate.Length <= CharactersMax)
            .Select(candidate => (Name: candidate, Edits: Distance(name, candidate)))
            .OrderBy(candidate => candidate.Edits).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .FirstOrDefault((Name: "", Edits: int.MaxValue));
        return nearest.Edits <= Math.Max(name.Length >= TwoEditsFromLength ? 2 : 1, name.Length / 3) ? nearest.Name : null;
    }

    private static int Distance(string name, string candidate)
    {
        var (a, b) = (name.ToLowerInvariant(), candidate.ToLowerInvariant());
        var (ours, theirs) = (Stem(a), Stem(b));
        return Edits(ours, theirs) + (a.Length - ours.Length == b.Length - theirs.Length ? 0 : 1);
    }

    private static string Stem(string name) => name.EndsWith("__c", StringComparison.Ordinal) ? name[..^3] : name;

    // Levenshtein distance, one row at a time.
    private static int Edits(string a, string b)
    {
        var above = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i + 1;
            for (var j = 0; j < b.Length; j++)
            {
                var replaced = above[j] + (a[i] == b[j] ? 0 : 1);
                row[j + 1] = Math.Min(replaced, Math.Min(above[j + 1], row[j]) + 1);
            }

            above = row;
        }

        return above[b.Length];
    }
}
