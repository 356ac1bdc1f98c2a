using System.Collections.Immutable;

namespace ActorSync.Chaos.Judging;

/// <summary>What one check found.</summary>
/// <param name="Invariant">I1 to I10 of the architecture; empty where none applies.</param>
/// <param name="Check">What must hold.</param>
/// <param name="Looked">What was looked at, with numbers.</param>
/// <param name="Violations">Each with the record it is about; empty when it holds.</param>
internal sealed record Verdict(string Invariant, string Check, string Looked, ImmutableArray<string> Violations)
{
    /// <summary>Violations that are told of one check.</summary>
    private const int ToldMax = 10;

    public bool Holds => Violations.IsEmpty;

    /// <summary>For a person: one line, and one per violation.</summary>
    public IEnumerable<string> Lines() =>
        new[] { FormattableString.Invariant($"{(Holds ? "holds " : "BROKEN")} {Invariant,-4} {Check}: {Looked}{(Holds ? "" : $"; {Violations.Length} violations")}") }
            .Concat(Violations.Take(ToldMax).Select(violation => $"              {violation}"))
            .Concat(Violations.Length > ToldMax ? [$"              ... and {Violations.Length - ToldMax} more"] : []);
}
