using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ActorSync.TestKit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Shouldly;

namespace ActorSync.Simulation.Mutants;

/// <summary>A project below <c>src</c>, read once and compiled again and again with changes, in this process.</summary>
internal sealed class MutableProject
{
    private static readonly string Framework = RuntimeEnvironment.GetRuntimeDirectory();
    private static readonly string Source = Path.Combine(ProjectFolder.Root, "src");
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest, DocumentationMode.None, preprocessorSymbols: ["NET10_0", "NET", "RELEASE"]);
    private static readonly Lazy<IReadOnlyList<PortableExecutableReference>> References = new(AllReferences);
    private static readonly ConcurrentDictionary<string, Lazy<MutableProject>> Read = new(StringComparer.Ordinal);

    private readonly Dictionary<string, SyntaxTree> _files;
    private readonly CSharpCompilation _project;
    private readonly GeneratorDriver _generators;

    private MutableProject(string project)
    {
        var root = Path.Combine(Source, project);
        Assembly = project == "ActorSync" ? "actorsync" : project;
        _files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsBelow(file, Path.Combine(root, "obj")) && !IsBelow(file, Path.Combine(root, "bin")))
            .ToDictionary(file => Path.GetRelativePath(Source, file), file => Parse(file, File.ReadAllText(file)), StringComparer.Ordinal);
        var made = Directory.EnumerateFiles(Path.Combine(root, "obj", "Release", "net10.0"), "*.cs")
            .Where(file => file.Contains(".GlobalUsings.", StringComparison.Ordinal) || file.EndsWith(".AssemblyInfo.cs", StringComparison.Ordinal));
        // The build has told the warnings: here they would only cost time, those of nullability the most.
        var options = new CSharpCompilationOptions(
            File.Exists(Path.Combine(root, "Program.cs")) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, concurrentBuild: false, warningLevel: 0, nullableContextOptions: NullableContextOptions.Annotations);
        _project = CSharpCompilation.Create(
            Assembly, [.. _files.Values, .. made.Select(file => Parse(file, File.ReadAllText(file)))],
            References.Value.Where(reference => Path.GetFileNameWithoutExtension(reference.FilePath) != Assembly), options);
        _generators = CSharpGeneratorDriver.Create(Generators(project), parseOptions: Language).RunGenerators(_project);
    }

    /// <summary>The name of what it compiles to.</summary>
    public string Assembly { get; }

    /// <summary>The project of this name.</summary>
    public static MutableProject Of(string project) => Read.GetOrAdd(project, static name => new(() => new MutableProject(name))).Value;

    /// <summary>The assembly with these changes.</summary>
    public byte[] Compile(IEnumerable<Mutation> mutations)
    {
        var compilation = _project;
        foreach (var file in mutations.GroupBy(mutation => mutation.File))
        {
            _files.ShouldContainKey(file.Key);
            var tree = _files[file.Key];
            compilation = compilation.ReplaceSyntaxTree(tree, Parse(tree.FilePath, file.Aggregate(tree.GetText().ToString(), Changed)));
        }

        _generators.RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        using var image = new MemoryStream();
        var result = complete.Emit(image);
        result.Success.ShouldBeTrue($"the mutant must compile: {string.Join('\n', result.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error))}");
        return image.ToArray();
    }

    private static string Changed(string text, Mutation mutation)
    {
        text.Split(mutation.Text).Length.ShouldBe(2, $"'{mutation.Text}' must stand in {mutation.File} exactly once: the rule has moved, move the mutant with it");
        return text.Replace(mutation.Text, mutation.Replacement, StringComparison.Ordinal);
    }

    private static SyntaxTree Parse(string file, string text) => CSharpSyntaxTree.ParseText(SourceText.From(text), Language, file);

    private static bool IsBelow(string file, string folder) => file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static List<PortableExecutableReference> AllReferences() =>
    [
        .. Directory.EnumerateFiles(Framework, "*.dll")
            .Concat(Directory.EnumerateFiles(Framework.Replace("Microsoft.NETCore.App", "Microsoft.AspNetCore.App", StringComparison.Ordinal), "*.dll"))
            .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
            .Where(IsManaged).DistinctBy(Path.GetFileName).Select(file => MetadataReference.CreateFromFile(file)),
    ];

    // Source generators cost more than the compilation: only those that the project needs.
    private static IEnumerable<ISourceGenerator> Generators(string project)
    {
        string[] needed = project == "ActorSync" ? ["System.Text.Json.SourceGeneration.dll", "System.Text.RegularExpressions.Generator.dll"] : [];
        return Directory.EnumerateFiles(Path.Combine(Framework, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref"), "*.dll", SearchOption.AllDirectories)
            .Where(file => file.Contains("/analyzers/dotnet/cs/", StringComparison.Ordinal) && needed.Contains(Path.GetFileName(file)))
            .DistinctBy(Path.GetFileName)
            .SelectMany(file => new AnalyzerFileReference(Path.GetFullPath(file), new GeneratorLoader()).GetGenerators(LanguageNames.CSharp));
    }

    private static bool IsManaged(string file)
    {
        try
        {
            AssemblyName.GetAssemblyName(file);
            return true;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    private sealed class GeneratorLoader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => AssemblyLoadContext.Default.LoadFromAssemblyPath(fullPath);
    }
}
