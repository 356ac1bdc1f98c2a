using ActorSync.Configuration;
using ActorSync.Configuration.Hocon;
using BenchmarkDotNet.Attributes;

namespace ActorSync.MicroBenchmarks;

/// <summary>reference.conf, as every start of the program reads it.</summary>
[MemoryDiagnoser]
public class ConfigurationTexts
{
    private readonly string _text = ReferenceConfig.ReadText();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    /// <summary>Parsed.</summary>
    [Benchmark]
    public int ReferenceParsed()
    {
        var problems = new ConfigProblems();
        var root = new BlockExpression(new(ReferenceConfig.Source, 1), "");
        new HoconIncludes(HoconFiles.Read, problems).Parse(ReferenceConfig.Source, _text, root, []);
        return problems.Errors.Count;
    }

    /// <summary>Parsed, resolved, bound and checked, with nothing of anybody's on top of it.</summary>
    [Benchmark]
    public object ReferenceLoaded() => SyncConfigLoader.Load([], _environment);
}
