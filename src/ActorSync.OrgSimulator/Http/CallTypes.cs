using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Http;

/// <summary>Which objects a call touches, for faults to select by.</summary>
internal static class CallTypes
{
    public static IReadOnlyList<string> OfRecords(IReadOnlyList<RecordInput> records) => [.. records.Select(r => r.Type).Distinct(StringComparer.OrdinalIgnoreCase)];

    public static IReadOnlyList<string> OfIds(OrgSchema schema, IReadOnlyList<string> ids) =>
        [.. ids.Select(schema.FindById).Where(o => o is not null).Select(o => o!.Name).Distinct()];

    /// <summary>The word behind FROM.</summary>
    public static IReadOnlyList<string> OfQuery(string soql)
    {
        var words = soql.Split([' ', '\t', '\r', '\n', ','], StringSplitOptions.RemoveEmptyEntries);
        var from = Array.FindIndex(words, w => w.Equals("FROM", StringComparison.OrdinalIgnoreCase));
        return from >= 0 && from + 1 < words.Length ? [words[from + 1]] : [];
    }
}
