using System.Collections.Immutable;

namespace ActorSync.Configuration.Hocon;

/// <summary>
/// Turns what was written into values: merges layers, looks substitutions up (the configuration first, then the environment), joins pieces.
/// A substitution inside a key that names the key itself sees what was written before it (HOCON.md, "Self-referential substitutions");
/// any other circle is reported.
/// </summary>
internal sealed class HoconResolver(BlockExpression root, IReadOnlyDictionary<string, string> environment, ConfigProblems problems)
{
    /// <summary>Deepest chain of keys that refer to each other, and of blocks inside blocks while resolving.</summary>
    public const int DepthMax = 256;

    /// <summary>Most characters of one joined text: texts that double each other would not end.</summary>
    public const int TextCharactersMax = 1 << 16;

    private readonly Dictionary<HoconSlot, HoconValue?> _resolved = [];

    // For a slot in work: the layer being evaluated. What stands in a layer may look at the layers below only.
    private readonly Dictionary<HoconSlot, int> _inWork = [];
    private readonly HashSet<HoconExpression> _reported = new(ReferenceEqualityComparer.Instance);
    private int _depth;

    /// <summary>The root block with every value final. What could not be resolved was reported and is left out.</summary>
    public HoconObject Resolve() => (HoconObject)(Evaluate(root, "") ?? new HoconObject(root.LastOrigin, ImmutableDictionary<string, HoconValue>.Empty));

    private HoconValue? Evaluate(HoconSlot slot)
    {
        if (_resolved.TryGetValue(slot, out var known))
        {
            return known;
        }

        var value = EvaluateBelow(slot, slot.Layers.Count);
        _resolved[slot] = value;
        return value;
    }

    /// <summary>The value of the layers below <paramref name="count"/>: the topmost one, or all blocks down to the first that is none, merged.</summary>
    private HoconValue? EvaluateBelow(HoconSlot slot, int count)
    {
        HoconObject? merged = null;
        for (var layer = count - 1; layer >= 0; layer--)
        {
            var value = InWork(slot, layer, () => Evaluate(slot.Layers[layer], slot.Path));
            if (value is HoconObject block)
            {
                merged = merged?.Over(block) ?? block;
            }
            else if (value is not null)
            {
                return merged ?? value;
            }
        }

        return merged;
    }

    private HoconValue? InWork(HoconSlot slot, int layer, Func<HoconValue?> evaluate)
    {
        var wasInWork = _inWork.TryGetValue(slot, out var outer);
        _inWork[slot] = layer;
        var value = evaluate();
        if (wasInWork)
        {
            _inWork[slot] = outer;
        }
        else
        {
            _inWork.Remove(slot);
        }

        return value;
    }

    private HoconValue? Evaluate(HoconExpression expression, string owner)
    {
        if (_depth == DepthMax)
        {
            Report(expression, owner, $"values refer to each other or nest deeper than {DepthMax}", "write the value itself");
            return null;
        }

        _depth++;
        var value = expression switch
        {
            TextExpression text => new HoconText(text.Origin, text.Text, text.IsQuoted),
            BlockExpression block => EvaluateBlock(block),
            ListExpression list => new HoconList(list.Origin, [.. list.Items.Select((item, i) => Evaluate(item, $"{owner}[{i}]")).OfType<HoconValue>()]),
            SubstitutionExpression substitution => Substitute(substitution, owner),
            JoinExpression join => Join(join, owner),
            _ => throw new System.Diagnostics.UnreachableException(expression.GetType().Name),
        };
        _depth--;
        return value;
    }

    private HoconObject EvaluateBlock(BlockExpression block)
    {
        var fields = new OrderedDictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach (var (key, slot) in block.Slots)
        {
            if (Evaluate(slot) is { } value)
            {
                fields.Add(key, value);
            }
        }

        return new(block.LastOrigin, fields);
    }

    private HoconValue? Substitute(SubstitutionExpression substitution, string owner)
    {
        var path = HoconPath.Show(substitution.Path);
        var lookup = new Lookup(owner);
        var value = substitution.IncludedUnder.IsEmpty ? null : Find(root, [.. substitution.IncludedUnder, .. substitution.Path], lookup);
        value ??= Find(root, substitution.Path, lookup);
        if (value is null && environment.TryGetValue(path, out var variable))
        {
            value = new HoconText(ConfigOrigin.Environment(path), variable, IsQuoted: true);
        }

        if (value is null && lookup.IsCircle && !substitution.IsOptional)
        {
            Report(substitution, owner, $"${{{path}}} leads back to this key", "write the value itself in one of the keys of the circle");
        }
        else if (value is null && !substitution.IsOptional)
        {
            Report(substitution, owner, $"${{{path}}} names no key and no environment variable", $"define {path}, or write ${{?{path}}} if it may be absent");
        }

        return value;
    }

    /// <summary>Looks a path up from a block, evaluating no more than what lies on the way.</summary>
    private HoconValue? Find(BlockExpression block, ReadOnlyMemory<string> path, Lookup lookup)
    {
        if (block.Find(path.Span[0]) is not { } slot)
        {
            return null;
        }

        var count = slot.Layers.Count;
        if (_inWork.TryGetValue(slot, out var layer) && (path.Length == 1 || slot.Layers[layer] is not BlockExpression))
        {
            // The key is being evaluated right now. From inside it: what was written before. From elsewhere: a circle.
            count = lookup.IsInside(slot.Path) ? layer : 0;
            lookup.IsCircle |= count == 0;
            return path.Length == 1 ? EvaluateBelow(slot, count) : FindBelow(slot, count, path[1..], lookup);
        }

        return path.Length == 1 ? Evaluate(slot) : FindBelow(slot, count, path[1..], lookup);
    }

    private HoconValue? Find(BlockExpression block, ImmutableArray<string> path, Lookup lookup) => Find(block, path.AsMemory(), lookup);

    private HoconValue? FindBelow(HoconSlot slot, int count, ReadOnlyMemory<string> path, Lookup lookup)
    {
        HoconObject? merged = null;
        for (var layer = count - 1; layer >= 0; layer--)
        {
            HoconValue? value;
            if (slot.Layers[layer] is BlockExpression block)
            {
                value = Find(block, path, lookup);
            }
            else
            {
                var whole = InWork(slot, layer, () => Evaluate(slot.Layers[layer], slot.Path));
                if (whole is not (null or HoconObject))
                {
                    return merged;
                }

                value = Child(whole, path);
            }

            if (value is HoconObject found)
            {
                merged = merged?.Over(found) ?? found;
            }
            else if (value is not null)
            {
                return merged ?? value;
            }
        }

        return merged;
    }

    private static HoconValue? Child(HoconValue? value, ReadOnlyMemory<string> path)
    {
        foreach (var key in path.Span)
        {
            value = (value as HoconObject)?.Fields.GetValueOrDefault(key);
        }

        return value;
    }

    private HoconValue? Join(JoinExpression join, string owner)
    {
        HoconValue? joined = null;
        HoconText? space = null;
        foreach (var piece in join.Pieces)
        {
            var value = Evaluate(piece, owner);
            if (piece is TextExpression { IsSpace: true })
            {
                space = (HoconText?)value;
            }
            else if (value is not null)
            {
                // Space counts between two texts only.
                var left = joined is HoconText && value is HoconText && space is not null ? Join(joined, space) : joined;
                joined = joined is null ? value : left is null ? null : Join(left, value);
                space = null;
                if (joined is null)
                {
                    Report(join, owner, "pieces of different kinds, or too much text, are joined to one value", "join only texts, only lists or only blocks");
                    return null;
                }
            }
        }

        return joined;
    }

    private static HoconValue? Join(HoconValue left, HoconValue right) => (left, right) switch
    {
        (HoconObject l, HoconObject r) => r.Over(l),
        (HoconList l, HoconList r) => new HoconList(l.Origin, l.Items.AddRange(r.Items)),
        (HoconText l, HoconText r) when l.Text.Length + r.Text.Length <= TextCharactersMax => new HoconText(l.Origin, l.Text + r.Text, IsQuoted: true),
        _ => null,
    };

    private void Report(HoconExpression expression, string owner, string message, string remedy)
    {
        if (_reported.Add(expression))
        {
            problems.Error(expression.Origin, owner, message, remedy);
        }
    }

    /// <summary>One search for a substitution's value.</summary>
    /// <param name="owner">The key in which the substitution stands.</param>
    private sealed class Lookup(string owner)
    {
        /// <summary>The search came to a key that is being evaluated and has nothing below.</summary>
        public bool IsCircle { get; set; }

        public bool IsInside(string path) =>
            owner.StartsWith(path, StringComparison.Ordinal) && (owner.Length == path.Length || owner[path.Length] is '.' or '[');
    }
}
