using System.Globalization;
using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Rest;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>A job as JSON: short where it is created or changed, whole where it is asked for.</summary>
internal static class BulkJobJson
{
    public static void Write(Utf8JsonWriter json, BulkJob job, bool whole)
    {
        var (spec, status) = (job.Spec, job.Status);
        json.WriteStartObject();
        json.WriteString("id", job.Id);
        json.WriteString("operation", spec.OperationName);
        json.WriteString("object", spec.Type.Name);
        json.WriteString("createdById", job.Owner.UserId);
        json.WriteString("createdDate", WireValue.RestDateTime(job.CreatedAt));
        json.WriteString("systemModstamp", WireValue.RestDateTime(status.ChangedAt));
        json.WriteString("state", status.State.ToString());
        WriteText(json, "externalIdFieldName", spec.ExternalIdField);
        WriteText(json, "assignmentRuleId", spec.AssignmentRuleId);
        json.WriteString("concurrencyMode", "Parallel");
        json.WriteString("contentType", "CSV");
        var version = string.Create(CultureInfo.InvariantCulture, $"{job.Owner.Version}.0");
        json.WritePropertyName("apiVersion");
        json.WriteRawValue(version);
        json.WriteString("contentUrl", $"{RestEndpoint.Prefix[1..]}/v{version}/jobs/ingest/{job.Id}/batches");
        json.WriteString("lineEnding", spec.LineEnding);
        json.WriteString("columnDelimiter", spec.ColumnDelimiter);
        if (whole)
        {
            WriteProgress(json, status);
        }

        json.WriteEndObject();
    }

    /// <summary>A query job: it has no content and no external id, and does not tell its query.</summary>
    public static void Write(Utf8JsonWriter json, QueryJob job, bool whole)
    {
        var (spec, status) = (job.Spec, job.Status);
        json.WriteStartObject();
        json.WriteString("id", job.Id);
        json.WriteString("operation", spec.OperationName);
        json.WriteString("object", spec.Type.Name);
        json.WriteString("createdById", job.Owner.UserId);
        json.WriteString("createdDate", WireValue.RestDateTime(job.CreatedAt));
        json.WriteString("systemModstamp", WireValue.RestDateTime(status.ChangedAt));
        json.WriteString("state", status.State.ToString());
        json.WriteString("concurrencyMode", "Parallel");
        json.WriteString("contentType", "CSV");
        json.WritePropertyName("apiVersion");
        json.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"{job.Owner.Version}.0"));
        if (whole)
        {
            json.WriteString("jobType", "V2Query");
        }

        json.WriteString("lineEnding", spec.LineEnding);
        json.WriteString("columnDelimiter", spec.ColumnDelimiter);
        if (whole)
        {
            json.WriteNumber("numberRecordsProcessed", status.Processed);
            json.WriteNumber("retries", 0);
            json.WriteNumber("totalProcessingTime", (long)status.Total.TotalMilliseconds);
            json.WriteBoolean("isPkChunkingSupported", true);
            WriteText(json, "errorMessage", status.ErrorMessage);
        }

        json.WriteEndObject();
    }

    private static void WriteProgress(Utf8JsonWriter json, BulkJobStatus status)
    {
        json.WriteString("jobType", "V2Ingest");
        json.WriteNumber("numberRecordsProcessed", status.Processed);
        json.WriteNumber("numberRecordsFailed", status.Failed);
        json.WriteNumber("retries", 0);
        json.WriteNumber("totalProcessingTime", (long)status.Total.TotalMilliseconds);
        json.WriteNumber("apiActiveProcessingTime", (long)status.Active.TotalMilliseconds);
        json.WriteNumber("apexProcessingTime", 0);
        WriteText(json, "errorMessage", status.ErrorMessage);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
