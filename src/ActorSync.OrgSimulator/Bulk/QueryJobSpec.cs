using System.Text.Json;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>What was asked for when a query job was created.</summary>
/// <param name="Type">The object behind FROM.</param>
/// <param name="IncludesDeleted">queryAll: the recycle bin is read too.</param>
/// <param name="ColumnDelimiter">Salesforce's word, as of an ingest job.</param>
/// <param name="LineEnding">LF or CRLF.</param>
internal sealed record QueryJobSpec(ObjectDefinition Type, string Query, bool IncludesDeleted, string ColumnDelimiter, string LineEnding)
{
    private static readonly string[] Known = ["operation", "query", "contentType", "columnDelimiter", "lineEnding"];

    /// <summary>The operation's name on the wire.</summary>
    public string OperationName => IncludesDeleted ? "queryAll" : "query";

    /// <exception cref="OrgFaultException">A property is missing, unknown or has a value it cannot have; or a Bulk query cannot ask that.</exception>
    public static QueryJobSpec Read(JsonElement body, OrgModel model)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw BulkErrors.Json("The request body must be an object");
        }

        foreach (var property in body.EnumerateObject().Where(p => !Known.Contains(p.Name)))
        {
            throw BulkErrors.Json($"Unrecognized field \"{property.Name}\"");
        }

        if (BulkJobSpec.Text(body, "contentType") is { } content && content != "CSV")
        {
            throw new OrgFaultException("INVALIDJOB", $"Unsupported contentType: {content}. Only CSV is supported");
        }

        var operation = BulkJobSpec.Text(body, "operation") ?? throw new OrgFaultException("INVALIDJOB", "operation is missing");
        if (operation is not ("query" or "queryAll"))
        {
            throw BulkErrors.Json($"{operation} not a valid value for operation");
        }

        var query = BulkJobSpec.Text(body, "query") is { Length: > 0 } text ? text : throw new OrgFaultException("INVALIDJOB", "query is missing");
        return new QueryJobSpec(
            model.CheckExport(query),
            query,
            operation == "queryAll",
            BulkJobSpec.Choice(body, "columnDelimiter", "COMMA", BulkJobSpec.Delimiters.Keys),
            BulkJobSpec.Choice(body, "lineEnding", "LF", BulkJobSpec.LineEndings));
    }
}
