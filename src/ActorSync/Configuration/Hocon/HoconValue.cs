using System.Collections.Immutable;

namespace ActorSync.Configuration.Hocon;

/// <summary>A value after includes, merging and substitution; knows where it was written.</summary>
internal abstract record HoconValue(ConfigOrigin Origin)
{
    /// <summary>How the kind of value is named in an error.</summary>
    public abstract string Kind { get; }
}

/// <summary>A block of keys, in the order first written.</summary>
internal sealed record HoconObject(ConfigOrigin Origin, IReadOnlyDictionary<string, HoconValue> Fields) : HoconValue(Origin)
{
    public override string Kind => "a block";

    /// <summary>This block over another: its own values win, blocks in both are merged key by key.</summary>
    public HoconObject Over(HoconObject lower)
    {
        var fields = new OrderedDictionary<string, HoconValue>(lower.Fields, StringComparer.Ordinal);
        foreach (var (key, value) in Fields)
        {
            fields[key] = value is HoconObject upper && fields.GetValueOrDefault(key) is HoconObject under ? upper.Over(under) : value;
        }

        return new(Origin, fields);
    }
}

internal sealed record HoconList(ConfigOrigin Origin, ImmutableArray<HoconValue> Items) : HoconValue(Origin)
{
    public override string Kind => "a list";
}

/// <summary>Text, number, boolean or null: which of them it is, is for the reader of the key to say.</summary>
internal sealed record HoconText(ConfigOrigin Origin, string Text, bool IsQuoted) : HoconValue(Origin)
{
    public bool IsNull => !IsQuoted && Text == "null";

    public override string Kind => IsNull ? "null" : "a text";
}
