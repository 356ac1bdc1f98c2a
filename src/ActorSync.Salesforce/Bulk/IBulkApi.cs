using ActorSync.Salesforce.Soap;

namespace ActorSync.Salesforce.Bulk;

/// <summary>What a job does with each of its records.</summary>
public enum BulkOperation
{
    /// <summary>Inserts or updates by an external id field.</summary>
    Upsert,

    /// <summary>Updates by id.</summary>
    Update,

    /// <summary>Deletes by id, to the recycle bin.</summary>
    Delete,
}

/// <summary>Where a job stands (Bulk API 2.0, "How Requests Are Processed").</summary>
public enum BulkJobState
{
    /// <summary>It takes data. Nothing of it has happened.</summary>
    Open,

    /// <summary>It is closed and waits for its turn.</summary>
    UploadComplete,

    /// <summary>Some of its records may be written.</summary>
    InProgress,

    /// <summary>It is over; each record was written or failed on its own.</summary>
    JobComplete,

    /// <summary>It is over for a reason that concerns all of it; some records may be written.</summary>
    Failed,

    /// <summary>It was called off; some records may be written if it had been closed.</summary>
    Aborted,
}

/// <summary>What a job is to do.</summary>
/// <param name="ObjectName">API name of the object of all records.</param>
/// <param name="Operation">What becomes of each.</param>
/// <param name="ExternalIdField">API name of the field an upsert goes by; null for the others.</param>
public sealed record BulkRequest(string ObjectName, BulkOperation Operation, string? ExternalIdField)
{
    /// <summary>The assignment rule that Salesforce runs for each record of an upsert or update, by id (case and lead only); null: none.</summary>
    public string? AssignmentRuleId { get; init; }

    /// <summary>The column that tells the records of a job apart, in the upload and in its results: their order says nothing.</summary>
    public string KeyColumn => Operation == BulkOperation.Upsert ? ExternalIdField! : "Id";
}

/// <summary>A job as Salesforce tells of it.</summary>
/// <param name="Id">18-character id, <c>750...</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="RecordsProcessed">Records that were written or failed so far.</param>
/// <param name="RecordsFailed">Those of them that failed.</param>
/// <param name="ErrorMessage">Why it failed as a whole; null otherwise.</param>
public sealed record BulkJob(string Id, BulkJobState State, long RecordsProcessed, long RecordsFailed, string? ErrorMessage)
{
    /// <summary>Nothing of it will happen any more.</summary>
    public bool IsOver => State is BulkJobState.JobComplete or BulkJobState.Failed or BulkJobState.Aborted;
}

/// <summary>What became of the records of a job that is over, by <see cref="BulkRequest.KeyColumn"/>.</summary>
/// <param name="Results">Records that were written or failed.</param>
/// <param name="Unprocessed">Records that nothing happened to.</param>
public sealed record BulkResults(IReadOnlyDictionary<string, WriteResult> Results, IReadOnlySet<string> Unprocessed);

/// <summary>Ingest jobs of Bulk API 2.0. A job changes nothing before it is closed, and what it did can be asked at any time for seven days, so no call here leaves
/// doubt by itself: <see cref="BulkClient"/> sends them over HTTP; a simulation answers them from a model of the org.</summary>
public interface IBulkApi
{
    /// <summary>Opens a job.</summary>
    /// <param name="request">What it is to do.</param>
    /// <param name="client">Origin of its changes, <c>actorsync/SUBMISSION</c>; comes back in their change events.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The job's id. If the answer is lost a job without data stays behind; Salesforce removes it.</returns>
    /// <exception cref="SalesforceException">There is no job, or nobody knows it.</exception>
    Task<string> CreateAsync(BulkRequest request, string client, CancellationToken cancellation);

    /// <summary>Gives an open job its records, once.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="request">What it was opened for.</param>
    /// <param name="records">1 to <see cref="BulkClient.BulkRowsMax"/> records that <see cref="BulkRows.CanCarry"/>, none twice; of a delete only the ids travel.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="SalesforceException">It is not certain that the job has them.</exception>
    Task UploadAsync(string jobId, BulkRequest request, IReadOnlyList<SoapRecord> records, CancellationToken cancellation);

    /// <summary>Lets the job run. From here on its records may be written.</summary>
    /// <exception cref="SalesforceException">It may run all the same: its state tells.</exception>
    Task CloseAsync(string jobId, CancellationToken cancellation);

    /// <summary>Calls a job off. What it has written stays.</summary>
    /// <exception cref="SalesforceException">Its state tells what became of it.</exception>
    Task AbortAsync(string jobId, CancellationToken cancellation);

    /// <summary>Where a job stands.</summary>
    /// <exception cref="SalesforceException">It could not be read; <c>NOT_FOUND</c> when there is none of that id (any more).</exception>
    Task<BulkJob> ReadAsync(string jobId, CancellationToken cancellation);

    /// <summary>What became of the records of a job that is over.</summary>
    /// <exception cref="SalesforceException">It could not be read.</exception>
    Task<BulkResults> ResultsAsync(string jobId, BulkRequest request, CancellationToken cancellation);
}
