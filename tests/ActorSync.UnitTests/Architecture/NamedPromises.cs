using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Architecture;

/// <summary>Every rule of a record's decisions (0 to 10) and every invariant (I1 to I10) has a test that names it, as a trait: <c>dotnet test --filter "Rule=4"</c> or
/// <c>"Invariant=I2"</c> runs those.</summary>
public sealed partial class NamedPromises
{
    private static readonly string[] Rules = [.. Enumerable.Range(0, 11).Select(number => $"{number}")];
    private static readonly string[] Invariants = [.. Enumerable.Range(1, 10).Select(number => $"I{number}")];

    [Fact]
    public void Every_rule_and_no_other_is_named_by_a_test() => Named("Rule").ShouldBe(Rules, ignoreOrder: true, "put the trait on a test that really tests it");

    [Fact]
    public void Every_invariant_and_no_other_is_named_by_a_test() => Named("Invariant").ShouldBe(Invariants, ignoreOrder: true, "put the trait on a test that really tests it");

    private static IEnumerable<string> Named(string kind) =>
        SourceTree.Files("tests", ".cs").SelectMany(file => TraitOf().Matches(file.Text)).Where(trait => trait.Groups[1].Value == kind).Select(trait => trait.Groups[2].Value).Distinct();

    [GeneratedRegex("""\[Trait\("(Rule|Invariant)", "([^"]*)"\)\]""")]
    private static partial Regex TraitOf();
}
