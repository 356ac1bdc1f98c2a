using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Rest;

/// <summary>What the org consists of and how much of its limits is used, over REST. Safe for concurrent use.</summary>
public sealed class DescribeClient
{
    private readonly RestTransport transport;

    /// <summary>Calls the org that the session is signed in to.</summary>
    public DescribeClient(SalesforceSession session) => transport = new RestTransport(session);

    /// <summary>Describes one object as the user of this session sees it.</summary>
    /// <exception cref="SalesforceException"><c>Misconfigured</c> when there is no such object for this user.</exception>
    public Task<ObjectDescribe> DescribeAsync(string objectName, CancellationToken cancellation) => transport.CallAsync(
        new RestCall($"describe {objectName}", HttpMethod.Get, $"sobjects/{Uri.EscapeDataString(objectName)}/describe"), RestJson.Default.ObjectDescribe, cancellation);

    /// <summary>The org's limits by name, such as <c>DailyApiRequests</c>.</summary>
    /// <exception cref="SalesforceException">The limits could not be read.</exception>
    public async Task<IReadOnlyDictionary<string, OrgLimit>> LimitsAsync(CancellationToken cancellation) =>
        await transport.CallAsync(new RestCall("limits", HttpMethod.Get, "limits") { Use = ApiUse.Look }, RestJson.Default.DictionaryStringOrgLimit, cancellation);
}

/// <summary>One limit of the org.</summary>
/// <param name="Max">What the org may use.</param>
/// <param name="Remaining">What it has left; can be negative.</param>
public sealed record OrgLimit(long Max, long Remaining);
