using System.Text.Json;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>What a job does with its rows.</summary>
internal enum BulkOperation
{
    Insert,
    Update,
    Upsert,
    Delete,
}

/// <summary>What was asked for when the job was created.</summary>
/// <param name="ExternalIdField">The field an upsert matches by; null for other operations.</param>
/// <param name="ColumnDelimiter">Salesforce's word: COMMA, TAB, SEMICOLON, PIPE, CARET or BACKQUOTE.</param>
/// <param name="LineEnding">LF or CRLF.</param>
internal sealed record BulkJobSpec(ObjectDefinition Type, BulkOperation Operation, string? ExternalIdField, string ColumnDelimiter, string LineEnding, string? AssignmentRuleId)
{
    /// <summary>Columns' delimiters by Salesforce's words.</summary>
    public static readonly Dictionary<string, char> Delimiters = new(StringComparer.Ordinal)
    {
        ["COMMA"] = ',',
        ["TAB"] = '\t',
        ["SEMICOLON"] = ';',
        ["PIPE"] = '|',
        ["CARET"] = '^',
        ["BACKQUOTE"] = '`',
    };

    private static readonly Dictionary<string, BulkOperation> Operations = new(StringComparer.Ordinal)
    {
        ["insert"] = BulkOperation.Insert,
        ["update"] = BulkOperation.Update,
        ["upsert"] = BulkOperation.Upsert,
        ["delete"] = BulkOperation.Delete,
    };

    public static readonly string[] LineEndings = ["LF", "CRLF"];

    private static readonly string[] Known =
        ["object", "operation", "externalIdFieldName", "contentType", "columnDelimiter", "lineEnding", "assignmentRuleId", "concurrencyMode"];

    public char Delimiter => Delimiters[ColumnDelimiter];

    public bool EndsWithCrLf => LineEnding == "CRLF";

    /// <summary>The operation's name on the wire.</summary>
    public string OperationName => Operation.ToString().ToLowerInvariant();

    /// <summary>The name of the SOAP operation that does the same, for faults to select by.</summary>
    public string DmlName => Operation == BulkOperation.Insert ? "create" : OperationName;

    /// <exception cref="OrgFaultException">A property is missing, unknown or has a value it cannot have.</exception>
    public static BulkJobSpec Read(JsonElement body, OrgSchema schema)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw BulkErrors.Json("The request body must be an object");
        }

        foreach (var property in body.EnumerateObject().Where(p => !Known.Contains(p.Name)))
        {
            throw BulkErrors.Json($"Unrecognized field \"{property.Name}\"");
        }

        var name = Text(body, "object") ?? throw new OrgFaultException("INVALIDJOB", "object is missing");
        var type = schema.Find(name) ?? throw new OrgFaultException("INVALIDENTITY", $"Entity '{name}' is not supported by the Bulk API.");
        if (Text(body, "contentType") is { } content && content != "CSV")
        {
            throw new OrgFaultException("INVALIDJOB", $"Unsupported contentType: {content}. Only CSV is supported");
        }

        var operation = ReadOperation(body);
        return new BulkJobSpec(
            type,
            operation,
            operation == BulkOperation.Upsert ? ReadExternalId(body, type) : null,
            Choice(body, "columnDelimiter", "COMMA", Delimiters.Keys),
            Choice(body, "lineEnding", "LF", LineEndings),
            Text(body, "assignmentRuleId"));
    }

    private static BulkOperation ReadOperation(JsonElement body)
    {
        var name = Text(body, "operation") ?? throw new OrgFaultException("INVALIDJOB", "operation is missing");
        if (name == "hardDelete")
        {
            throw new OrgFaultException("FEATURENOTENABLED", "hardDelete operation requires special user profile permission, please contact your system administrator");
        }

        return Operations.TryGetValue(name, out var operation) ? operation : throw BulkErrors.Json($"{name} not a valid value for operation");
    }

    private static string ReadExternalId(JsonElement body, ObjectDefinition type)
    {
        var name = Text(body, "externalIdFieldName");
        if (string.IsNullOrEmpty(name))
        {
            throw new OrgFaultException("INVALIDJOB", $"External ID was blank for {type.Name}. An External ID must be specified for upsert.");
        }

        return type.Field(name) is { } field && (field.IdLookup || field.Type == FieldType.Id)
            ? field.Name
            : throw new OrgFaultException("INVALIDJOB", $"Field name provided, {name} does not match an External ID for {type.Name}");
    }

    /// <summary>One of the values; the standard one when absent.</summary>
    public static string Choice(JsonElement body, string name, string standard, IEnumerable<string> values)
    {
        var given = Text(body, name) ?? standard;
        return values.Contains(given) ? given : throw BulkErrors.Json($"{given} not a valid value for {name}");
    }

    /// <summary>A text of the body; null when absent.</summary>
    public static string? Text(JsonElement body, string name) => !body.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => throw BulkErrors.Json($"\"{name}\" must be a text"),
    };
}
