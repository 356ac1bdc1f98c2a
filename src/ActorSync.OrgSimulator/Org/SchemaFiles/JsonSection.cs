using System.Text.Json;

namespace ActorSync.OrgSimulator.Org.SchemaFiles;

/// <summary>An object of the schema file. It notes what is missing, of another type or unknown, with its JSON path, and goes on.</summary>
internal sealed class JsonSection(JsonElement element, string path, SchemaErrors errors)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public string Path => path;

    public bool Has(string key)
    {
        _known.Add(key);
        return element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;
    }

    public string? Text(string key) => Get(key, JsonValueKind.String, "a text") is { } value ? value.GetString() : null;

    public string RequiredText(string key)
    {
        if (!Has(key))
        {
            errors.Add(path, $"{key} is missing");
            return "";
        }

        return Text(key) ?? "";
    }

    public bool Flag(string key, bool absent = false)
    {
        if (!Has(key))
        {
            return absent;
        }

        JsonElement value = element.GetProperty(key);
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            errors.Add($"{path}.{key}", "must be true or false");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    public int Number(string key, int absent, int min, int max)
    {
        if (Get(key, JsonValueKind.Number, "a number") is not { } value)
        {
            return absent;
        }

        if (value.TryGetInt32(out int number) && number >= min && number <= max)
        {
            return number;
        }

        errors.Add($"{path}.{key}", $"must be a whole number from {min} to {max}");
        return absent;
    }

    public string[] Texts(string key)
    {
        if (Get(key, JsonValueKind.Array, "a list of texts") is not { } list)
        {
            return [];
        }

        var texts = new List<string>();
        int index = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
            {
                texts.Add(item.GetString()!);
            }
            else
            {
                errors.Add($"{path}.{key}[{index}]", "must be a text");
            }

            index++;
        }

        return [.. texts];
    }

    public IReadOnlyList<JsonSection> Sections(string key)
    {
        if (Get(key, JsonValueKind.Array, "a list of objects") is not { } list)
        {
            return [];
        }

        var sections = new List<JsonSection>();
        int index = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            string at = $"{path}.{key}[{index++}]";
            if (item.ValueKind == JsonValueKind.Object)
            {
                sections.Add(new JsonSection(item, at, errors));
            }
            else
            {
                errors.Add(at, "must be an object in braces");
            }
        }

        return sections;
    }

    public JsonSection? Section(string key) =>
        Get(key, JsonValueKind.Object, "an object in braces") is { } value ? new JsonSection(value, $"{path}.{key}", errors) : null;

    public void Wrong(string key, string message) => errors.Add($"{path}.{key}", message);

    /// <summary>Notes the keys that nobody asked for.</summary>
    public void RefuseOthers()
    {
        foreach (JsonProperty property in element.EnumerateObject().Where(p => !_known.Contains(p.Name)))
        {
            errors.Add($"{path}.{property.Name}", $"is unknown here; known are {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
        }
    }

    private JsonElement? Get(string key, JsonValueKind kind, string what)
    {
        if (!Has(key))
        {
            return null;
        }

        JsonElement value = element.GetProperty(key);
        if (value.ValueKind == kind)
        {
            return value;
        }

        errors.Add($"{path}.{key}", $"must be {what}");
        return null;
    }
}

/// <summary>What is wrong with a schema file.</summary>
internal sealed class SchemaErrors(string file)
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> All => _errors;

    public void Add(string path, string message) => _errors.Add($"{file}: {path}: {message}");
}

/// <summary>A schema file with errors, all of them: file, JSON path and what to write.</summary>
public sealed class OrgSchemaException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
