using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>
/// Up to 25 subrequests in one call, in order. A subrequest may use an earlier answer by <c>@{referenceId.property}</c>. allOrNone over the whole
/// composite is refused: the org model has no transaction over several calls.
/// </summary>
internal sealed partial class RestComposite(RestRoutes routes)
{
    private const int SubrequestsMax = 25;

    public RestAction Find(RestRequest request)
    {
        if (request.Method != "POST")
        {
            throw RestErrors.Method(request.Method, "POST");
        }

        using var json = RestJson.Parse(request.Body);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("compositeRequest", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new OrgFaultException("JSON_PARSER_ERROR", "The request body must be an object with an array \"compositeRequest\"");
        }

        if (root.TryGetProperty("allOrNone", out var all) && all.ValueKind == JsonValueKind.True)
        {
            throw new OrgFaultException("FUNCTIONALITY_NOT_ENABLED", "This simulator offers allOrNone for collections, not for a whole composite");
        }

        Part[] parts = [.. list.EnumerateArray().Select(Read)];
        return parts.Length <= SubrequestsMax
            ? new RestAction("composite", [], parts.Length, scope => Run(scope, request.Options, parts))
            : throw new OrgFaultException("LIMIT_EXCEEDED", $"Limit reached. Cannot submit more than {SubrequestsMax} subrequests in a composite request");
    }

    private static Part Read(JsonElement element) => new(
        Text(element, "method"),
        Text(element, "url"),
        Text(element, "referenceId"),
        element.TryGetProperty("body", out var body) ? body.GetRawText() : "");

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.GetString() is { } text ? text : throw new OrgFaultException("JSON_PARSER_ERROR", $"A subrequest lacks \"{name}\"");

    private Answer Run(CallScope scope, RestOptions options, Part[] parts)
    {
        var answers = new Dictionary<string, Answer>(StringComparer.Ordinal);
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("compositeResponse");
            foreach (var part in parts)
            {
                var answer = Run(scope, options, part, answers);
                answers[part.ReferenceId] = answer;
                Write(json, part, answer);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private Answer Run(CallScope scope, RestOptions options, Part part, Dictionary<string, Answer> answers)
    {
        try
        {
            var body = Encoding.UTF8.GetBytes(Resolve(part.Body, answers));
            return routes.Find(RestEndpoint.Read(part.Method, Resolve(part.Url, answers), body, options)).Effect(scope);
        }
        catch (OrgFaultException fault)
        {
            return RestErrors.Write(fault);
        }
    }

    private static void Write(Utf8JsonWriter json, Part part, Answer answer)
    {
        json.WriteStartObject();
        json.WritePropertyName("body");
        if (answer.Body.IsEmpty)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(answer.Body.Span, skipInputValidation: true);
        }

        json.WriteStartObject("httpHeaders");
        foreach (var (name, value) in answer.Headers)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteNumber("httpStatusCode", answer.Status);
        json.WriteString("referenceId", part.ReferenceId);
        json.WriteEndObject();
    }

    private static string Resolve(string text, Dictionary<string, Answer> answers) =>
        text.Contains("@{", StringComparison.Ordinal) ? ReferencePattern().Replace(text, m => Value(m, answers)) : text;

    private static string Value(Match reference, Dictionary<string, Answer> answers)
    {
        if (answers.TryGetValue(reference.Groups["id"].Value, out var answer) && !answer.Body.IsEmpty)
        {
            using var json = JsonDocument.Parse(answer.Body);
            var value = json.RootElement;
            foreach (var step in reference.Groups["path"].Value.Split('.'))
            {
                value = Step(value, step) ?? throw Invalid(reference.Value);
            }

            return value.ToString();
        }

        throw Invalid(reference.Value);
    }

    /// <summary>A property, with an index where it is an array: <c>records[0]</c>.</summary>
    private static JsonElement? Step(JsonElement value, string step)
    {
        var name = step.Split('[')[0];
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out var found))
        {
            return null;
        }

        return step.Length == name.Length ? found
            : int.TryParse(step[(name.Length + 1)..^1], out var index) && found.ValueKind == JsonValueKind.Array && index < found.GetArrayLength() ? found[index] : null;
    }

    private static OrgFaultException Invalid(string reference) => new("PROCESSING_HALTED", $"Invalid reference specified. No value for {reference} found");

    private sealed record Part(string Method, string Url, string ReferenceId, string Body);

    [GeneratedRegex(@"@\{(?<id>\w+)\.(?<path>[\w.\[\]]+)\}")]
    private static partial Regex ReferencePattern();
}
