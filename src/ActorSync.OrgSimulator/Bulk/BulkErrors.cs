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

    /// <summary>Results of a query job that has none (yet): 412, as older guides show it.</summary>
    public static OrgFaultException NoResults(BulkJobState state) => new(
        "JOB_NOT_COMPLETE",
        $"can only download query results of successfully completed bulk job with status: JOB_COMPLETE. Current status: {Upper(state)}");

    /// <summary>Results are read with the API version that the query job was made with, else 409.</summary>
    public static OrgFaultException OtherVersion(int made, int asked) =>
        new("API_VERSION_MISMATCH", $"The job was created with API version {made}.0, its results were asked for with {asked}.0");

    public static OrgFaultException Locator(string locator) => new("INVALID_QUERY_LOCATOR", $"invalid query locator: {locator}");

    public static OrgFaultException Json(string message) => new("JSON_PARSER_ERROR", message);

    public static BulkJobException Batch(string message) => new($"InvalidBatch : {message}");

    private static string Upper(BulkJobState state) => state switch
    {
        BulkJobState.UploadComplete => "UPLOAD_COMPLETE",
        BulkJobState.InProgress => "IN_PROGRESS",
        BulkJobState.JobComplete => "JOB_COMPLETE",
        _ => state.ToString().ToUpperInvariant(),
    };

    /// <summary>A row that cannot be read as a record.</summary>
    public static RecordError Row(string message) => new("CLIENT_INPUT_ERROR", message, []);
}
