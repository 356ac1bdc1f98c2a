using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Rest;

/// <summary>What the org consists of and how much of its limits is used, over REST.</summary>
public sealed class DescribeClient
{
    private readonly SalesforceSession session;

    /// <summary>Calls the org that the session is signed in to.</summary>
    public DescribeClient(SalesforceSession session) => this.session = session;

    /// <summary>Describes one object as the user of this session sees it.</summary>
    /// <exception cref="SalesforceException"><c>Misconfigured</c> when there is no such object for this user.</exception>
    public Task<ObjectDescribe> DescribeAsync(string objectName, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The org's limits by name, such as <c>DailyApiRequests</c>.</summary>
    public Task<IReadOnlyDictionary<string, OrgLimit>> LimitsAsync(CancellationToken cancellation) => throw new NotImplementedException();
}

/// <summary>One limit of the org.</summary>
public sealed record OrgLimit(long Max, long Remaining);
