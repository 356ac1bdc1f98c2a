using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ActorSync.TestKit;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Architecture;

/// <summary>The clone as a stranger finds it: solution, READMEs, launcher, compose file.</summary>
public sealed partial class LayoutTests
{
    [Fact]
    public void The_solution_lists_every_project()
    {
        var listed = SolutionProject().Matches(File.ReadAllText(Path.Combine(ProjectFolder.Root, "ActorSync.sln")))
            .Select(match => match.Groups[1].Value);

        listed.ShouldBe([.. SourceTree.ProjectsIn("src"), .. SourceTree.ProjectsIn("tests")], ignoreOrder: true, "dotnet sln add PROJECT");
    }

    [Fact]
    public void Every_project_in_src_has_a_readme() =>
        SourceTree.ProjectsIn("src")
            .Where(project => !File.Exists(Path.Combine(ProjectFolder.Root, "src", project, "README.md")))
            .ShouldBeEmpty("write down what it promises, a picture, a table of failures");

    // A README that explains types which no longer exist is worse than none.
    [Fact]
    public void Names_in_backticks_in_a_readme_exist()
    {
        var words = SourceTree.CSharp.Concat(SourceTree.Files("src", ".sql")).Concat(SourceTree.Files("hocon", ".conf"))
            .SelectMany(file => Word().Matches(file.Text).Select(match => match.Value))
            .ToHashSet(StringComparer.Ordinal);

        SourceTree.Readmes
            .SelectMany(file => InBackticks().Matches(CodeBlock().Replace(file.Text, "")), (file, code) => (file.Path, Code: code.Groups[1].Value))
            .SelectMany(span => TypeName().Matches(span.Code), (span, name) => (span.Path, Name: name.Value))
            .Where(name => !words.Contains(name.Name) && !TidyAllowances.ForeignNames.Contains(name.Name))
            .Distinct()
            .ShouldBeEmpty("correct the README, or add a name that is not ours to TidyAllowances.ForeignNames");
    }

    [Fact]
    public void Every_migration_keeps_its_number()
    {
        var numbers = SourceTree.Files("src", ".sql")
            .Select(file => MigrationNumber().Match(file.Path))
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value)
            .Order(StringComparer.Ordinal)
            .ToList();

        numbers.ShouldBe(Enumerable.Range(1, numbers.Count).Select(number => $"{number:0000}"), "0001, 0002, ... without a gap or a double");
    }

    // A database that has a migration does not get what is added to it later.
    [Fact]
    public void Every_migration_is_as_it_was_when_it_landed()
    {
        var folder = Path.Combine(ProjectFolder.Root, "src", "ActorSync.Runtime", "Postgres", "Migrations");
        var sums = Directory.GetFiles(folder, "*.sql").Order(StringComparer.Ordinal)
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {Path.GetFileName(file)}");

        sums.ShouldBe(File.ReadAllLines(Path.Combine(folder, "SHA256SUMS")), "what is to change goes into a new migration, and its sum into SHA256SUMS (sha256sum *.sql > SHA256SUMS)");
    }

    [GeneratedRegex(@"= ""(ActorSync[\w.]*)"", ""[^""]*\.csproj""")]
    private static partial Regex SolutionProject();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex InBackticks();

    /// <summary>Two humps at least: RecordState, not Account.</summary>
    [GeneratedRegex(@"\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+\b")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"Migrations/(\d{4})_[^/]*\.sql$")]
    private static partial Regex MigrationNumber();
}
