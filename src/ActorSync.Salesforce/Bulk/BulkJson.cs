using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorSync.Salesforce.Bulk;

/// <summary>The body that opens a job. Lines end in LF, columns are divided by commas.</summary>
internal sealed record NewJob(string Object, string Operation, string? ExternalIdFieldName)
{
    public string? AssignmentRuleId { get; init; }

    public string ContentType { get; } = "CSV";

    public string LineEnding { get; } = "LF";

    public string ColumnDelimiter { get; } = "COMMA";
}

/// <summary>The body that makes a query job. What is in the recycle bin is not asked for.</summary>
internal sealed record NewQueryJob(string Query)
{
    public string Operation { get; } = "query";

    public string ContentType { get; } = "CSV";

    public string ColumnDelimiter { get; } = "COMMA";

    public string LineEnding { get; } = "LF";
}

/// <summary>The body that closes a job or calls it off.</summary>
internal sealed record JobChange(string State);

/// <summary>A job in an answer.</summary>
internal sealed record JobInfo
{
    public required string Id { get; init; }

    public required string State { get; init; }

    public long NumberRecordsProcessed { get; init; }

    public long NumberRecordsFailed { get; init; }

    public string? ErrorMessage { get; init; }

    public BulkJob ToJob() => Enum.TryParse(State, out BulkJobState state)
        ? new BulkJob(Id, state, NumberRecordsProcessed, NumberRecordsFailed, ErrorMessage)
        : throw new FormatException($"a job in the state '{State}'");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewJob))]
[JsonSerializable(typeof(NewQueryJob))]
[JsonSerializable(typeof(JobChange))]
[JsonSerializable(typeof(JobInfo))]
internal sealed partial class BulkJson : JsonSerializerContext;
