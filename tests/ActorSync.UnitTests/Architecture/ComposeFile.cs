using ActorSync.TestKit;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ActorSync.UnitTests.Architecture;

/// <summary>docker-compose.yml as an engine reads it: anchors and merges resolved. A key twice is an error.</summary>
internal sealed class ComposeFile
{
    private ComposeFile(Dictionary<object, object?> root) => Root = root;

    public Dictionary<object, object?> Root { get; }

    /// <summary>Services by name.</summary>
    public IEnumerable<(string Name, Dictionary<object, object?> Service)> Services => Block(Root["services"]).Select(service => ((string)service.Key, Block(service.Value)));

    public static ComposeFile Read()
    {
        using var text = File.OpenText(Path.Combine(ProjectFolder.Root, "docker-compose.yml"));
        return new(new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<Dictionary<object, object?>>(new MergingParser(new Parser(text))));
    }

    /// <summary>A value by its path; null when a part of it is absent.</summary>
    public static object? At(object? block, string path)
    {
        foreach (var key in path.Split('.'))
        {
            block = block is Dictionary<object, object?> fields && fields.TryGetValue(key, out var value) ? value : null;
        }

        return block;
    }

    public static Dictionary<object, object?> Block(object? value) => (Dictionary<object, object?>)value!;

    /// <summary>The texts of a list; none for an absent one.</summary>
    public static IReadOnlyList<string> Texts(object? list) => list is List<object> items ? [.. items.Select(item => (string)item)] : [];
}
