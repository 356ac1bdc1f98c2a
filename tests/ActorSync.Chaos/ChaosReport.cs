using System.Collections.Immutable;
using ActorSync.Chaos.Injection;
using ActorSync.Chaos.Judging;

namespace ActorSync.Chaos;

/// <summary>What a run did and found.</summary>
/// <param name="Edits">How often each kind of edit was made.</param>
/// <param name="Counts">How often each kind of injection was made, and each fault of the org struck.</param>
/// <param name="Injected">What was done to the cluster, in order.</param>
/// <param name="Node">What the nodes said, process by process.</param>
internal sealed record ChaosReport(
    ChaosOptions Options, IReadOnlyDictionary<string, long> Edits, IReadOnlyDictionary<string, long> Counts, ImmutableArray<Injected> Injected, ImmutableArray<Verdict> Verdicts, IReadOnlyList<string> Node)
{
    /// <summary>Everything held.</summary>
    public bool Holds => Verdicts.All(verdict => verdict.Holds);

    /// <summary>For a person.</summary>
    public IEnumerable<string> Lines() =>
        new[] { FormattableString.Invariant($"seed {Options.Seed}: {Options.Traffic.TotalSeconds:0} s of edits on both sides over {Options.Records:N0} records, {Options.HotRecords} of them hot, {Options.Nodes} node(s), leases of {Options.LeaseTtl.TotalSeconds:0.#} s"), "edits" }
            .Concat(Told(Edits)).Append("injected").Concat(Told(Counts)).Append("verdicts")
            .Concat(Verdicts.SelectMany(verdict => verdict.Lines()).Select(line => $"  {line}"))
            .Append(Holds ? $"seed {Options.Seed}: everything held" : $"seed {Options.Seed}: {Verdicts.Count(verdict => !verdict.Holds)} checks are broken");

    private static IEnumerable<string> Told(IReadOnlyDictionary<string, long> counts) =>
        counts.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => FormattableString.Invariant($"  {entry.Value,9:N0}  {entry.Key}"));
}
