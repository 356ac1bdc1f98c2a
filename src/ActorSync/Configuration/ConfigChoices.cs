using System.Collections.Immutable;
using ActorSync.Domain.Submissions;

namespace ActorSync.Configuration;

/// <summary>The words a key may hold.</summary>
/// <param name="Offered">Each word and what it means.</param>
/// <param name="NotYet">Words of the design that this version does not offer, each with the complaint about it.</param>
internal sealed record ConfigChoice<T>(ImmutableArray<(string Word, T Value)> Offered, ImmutableArray<(string Word, string Complaint)> NotYet)
    where T : struct, Enum
{
    /// <summary>The words as a sentence part: <c>a, b or c</c>.</summary>
    public string Form => Offered is [.. var first, var last] && first.Length > 0
        ? $"{string.Join(", ", first.Select(c => c.Word))} or {last.Word}"
        : Offered[0].Word;

    public T? Find(string word) => Offered.FirstOrDefault(c => c.Word == word) is { Word: not null } found ? found.Value : null;

    /// <summary>What is wrong with a word that is not offered yet; null for any other.</summary>
    public string? NotYetComplaint(string word) => NotYet.FirstOrDefault(c => c.Word == word).Complaint;

    public string Show(T value) => Offered.First(c => EqualityComparer<T>.Default.Equals(c.Value, value)).Word;
}

/// <summary>The choices of the configuration.</summary>
internal static class ConfigChoices
{
    public static readonly ConfigChoice<ConflictPolicyConfig> Policy = new(
        [
            ("latest-wins", ConflictPolicyConfig.LatestWins),
            ("salesforce-wins", ConflictPolicyConfig.SalesforceWins),
            ("postgres-wins", ConflictPolicyConfig.PostgresWins),
            ("manual", ConflictPolicyConfig.Manual),
        ],
        NotYet: [("counter", "counter is a policy of single number fields, { name = Total__c, policy = counter } in a mapping with feed = cdc")]);

    /// <summary>Policies of a single field.</summary>
    public static readonly ConfigChoice<ConflictPolicyConfig> FieldPolicy = new([.. Policy.Offered, ("counter", ConflictPolicyConfig.Counter)], NotYet: []);

    public static readonly ConfigChoice<TieBreakConfig> TieBreak = new(
        [("salesforce-wins", TieBreakConfig.SalesforceWins), ("postgres-wins", TieBreakConfig.PostgresWins)], NotYet: []);

    public static readonly ConfigChoice<MappingAccess> Access = new(
        [("read_write", MappingAccess.ReadWrite), ("read_only", MappingAccess.ReadOnly)], NotYet: []);

    public static readonly ConfigChoice<TruncateConfig> Truncate = new([("refuse", TruncateConfig.Refuse), ("delete", TruncateConfig.Delete)], NotYet: []);

    /// <summary>How local changes of one record are sent.</summary>
    public static readonly ConfigChoice<WriteModeConfig> Mode = new([("merged", WriteModeConfig.Merged), ("ordered", WriteModeConfig.Ordered)], NotYet: []);

    /// <summary>What a delete does.</summary>
    public static readonly ConfigChoice<DeletePolicyConfig> Delete = new(
        [("delete-wins", DeletePolicyConfig.DeleteWins), ("delete-loses", DeletePolicyConfig.DeleteLoses), ("soft-delete", DeletePolicyConfig.SoftDelete)], NotYet: []);

    /// <summary>What becomes of duplicates.</summary>
    public static readonly ConfigChoice<DuplicateRulesConfig> DuplicateRules = new(
        [("refuse", DuplicateRulesConfig.Refuse), ("allow-save", DuplicateRulesConfig.AllowSave)], NotYet: []);

    /// <summary>What becomes of texts that are too long.</summary>
    public static readonly ConfigChoice<FieldTruncationConfig> FieldTruncation = new(
        [("refuse", FieldTruncationConfig.Refuse), ("allow", FieldTruncationConfig.Allow)], NotYet: []);

    /// <summary>In which order writes of different records leave.</summary>
    public static readonly ConfigChoice<WriteOrder> Order = new([("record", WriteOrder.Record), ("log", WriteOrder.Log)], NotYet: []);

    /// <summary>How changes in Salesforce are found.</summary>
    public static readonly ConfigChoice<FeedChoice> Feed = new([("polling", FeedChoice.Polling), ("cdc", FeedChoice.ChangeEvents)], NotYet: []);
}
