using System.Reflection;
using System.Xml.Linq;
using ActorSync.TestKit;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Architecture;

/// <summary>Who may know whom. The compiled assemblies are asked, and the project files, which say what could be used.</summary>
public sealed class WallTests
{
    [Theory]
    [InlineData("ActorSync.Domain", "", "", "Domain decides and does nothing else: hand what it needs in as data, return what it wants as effects")]
    [InlineData("ActorSync.Runtime", "", "Npgsql", "Runtime runs actors and knows no record: what it needs of them goes through Behavior and the turn's interfaces")]
    [InlineData("ActorSync.Salesforce", "ActorSync.Domain", "Microsoft.IdentityModel.JsonWebTokens Microsoft.IdentityModel.Tokens", "Salesforce is the wire and knows no PostgreSQL: return typed values, let the node store them")]
    [InlineData("ActorSync.OrgSimulator", "", "", "OrgSimulator is an org that knows nobody: its clients speak to it over HTTP, as to the real one")]
    public void Each_wall_stands(string project, string projects, string packages, string because)
    {
        var file = XDocument.Load(Path.Combine(ProjectFolder.Root, "src", project, project + ".csproj"));

        Named(file, "ProjectReference").Select(Path.GetFileNameWithoutExtension).ShouldBeSubsetOf(Split(projects), because);
        Named(file, "PackageReference").ShouldBeSubsetOf(Split(packages), because);
        Assembly.Load(project).GetReferencedAssemblies()
            .Select(assembly => assembly.Name!)
            .Where(name => !IsPartOfDotnet(name, aspNet: project == "ActorSync.OrgSimulator"))
            .ShouldBeSubsetOf([.. Split(projects), .. Split(packages)], because);
    }

    [Fact]
    public void Only_the_node_and_the_simulator_serve_http() =>
        SourceTree.Files("src", ".csproj")
            .Where(file => file.Text.Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file.Path))
            .ShouldBe(["ActorSync.OrgSimulator", "ActorSync"], ignoreOrder: true);

    [Fact]
    public void Nothing_in_src_knows_the_tests() =>
        SourceTree.Files("src", ".csproj").Where(file => file.Text.Contains("TestKit", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void Package_versions_stand_in_one_place() =>
        SourceTree.Files("", ".csproj")
            .Where(file => XDocument.Parse(file.Text).Descendants("PackageReference").Any(package => package.Attribute("Version") is not null))
            .Select(file => file.Path)
            .ShouldBeEmpty("the version belongs into Directory.Packages.props");

    private static IEnumerable<string> Named(XDocument project, string element) =>
        project.Descendants(element).Select(reference => reference.Attribute("Include")!.Value);

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsPartOfDotnet(string name, bool aspNet) =>
        name is "System" or "netstandard" or "mscorlib" ||
        name.StartsWith("System.", StringComparison.Ordinal) ||
        name == "Microsoft.CSharp" ||
        (aspNet && (name == "Microsoft.AspNetCore" || name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)));
}
