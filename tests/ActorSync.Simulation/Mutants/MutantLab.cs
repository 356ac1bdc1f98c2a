using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ActorSync.TestKit;
using Shouldly;

namespace ActorSync.Simulation.Mutants;

/// <summary>Compiles the projects a mutant touches, with the compiler of the SDK, and runs the simulation over them in a load context of their own.
/// Nothing of the product knows of it.</summary>
internal static class MutantLab
{
    private static readonly string Bin = AppContext.BaseDirectory;
    private static readonly string Framework = RuntimeEnvironment.GetRuntimeDirectory();
    private static readonly string Dotnet = Path.GetFullPath(Path.Combine(Framework, "..", "..", ".."));

    /// <summary>The first failure that the mutant causes, or null when it lives.</summary>
    public static (string? Failure, int Seeds) Hunt(Mutant mutant, int seedsMax)
    {
        var (failure, arguments) = Run(mutant, "ActorSync.Simulation.Mutants.MutantHunt", "FirstFailure", mutant.Seed, seedsMax, 0);
        return (failure, (int)arguments[2]!);
    }

    /// <summary>What a story says of the mutant, or null when it holds.</summary>
    public static string? Play(Mutant mutant, string story) => Run(mutant, "ActorSync.Simulation.Stories.Anomalies", "Failure", story).Failure;

    private static (string? Failure, object?[] Arguments) Run(Mutant mutant, string type, string method, params object?[] arguments)
    {
        var mutated = mutant.Mutations.GroupBy(mutation => mutation.File.Split('/')[0]).ToDictionary(project => AssemblyOf(project.Key), project => Compile(project.Key, [.. project]));
        var played = new MutantContext(mutated).LoadFromAssemblyName(new AssemblyName("ActorSync.Simulation")).GetType(type)!.GetMethod(method)!;
        return ((string?)played.Invoke(null, arguments), arguments);
    }

    private static byte[] Compile(string project, IReadOnlyList<Mutation> mutations)
    {
        using var folder = TemporaryFolder.Create();
        var root = Path.Combine(ProjectFolder.Root, "src", project);
        var sources = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(Path.Combine(root, "obj"), StringComparison.Ordinal) && !file.StartsWith(Path.Combine(root, "bin"), StringComparison.Ordinal))
            .ToDictionary(file => Path.GetRelativePath(Path.Combine(ProjectFolder.Root, "src"), file), file => file, StringComparer.Ordinal);
        foreach (var file in mutations.GroupBy(mutation => mutation.File))
        {
            sources.ShouldContainKey(file.Key);
            var text = File.ReadAllText(sources[file.Key]);
            foreach (var mutation in file)
            {
                text.Split(mutation.Text).Length.ShouldBe(2, $"'{mutation.Text}' must stand in {file.Key} exactly once: the rule has moved, move the mutant with it");
                text = text.Replace(mutation.Text, mutation.Replacement, StringComparison.Ordinal);
            }

            sources[file.Key] = folder[Path.GetFileName(file.Key)];
            File.WriteAllText(sources[file.Key], text);
        }

        var generated = Directory.EnumerateFiles(Path.Combine(root, "obj", "Release", "net10.0"), "*.cs").Where(file => file.Contains(".GlobalUsings.", StringComparison.Ordinal) || file.EndsWith(".AssemblyInfo.cs", StringComparison.Ordinal));
        var references = Directory.EnumerateFiles(Framework, "*.dll").Concat(Directory.EnumerateFiles(Framework.Replace("Microsoft.NETCore.App", "Microsoft.AspNetCore.App", StringComparison.Ordinal), "*.dll"))
            .Concat(Directory.EnumerateFiles(Bin, "*.dll")).Where(IsManaged)
            .Where(file => Path.GetFileNameWithoutExtension(file) != AssemblyOf(project)).DistinctBy(Path.GetFileName);
        // Source generators cost more than the compilation: only those that the project needs.
        string[] needed = project == "ActorSync" ? ["System.Text.Json.SourceGeneration.dll", "System.Text.RegularExpressions.Generator.dll"] : [];
        var generators = Directory.EnumerateFiles(Path.Combine(Dotnet, "packs", "Microsoft.NETCore.App.Ref"), "*.dll", SearchOption.AllDirectories)
            .Where(file => file.Contains("/analyzers/dotnet/cs/", StringComparison.Ordinal) && needed.Contains(Path.GetFileName(file))).DistinctBy(Path.GetFileName);
        var output = folder[AssemblyOf(project) + ".dll"];
        File.WriteAllLines(folder["csc.rsp"],
        [
            "/nologo", "/nostdlib+", File.Exists(Path.Combine(root, "Program.cs")) ? "/target:exe" : "/target:library", "/optimize+", "/langversion:latest", "/nullable:enable", "/unsafe+", "/warn:0", "/define:NET10_0;NET;RELEASE",
            $"/out:\"{output}\"",
            .. references.Select(file => $"/reference:\"{file}\""), .. generators.Select(file => $"/analyzer:\"{file}\""),
            .. sources.Values.Concat(generated).Select(file => $"\"{file}\""),
        ]);
        var compiler = Directory.EnumerateFiles(Path.Combine(Dotnet, "sdk"), "csc.dll", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Dotnet, "dotnet"), ["exec", compiler, "/noconfig", "/shared", "/keepalive:60", "@" + folder["csc.rsp"]]) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"the mutant must compile: {said}");
        return File.ReadAllBytes(output);
    }

    private static string AssemblyOf(string project) => project == "ActorSync" ? "actorsync" : project;

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

    // Never unloaded: code that can be is slower, and its thread statics have brought the runtime down.
    private sealed class MutantContext(IReadOnlyDictionary<string, byte[]> mutated) : AssemblyLoadContext
    {
        protected override Assembly? Load(AssemblyName name)
        {
            if (mutated.TryGetValue(name.Name!, out var image))
            {
                return LoadFromStream(new MemoryStream(image));
            }

            var file = Path.Combine(Bin, name.Name + ".dll");
            return (name.Name!.StartsWith("ActorSync", StringComparison.Ordinal) || name.Name == "actorsync") && File.Exists(file) ? LoadFromStream(new MemoryStream(File.ReadAllBytes(file))) : null;
        }
    }
}
