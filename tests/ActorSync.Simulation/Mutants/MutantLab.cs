using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace ActorSync.Simulation.Mutants;

/// <summary>Compiles the projects a mutant touches and runs the simulation over them in a load context of their own. Nothing of the product knows of it.</summary>
internal static class MutantLab
{
    // A mutant may be hunted and play several stories: it is made once.
    private static readonly ConcurrentDictionary<Mutant, Lazy<Assembly>> Made = new();

    // The compiler is used where the SDK has it, compiled ahead of time; a copy would be 30 MB per folder.
    static MutantLab()
    {
        var folder = typeof(MutantLab).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "CompilerFolder").Value!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(folder, name.Name + ".dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
    }

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
        var played = Made.GetOrAdd(mutant, made => new(() => Make(made))).Value.GetType(type)!.GetMethod(method)!;
        return ((string?)played.Invoke(null, arguments), arguments);
    }

    private static Assembly Make(Mutant mutant)
    {
        var mutated = mutant.Mutations.GroupBy(mutation => mutation.File.Split('/')[0])
            .Select(project => (Project: MutableProject.Of(project.Key), Mutations: project.ToList()))
            .ToDictionary(project => project.Project.Assembly, project => project.Project.Compile(project.Mutations));
        return new MutantContext(mutated).LoadFromAssemblyName(new AssemblyName("ActorSync.Simulation"));
    }

    // Never unloaded: code that can be is slower, and its thread statics have brought the runtime down.
    private sealed class MutantContext(IReadOnlyDictionary<string, byte[]> mutated) : AssemblyLoadContext
    {
        private readonly HashSet<string> _own = WithDependents(mutated.Keys);

        // What neither is mutated nor knows what is may be shared, and with it the code that was made of it.
        protected override Assembly? Load(AssemblyName name) =>
            mutated.TryGetValue(name.Name!, out var image) ? LoadFromStream(new MemoryStream(image))
            : _own.Contains(name.Name!) ? LoadFromAssemblyPath(FileOf(name.Name!))
            : null;

        private static HashSet<string> WithDependents(IEnumerable<string> mutated)
        {
            var all = new HashSet<string>(mutated, StringComparer.Ordinal);
            while (References.Where(assembly => !all.Contains(assembly.Name) && assembly.To.Overlaps(all)).ToList() is { Count: > 0 } dependents)
            {
                all.UnionWith(dependents.Select(assembly => assembly.Name));
            }

            return all;
        }

        private static string FileOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

        private static IReadOnlyList<(string Name, HashSet<string> To)> References { get; } =
        [
            .. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Select(file => Path.GetFileNameWithoutExtension(file))
                .Where(name => name.StartsWith("ActorSync", StringComparison.OrdinalIgnoreCase))
                .Select(name => (name, Default.LoadFromAssemblyPath(FileOf(name)).GetReferencedAssemblies().Select(reference => reference.Name!).ToHashSet(StringComparer.Ordinal))),
        ];
    }
}
