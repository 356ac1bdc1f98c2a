namespace ActorSync.OrgSimulator.Http;

/// <summary>One API call as the simulator understood it, before it has any effect. Faults and holds select calls by it.</summary>
/// <param name="Api">Surface: <c>soap</c>, <c>rest</c>, <c>bulk</c>, <c>stream</c>, <c>oauth</c> or <c>page</c>.</param>
/// <param name="Operation">
/// The SOAP operation's name (create, update, upsert, delete, undelete, emptyRecycleBin, retrieve, query, queryAll, queryMore, getUpdated, getDeleted,
/// describeSObject, describeSObjects, describeGlobal, getServerTimestamp, getUserInfo, login, logout, search); REST calls carry the name of the SOAP operation
/// that does the same, or versions, resources, limits, recordCount, composite; OAuth calls token, revoke, userinfo, introspect; Bulk calls createJob, upload,
/// closeJob, abortJob, job, jobs, deleteJob, successfulResults, failedResults, unprocessedRecords, createQueryJob, queryJob, queryJobs, abortQueryJob, deleteQueryJob, queryResults; and a job's own work runQueryJob, or runJob around the whole, create, update, upsert or delete around
/// each of its chunks; CometD calls handshake, connect, subscribe, unsubscribe, disconnect, and the org's own work publish for each change event and deliver for each answer with events.
/// </param>
/// <param name="Objects">API names of the objects the call touches; empty where it names none.</param>
/// <param name="Client">CallOptions/client, Sforce-Call-Options client=, or the OAuth client id; null if the caller sent none.</param>
/// <param name="Records">How many records the call carries.</param>
public sealed record OrgCall(string Api, string Operation, IReadOnlyList<string> Objects, string? Client, int Records)
{
    /// <summary>The session id the call presented; empty when it brought none.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>The query of SOAP's query or queryAll; null of other calls.</summary>
    public string? Soql { get; init; }

    /// <summary>Whether a caller waits for it, or it is the org's own work.</summary>
    internal CallPart Part { get; init; }
}

/// <summary>What a call is: faults concern some of these and not others.</summary>
internal enum CallPart
{
    /// <summary>A request that is answered.</summary>
    Request,

    /// <summary>The whole run of a Bulk job.</summary>
    Job,

    /// <summary>One chunk of a Bulk job's records.</summary>
    Chunk,

    /// <summary>One change event on its way into the log.</summary>
    Publish,

    /// <summary>Change events on their way to one subscriber.</summary>
    Deliver,
}
