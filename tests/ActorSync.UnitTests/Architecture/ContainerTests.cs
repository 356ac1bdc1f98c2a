using System.Text.RegularExpressions;
using ActorSync.TestKit;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Architecture;

/// <summary>What can be known of Dockerfile and docker-compose.yml without a container engine: they name things that exist.</summary>
public sealed partial class ContainerTests
{
    [Fact]
    public void Every_file_the_image_copies_from_the_clone_exists()
    {
        var copied = Copy().Matches(Read("Dockerfile")).SelectMany(match => match.Groups[1].Value.Split(' ').SkipLast(1)).ToList();

        copied.ShouldNotBeEmpty();
        copied.Where(path => !Path.Exists(Path.Combine(ProjectFolder.Root, path))).ShouldBeEmpty();
    }

    [Fact]
    public void The_image_has_every_file_the_build_needs_beside_the_projects() =>
        Directory.GetFiles(ProjectFolder.Root, "*.props")
            .Select(Path.GetFileName)
            .ShouldAllBe(name => Read("Dockerfile").Contains(name!));

    [Fact]
    public void The_compose_file_gives_the_configuration_the_variables_it_reads()
    {
        var compose = Read("docker-compose.yml");

        Variable().Matches(Read("hocon/demo.conf")).Select(match => match.Groups[1].Value)
            .Where(name => !compose.Contains($"{name}: ", StringComparison.Ordinal))
            .ShouldBeEmpty("add them to the node's environment in docker-compose.yml");
    }

    [Fact]
    public void The_compose_file_is_indented_by_spaces_in_steps_of_two_with_unique_keys()
    {
        var lines = Read("docker-compose.yml").Split('\n').Where(line => line.Trim() is [not '#', ..]).ToList();

        lines.Where(line => line.Contains('\t', StringComparison.Ordinal) || (line.Length - line.TrimStart().Length) % 2 != 0).ShouldBeEmpty();
        lines.Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
            .Select(line => line.Trim()).ShouldBe(["postgres:", "org:", "node:", "postgres-data:"]);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(ProjectFolder.Root, file));

    [GeneratedRegex(@"^COPY (?!--from)(.+)$", RegexOptions.Multiline)]
    private static partial Regex Copy();

    [GeneratedRegex(@"\$\{\??(ACTORSYNC_\w+)\}")]
    private static partial Regex Variable();
}
