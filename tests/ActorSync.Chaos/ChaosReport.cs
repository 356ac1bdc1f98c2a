using System.Collections.Immutable;
using ActorSync.Chaos.Judging;

namespace ActorSync.Chaos;

/// <summary>What a run did and found.</summary>
/// <param name="Edits">How often each kind of edit was made.</param>
/// <param name="Injected">How often each kind of fault struck.</param>
/// <param name="Node">What the nodes said, the newest last.</param>
internal sealed record ChaosReport(
    ChaosOptions Options, IReadOnlyDictionary<string, long> Edits, IReadOnlyDictionary<string, long> Injected, ImmutableArray<Verdict> Verdicts, IReadOnlyList<string> Node)
{
    /// <summary>Everything held.</summary>
    public bool Holds => Verdicts.All(verdict => verdict.Holds);

    /// <summary>For a person.</summary>
    public IEnumerable<string> Lines() =>
        new[] { FormattableString.Invariant($"seed {Options.Seed}: {Options.Traffic.TotalSeconds:0} s of edits on both sides over {Options.Records:N0} records, {Options.HotRecords} of them hot, {Options.Nodes} node(s)"), "edits" }
            .Concat(Counts(Edits)).Append("injected").Concat(Counts(Injected)).Append("verdicts")
            .Concat(Verdicts.SelectMany(verdict => verdict.Lines()).Select(line => $"  {line}"))
            .Append(Holds ? $"seed {Options.Seed}: everything held" : $"seed {Options.Seed}: {Verdicts.Count(verdict => !verdict.Holds)} checks are broken");

    private static IEnumerable<string> Counts(IReadOnlyDictionary<string, long> counts) =>
        counts.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => FormattableString.Invariant($"  {entry.Value,9:N0}  {entry.Key}"));
}
