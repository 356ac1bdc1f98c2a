using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Configuration.Hocon;

namespace ActorSync.Configuration;

/// <summary>
/// Reads the keys of one block into values and reports what is wrong with each; a wrong value reads as the default of its type, and
/// the configuration is refused in the end. After the last key <see cref="Done"/> reports the keys nobody asked for.
/// </summary>
internal sealed class SectionReader
{
    private const int ShownCharactersMax = 60;

    private readonly ConfigBinding _binding;
    private readonly HoconObject? _block;
    private readonly SectionReader? _parent;
    private readonly List<string> _keys = [];

    /// <param name="block">Null if the block is broken: nothing further is reported then.</param>
    private SectionReader(ConfigBinding binding, string path, HoconObject? block, SectionReader? parent) =>
        (_binding, Path, _block, _parent) = (binding, path, block, parent);

    /// <summary>Full key of this block; empty for the root.</summary>
    public string Path { get; }

    /// <summary>Where the user wrote this block, or the nearest block around it.</summary>
    public ConfigOrigin Origin => _block is { } block && ConfigBinding.IsUsers(block.Origin) ? block.Origin : _parent?.Origin ?? _binding.UserOrigin;

    public static SectionReader Of(ConfigBinding binding, HoconObject root) => new(binding, "", root, null);

    /// <summary>The reader of a block that is an item of a list.</summary>
    public SectionReader Item(string path, HoconObject block) => new(_binding, path, block, this);

    public string KeyOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    public SectionReader Section(string key)
    {
        _keys.Add(key);
        var value = Find(key);
        if (value is HoconText or HoconList)
        {
            Error(value.Origin, KeyOf(key), $"is {value.Kind}, not a block", $"write {key} {{ ... }}");
            return new(_binding, KeyOf(key), null, this);
        }

        var nothing = new HoconObject(Origin, ImmutableDictionary<string, HoconValue>.Empty);
        return new(_binding, KeyOf(key), _block is null ? null : value as HoconObject ?? nothing, this);
    }

    public int Integer(string key, int min, int max) => Value(key, Form(min, max), text =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value >= min && value <= max ? Bound.To(value, value.ToString(CultureInfo.InvariantCulture)) : Bound<int>.Wrong($"{Quote(text)} is out of range")
            : Bound<int>.Wrong($"{Quote(text)} is not a whole number"));

    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max) =>
        Value(key, $"write a duration from {HoconQuantity.Show(min)} to {HoconQuantity.Show(max)}: {HoconQuantity.DurationForm}", text =>
            HoconQuantity.ReadDuration(text) is not { } value ? Bound<TimeSpan>.Wrong(NotQuantity(text, "duration"))
            : value >= min && value <= max ? Bound.To(value, HoconQuantity.Show(value))
            : Bound<TimeSpan>.Wrong($"{Quote(text)} is out of range"));

    public long Bytes(string key, long min, long max) =>
        Value(key, $"write a size from {HoconQuantity.ShowBytes(min)} to {HoconQuantity.ShowBytes(max)}: {HoconQuantity.BytesForm}", text =>
            HoconQuantity.ReadBytes(text) is not { } value ? Bound<long>.Wrong(NotQuantity(text, "size"))
            : value >= min && value <= max ? Bound.To(value, HoconQuantity.ShowBytes(value))
            : Bound<long>.Wrong($"{Quote(text)} is out of range"));

    public T Choice<T>(string key, ConfigChoice<T> choice)
        where T : struct, Enum =>
        Value(key, $"write {choice.Form}", text => choice.Find(text) is { } value
            ? Bound.To(value, text)
            : Bound<T>.Wrong(choice.NotYetComplaint(text) ?? $"{Quote(text)} is none of the choices", NearestChoice(text, choice)));

    /// <summary>As <see cref="Choice{T}(string, ConfigChoice{T})"/>, taking over what another key holds if this one is absent.</summary>
    public T Choice<T>(string key, ConfigChoice<T> choice, T inherited, string inheritedKey)
        where T : struct, Enum =>
        Inherit(key, inheritedKey) ? inherited : Choice(key, choice);

    /// <summary>A text for which a check has a complaint or null.</summary>
    public string Text(string key, string remedy, Func<string, string?> check) => Value(key, remedy, text => CheckedText(text, check)) ?? "";

    public string Text(string key, string remedy, Func<string, string?> check, string inherited, string inheritedKey) =>
        Inherit(key, inheritedKey) ? inherited : Text(key, remedy, check);

    /// <summary>A value of a type of its own. <paramref name="read"/> gives it and how it is shown.</summary>
    public T? Value<T>(string key, string remedy, Func<string, Bound<T>> read)
    {
        if (Find(key, remedy) is not { } found)
        {
            return default;
        }

        var bound = read(found.Text);
        if (bound.Complaint is not null)
        {
            Error(found.Origin, KeyOf(key), bound.Complaint, bound.Remedy ?? remedy);
            return default;
        }

        _binding.Record(KeyOf(key), bound.Shown, found.Origin);
        return bound.Value;
    }

    /// <summary>As <see cref="Value{T}(string, string, Func{string, Bound{T}})"/>, taking over what another key holds if this one is absent.</summary>
    public T? Value<T>(string key, string remedy, Func<string, Bound<T>> read, T inherited, string inheritedKey) =>
        Inherit(key, inheritedKey) ? inherited : Value(key, remedy, read);

    /// <summary>As <see cref="Value{T}(string, string, Func{string, Bound{T}})"/>; absent or null is no mistake.</summary>
    public T? OptionalValue<T>(string key, string remedy, Func<string, Bound<T>> read)
    {
        if (Has(key))
        {
            return Value(key, remedy, read);
        }

        _keys.Add(key);
        return default;
    }

    /// <summary>A list that must have at least one item and at most <paramref name="itemsMax"/>; empty after a mistake.</summary>
    public ImmutableArray<HoconValue> List(string key, int itemsMax, string remedy)
    {
        _keys.Add(key);
        switch (Find(key))
        {
            case HoconList { Items: var items } list:
                if (items.Length >= 1 && items.Length <= itemsMax)
                {
                    return items;
                }

                if (items.Length == 0 && !ConfigBinding.IsUsers(list.Origin))
                {
                    Missing(key, remedy);
                    return [];
                }

                Error(list.Origin, KeyOf(key), items.Length == 0 ? "is empty" : $"has more than {itemsMax} items", remedy);
                return [];
            case null or HoconText { IsNull: true }:
                Missing(key, remedy);
                return [];
            case var other:
                Error(other.Origin, KeyOf(key), $"is {other.Kind}, not a list", remedy);
                return [];
        }
    }

    /// <summary>Reports every key of the block that was not read.</summary>
    public void Done()
    {
        foreach (var (key, value) in _block?.Fields ?? ImmutableDictionary<string, HoconValue>.Empty)
        {
            if (!_keys.Contains(key))
            {
                Error(value.Origin, KeyOf(key), "there is no such key", UnknownRemedy(key));
            }
        }
    }

    public void Error(ConfigOrigin origin, string key, string message, string remedy) => _binding.Problems.Error(origin, key, message, remedy);

    public void Warn(ConfigOrigin origin, string key, string message, string remedy) => _binding.Problems.Warn(origin, key, message, remedy);

    /// <summary>The key has a value, right or wrong.</summary>
    public bool Has(string key) => Find(key) is not (null or HoconText { IsNull: true });

    /// <summary>The key exists, and what it holds is looked at elsewhere.</summary>
    public void Ignore(string key) => _keys.Add(key);

    /// <summary>The origin of a key's value; of this block if the key is absent.</summary>
    public ConfigOrigin OriginOf(string key) => Find(key)?.Origin ?? Origin;

    public void Record(string key, string shown, ConfigOrigin origin) => _binding.Record(key, shown, origin);

    /// <summary>A value in quotes for an error, cut to a sensible length. Never for secrets.</summary>
    public static string Quote(string text) => text.Length <= ShownCharactersMax ? $"\"{text}\"" : $"\"{text[..ShownCharactersMax]}...\"";

    public static Bound<string> CheckedText(string text, Func<string, string?> check) =>
        check(text) is { } complaint ? Bound<string>.Wrong($"{Quote(text)} {complaint}") : Bound.To(text, text);

    private static string Form(int min, int max) => string.Create(CultureInfo.InvariantCulture, $"write a whole number from {min} to {max}");

    private static string NotQuantity(string text, string what) =>
        decimal.TryParse(text, CultureInfo.InvariantCulture, out _) ? $"{Quote(text)} has no unit" : $"{Quote(text)} is not a {what}";

    private static string? NearestChoice<T>(string text, ConfigChoice<T> choice)
        where T : struct, Enum =>
        NearestWord.Find(text, choice.Offered.Select(c => c.Word)) is { } nearest && choice.NotYetComplaint(text) is null
            ? $"write {nearest}; the choices are {choice.Form}"
            : null;

    private HoconValue? Find(string key) => _block?.Fields.GetValueOrDefault(key);

    private HoconText? Find(string key, string remedy)
    {
        _keys.Add(key);
        switch (Find(key))
        {
            case HoconText { IsNull: false } text:
                return text;
            case null or HoconText:
                Missing(key, remedy);
                return null;
            case var other:
                Error(other.Origin, KeyOf(key), $"is {other.Kind}, not a single value", remedy);
                return null;
        }
    }

    private bool Inherit(string key, string inheritedKey)
    {
        if (Has(key))
        {
            return false;
        }

        _keys.Add(key);
        if (_binding.Find(inheritedKey) is { } inherited)
        {
            _binding.Record(KeyOf(key), inherited.Value, inherited.Origin);
        }

        return true;
    }

    private void Missing(string key, string remedy)
    {
        var path = KeyOf(key);
        if (_block is null || _binding.Problems.IsTextBroken || _binding.Problems.IsBroken(path))
        {
            return;
        }

        var place = Path.Length == 0 ? "" : $" in the block {Path}";
        var variable = _binding.KnownKeys.Contains(path) ? $", or set {ReferenceConfig.VariableOf(path)}" : "";
        var origin = Find(key) is { } isNull && ConfigBinding.IsUsers(isNull.Origin) ? isNull.Origin : Origin;
        Error(origin, path, "is missing, it has no default", $"{remedy}{place}{variable}");
    }

    private string UnknownRemedy(string key)
    {
        if (NearestWord.Find(key, _keys) is { } nearest)
        {
            return $"write {nearest}";
        }

        var elsewhere = _binding.KnownKeys.FirstOrDefault(k => k.EndsWith($".{key}", StringComparison.Ordinal));
        return elsewhere is not null ? $"write it as {elsewhere}" : $"remove it; the keys here are {string.Join(", ", _keys)}";
    }
}

/// <summary>What came of reading one text: a value and how it is shown, or what is wrong with it.</summary>
internal readonly record struct Bound<T>(T? Value, string Shown, string? Complaint, string? Remedy)
{
    /// <param name="remedy">What to write, if better known here than to the key.</param>
    public static Bound<T> Wrong(string complaint, string? remedy = null) => new(default, "", complaint, remedy);
}

internal static class Bound
{
    public static Bound<T> To<T>(T value, string shown) => new(value, shown, null, null);
}
