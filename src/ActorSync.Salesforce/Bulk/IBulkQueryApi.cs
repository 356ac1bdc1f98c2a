using ActorSync.Salesforce.Soap;

namespace ActorSync.Salesforce.Bulk;

/// <summary>Some rows of a query job.</summary>
/// <param name="Rows">As a query by SOAP gives them; a null and an empty text are the same.</param>
/// <param name="Locator">Where the next page begins, good as long as the job is kept; null on the last.</param>
public sealed record QueryJobPage(IReadOnlyList<QueryRow> Rows, string? Locator);

/// <summary>Query jobs of Bulk API 2.0. A job changes nothing and runs by itself once it is made; its rows are those of some moment after it was made, and are kept for seven
/// days. <see cref="BulkQueryClient"/> sends the calls over HTTP; a simulation answers them from a model of the org.</summary>
public interface IBulkQueryApi
{
    /// <summary>Makes a job.</summary>
    /// <param name="soql">The query: no aggregates, GROUP BY, OFFSET, TYPEOF or child subqueries.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The job's id. If the answer is lost a job runs for nobody.</returns>
    /// <exception cref="SalesforceException">There is no job, or nobody knows it; <c>Rejected</c>, or the code <c>API_ERROR</c>, where Bulk API cannot ask that.</exception>
    Task<string> CreateAsync(string soql, CancellationToken cancellation);

    /// <summary>Where a job stands.</summary>
    /// <exception cref="SalesforceException">It could not be read; <c>NOT_FOUND</c> when there is none of that id (any more).</exception>
    Task<BulkJob> ReadAsync(string jobId, CancellationToken cancellation);

    /// <summary>A page of the rows of a job that is complete. It can be asked for again.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="locator">Where the page begins; null for the first.</param>
    /// <param name="rowsMax">Most rows of it, 1 to <see cref="BulkQueryClient.PageRowsMax"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="SalesforceException">It could not be read; <c>ANSWER_TOO_LARGE</c>: ask for fewer rows.</exception>
    Task<QueryJobPage> ResultsAsync(string jobId, string? locator, int rowsMax, CancellationToken cancellation);

    /// <summary>Calls a job off.</summary>
    /// <exception cref="SalesforceException">It may be over already.</exception>
    Task AbortAsync(string jobId, CancellationToken cancellation);

    /// <summary>Removes a job that is over, and its results.</summary>
    /// <exception cref="SalesforceException">It stays, for seven days.</exception>
    Task DeleteAsync(string jobId, CancellationToken cancellation);
}
