using ActorSync.TestKit;

namespace ActorSync.UnitTests.Architecture;

/// <summary>A source file: its path from the root of the clone, with slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The text without comments and string contents.</summary>
    public string Code => SourceText.CodeOf(Text);
}

/// <summary>The files of the clone that the rules of this folder are about.</summary>
internal static class SourceTree
{
    private static readonly string[] Skipped = ["bin", "obj", ".git", ".actorsync"];

    /// <summary>Every C# file that people wrote.</summary>
    public static IReadOnlyList<SourceFile> CSharp { get; } = [.. Files("src", ".cs"), .. Files("tests", ".cs")];

    /// <summary>Every README.</summary>
    public static IReadOnlyList<SourceFile> Readmes { get; } = [.. Files("", ".md")];

    /// <summary>Names of the projects below a folder ("src", "tests").</summary>
    public static IEnumerable<string> ProjectsIn(string folder) =>
        Files(folder, ".csproj").Select(file => System.IO.Path.GetFileNameWithoutExtension(file.Path));

    /// <summary>The files below a folder whose name ends so.</summary>
    public static IEnumerable<SourceFile> Files(string folder, string ending) =>
        Below(System.IO.Path.Combine(ProjectFolder.Root, folder))
            .Where(path => path.EndsWith(ending, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(System.IO.Path.GetRelativePath(ProjectFolder.Root, path), File.ReadAllText(path)));

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder)
                .Where(inner => !Skipped.Contains(System.IO.Path.GetFileName(inner)))
                .SelectMany(Below));
}
