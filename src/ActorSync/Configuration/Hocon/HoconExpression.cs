using System.Collections.Immutable;

namespace ActorSync.Configuration.Hocon;

/// <summary>A value as written, before substitution.</summary>
internal abstract record HoconExpression(ConfigOrigin Origin);

/// <summary>One piece of text; <see cref="IsSpace"/>: only the space between two other pieces.</summary>
internal sealed record TextExpression(ConfigOrigin Origin, string Text, bool IsQuoted, bool IsSpace = false) : HoconExpression(Origin);

internal sealed record ListExpression(ConfigOrigin Origin, ImmutableArray<HoconExpression> Items) : HoconExpression(Origin);

/// <summary>Values written side by side: texts are joined, lists appended, blocks merged.</summary>
internal sealed record JoinExpression(ConfigOrigin Origin, ImmutableArray<HoconExpression> Pieces) : HoconExpression(Origin);

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
/// <param name="IncludedUnder">In an included file: the block it was included into, where the path is looked up first.</param>
internal sealed record SubstitutionExpression(
    ConfigOrigin Origin, ImmutableArray<string> Path, bool IsOptional, ImmutableArray<string> IncludedUnder) : HoconExpression(Origin);

/// <summary>A block: keys and, per key, all that was written for it.</summary>
internal sealed record BlockExpression(ConfigOrigin Origin, string Path) : HoconExpression(Origin)
{
    private readonly OrderedDictionary<string, HoconSlot> _slots = new(StringComparer.Ordinal);

    /// <summary>Where the block was last opened.</summary>
    public ConfigOrigin LastOrigin { get; private set; } = Origin;

    public IEnumerable<KeyValuePair<string, HoconSlot>> Slots => _slots;

    public HoconSlot? Find(string key) => _slots.GetValueOrDefault(key);

    /// <summary>The slot of a key, made if this is the first time it is named.</summary>
    public HoconSlot Slot(string key)
    {
        if (!_slots.TryGetValue(key, out var slot))
        {
            slot = new(Path.Length == 0 ? key : $"{Path}.{key}");
            _slots.Add(key, slot);
        }

        return slot;
    }

    /// <summary>The slot at the end of a path; blocks on the way are opened.</summary>
    public HoconSlot Slot(ImmutableArray<string> path, ConfigOrigin origin)
    {
        var block = this;
        foreach (var key in path.AsSpan()[..^1])
        {
            block = block.Slot(key).OpenBlock(origin);
        }

        return block.Slot(path[^1]);
    }

    /// <summary>Puts a later block of the same key on top of this one.</summary>
    public void MergeLater(BlockExpression later)
    {
        LastOrigin = later.LastOrigin;
        foreach (var (key, slot) in later._slots)
        {
            Slot(key).AddAll(slot);
        }
    }
}

/// <summary>A key and everything written for it, first to last. Later layers win; blocks merge with the blocks below them.</summary>
internal sealed class HoconSlot(string path)
{
    private readonly List<HoconExpression> _layers = [];

    /// <summary>The full key.</summary>
    public string Path { get; } = path;

    public IReadOnlyList<HoconExpression> Layers => _layers;

    public void Add(HoconExpression expression)
    {
        if (expression is BlockExpression later && _layers is [.., BlockExpression last])
        {
            last.MergeLater(later);
        }
        else
        {
            _layers.Add(expression);
        }
    }

    public void AddAll(HoconSlot later)
    {
        foreach (var layer in later._layers)
        {
            Add(layer);
        }
    }

    /// <summary>The block on top, opened if there is none.</summary>
    public BlockExpression OpenBlock(ConfigOrigin origin)
    {
        if (_layers is not [.., BlockExpression block])
        {
            block = new(origin, Path);
            _layers.Add(block);
        }

        return block;
    }
}
