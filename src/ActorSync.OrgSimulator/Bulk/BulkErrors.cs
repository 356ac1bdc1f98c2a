using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>Ends a job as a whole: its message becomes the job's errorMessage.</summary>
internal sealed class BulkJobException(string message) : Exception(message);

/// <summary>What Bulk API 2.0 says when it refuses. Codes of calls are written in capitals without underscores, as on the wire.</summary>
internal static class BulkErrors
{
    /// <summary>Text of rows, and of headers, that are no CSV.</summary>
    public const string UnescapedQuote = "Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote";

    public const string UnclosedQuote = "Failed to parse CSV. Found a quoted value without its closing quote";

    public static OrgFaultException State(string doing, BulkJobState state) => new("INVALIDJOBSTATE", state switch
    {
        BulkJobState.JobComplete => $"{doing} already Completed Job not allowed",
        BulkJobState.UploadComplete => $"{doing} already Closed Job not allowed",
        _ => $"{doing} already {state} Job not allowed",
    });

    public static OrgFaultException Unfinished(BulkJobState state) =>
        new("INVALIDJOBSTATE", $"Results are there once the job is in the state JobComplete, Failed or Aborted. Current state: {state}");

    public static OrgFaultException Undeletable(BulkJobState state) => new("INVALIDJOBSTATE", $"Deleting a Job in the state {state} not allowed");

    public static OrgFaultException SecondUpload(string jobId) => new(
        "CLIENTINPUTERROR",
        $"Found multiple contents for job: <{jobId}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.");

    public static OrgFaultException Json(string message) => new("JSON_PARSER_ERROR", message);

    public static BulkJobException Batch(string message) => new($"InvalidBatch : {message}");

    /// <summary>A row that cannot be read as a record.</summary>
    public static RecordError Row(string message) => new("CLIENT_INPUT_ERROR", message, []);
}
