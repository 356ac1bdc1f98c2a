namespace ActorSync.OrgSimulator.Http;

/// <summary>One API call as the simulator understood it, before it has any effect. Faults and holds select calls by it.</summary>
/// <param name="Api">Surface: <c>soap</c>, <c>rest</c>, <c>oauth</c> or <c>page</c>.</param>
/// <param name="Operation">
/// The SOAP operation's name (create, update, upsert, delete, undelete, emptyRecycleBin, retrieve, query, queryAll, queryMore, getUpdated, getDeleted,
/// describeSObject, describeSObjects, describeGlobal, getServerTimestamp, getUserInfo, login, logout, search); REST calls carry the name of the SOAP operation
/// that does the same, or versions, resources, limits, recordCount, composite; OAuth calls token, revoke, userinfo, introspect.
/// </param>
/// <param name="Objects">API names of the objects the call touches; empty where it names none.</param>
/// <param name="Client">CallOptions/client, Sforce-Call-Options client=, or the OAuth client id; null if the caller sent none.</param>
/// <param name="Records">How many records the call carries.</param>
public sealed record OrgCall(string Api, string Operation, IReadOnlyList<string> Objects, string? Client, int Records)
{
    /// <summary>The session id the call presented; empty when it brought none.</summary>
    public string SessionId { get; init; } = "";
}
