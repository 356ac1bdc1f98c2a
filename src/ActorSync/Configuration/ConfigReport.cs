using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorSync.Configuration;

/// <summary>What a check of the configuration found, for people and for scripts: errors, warnings, and the values in effect with secrets masked.</summary>
internal sealed class ConfigReport(ConfigProblems problems, ImmutableArray<ConfigEntry> entries)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsValid => problems.Errors.Count == 0;

    /// <summary>The errors, at most <see cref="ConfigProblems.ErrorsMax"/>, by file and line.</summary>
    public ImmutableArray<ConfigProblem> Errors { get; } = InOrder(problems.Errors);

    /// <summary>What is allowed but most likely not meant.</summary>
    public ImmutableArray<ConfigProblem> Warnings { get; } = InOrder(problems.Warnings);

    /// <summary>The values in effect, in the order of the reference configuration; mappings last. Incomplete if there are errors.</summary>
    public ImmutableArray<ConfigEntry> Values { get; } = entries;

    /// <summary>Errors and warnings, one line each, and a last line that counts them.</summary>
    public string ProblemsToText()
    {
        var text = new StringBuilder();
        foreach (var error in Errors)
        {
            text.Append(error).Append('\n');
        }

        if (problems.ErrorsLeftOut > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"... and {problems.ErrorsLeftOut} more errors\n");
        }

        foreach (var warning in Warnings)
        {
            text.Append("warning: ").Append(warning).Append('\n');
        }

        var errors = Errors.Length + problems.ErrorsLeftOut;
        return text.Append(CultureInfo.InvariantCulture, $"{Count(errors, "error")}, {Count(Warnings.Length, "warning")}\n").ToString();
    }

    /// <summary>The values in effect, one line each: <c>key = value   # file:line</c>.</summary>
    public string ValuesToText()
    {
        const int OriginColumnMax = 64;
        var written = Values.Select(v => ($"{v.Key} = {v.Value}", v.Origin)).ToList();
        var width = written.Select(w => w.Item1.Length).Where(l => l <= OriginColumnMax).DefaultIfEmpty(0).Max();
        return string.Concat(written.Select(w => $"{w.Item1.PadRight(width)}  # {w.Origin}\n"));
    }

    /// <summary>
    /// <c>{"valid": true, "errors": [{"file", "line", "key", "message", "remedy"}], "errorsLeftOut": 0, "warnings": [...],
    /// "values": [{"key", "value", "file", "line"}]}</c>; line is 0 for values from the environment.
    /// </summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteBoolean("valid", IsValid);
            Write(json, "errors", Errors);
            json.WriteNumber("errorsLeftOut", problems.ErrorsLeftOut);
            Write(json, "warnings", Warnings);
            json.WriteStartArray("values");
            foreach (var value in Values)
            {
                json.WriteStartObject();
                json.WriteString("key", value.Key);
                json.WriteString("value", value.Value);
                Write(json, value.Origin);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, ImmutableArray<ConfigProblem> problems)
    {
        json.WriteStartArray(name);
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            Write(json, problem.Origin);
            json.WriteString("key", problem.Key);
            json.WriteString("message", problem.Message);
            json.WriteString("remedy", problem.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ConfigOrigin origin)
    {
        json.WriteString("file", origin.Source);
        json.WriteNumber("line", origin.Line);
    }

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private static ImmutableArray<ConfigProblem> InOrder(IReadOnlyList<ConfigProblem> problems)
    {
        // Files in the order in which they first appear, lines in theirs.
        var sources = problems.Select(p => p.Origin.Source).Distinct().ToList();
        return [.. problems.OrderBy(p => sources.IndexOf(p.Origin.Source)).ThenBy(p => p.Origin.Line)];
    }
}
