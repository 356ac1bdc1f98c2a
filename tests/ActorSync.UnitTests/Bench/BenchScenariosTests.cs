using System.Text.RegularExpressions;
using ActorSync.Bench;
using ActorSync.TestKit;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Bench;

/// <summary>docs/performance.md is the contract of <c>actorsync bench</c>: its scenarios and its figures, no more and no fewer.</summary>
public sealed partial class BenchScenariosTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(ProjectFolder.Root, "docs", "performance.md"));

    [Fact]
    public void Every_scenario_has_its_row_in_the_document_and_every_row_its_scenario() =>
        Rows("## Scenarios").ShouldBe(BenchScenarios.All.Select(scenario => scenario.Name), ignoreOrder: true);

    [Fact]
    public void Every_scenario_has_measured_figures_in_the_document() =>
        Rows("## Measured").Distinct().ShouldBe(BenchScenarios.All.Select(scenario => scenario.Name), ignoreOrder: true);

    [Fact]
    public void Every_common_figure_is_explained()
    {
        var explained = InBackticks().Matches(Part("## Figures")).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        Figures.Common.Where(figure => !explained.Contains(figure)).ShouldBeEmpty();
    }

    [Fact]
    public void Names_are_unique() => BenchScenarios.All.Select(scenario => scenario.Name).ShouldBeUnique();

    // First cells of the table of a part.
    private static IEnumerable<string> Rows(string heading) => FirstCell().Matches(Part(heading)).Select(match => match.Groups[1].Value);

    private static string Part(string heading)
    {
        var from = Document.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        from.ShouldBeGreaterThan(0, $"docs/performance.md has no part {heading}");
        var to = Document.IndexOf("\n## ", from + 1, StringComparison.Ordinal);
        return to < 0 ? Document[from..] : Document[from..to];
    }

    [GeneratedRegex(@"^\| `([a-z-]+)`", RegexOptions.Multiline)]
    private static partial Regex FirstCell();

    [GeneratedRegex("`([a-z0-9_]+)`")]
    private static partial Regex InBackticks();
}
