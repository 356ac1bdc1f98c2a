using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Rest;

/// <summary>What the org consists of and how much of its limits is used, over REST. Safe for concurrent use.</summary>
public sealed class DescribeClient
{
    private readonly SalesforceSession session;

    /// <summary>Calls the org that the session is signed in to.</summary>
    public DescribeClient(SalesforceSession session) => this.session = session;

    /// <summary>Describes one object as the user of this session sees it.</summary>
    /// <exception cref="SalesforceException"><c>Misconfigured</c> when there is no such object for this user.</exception>
    public Task<ObjectDescribe> DescribeAsync(string objectName, CancellationToken cancellation) =>
        GetAsync($"describe {objectName}", $"sobjects/{Uri.EscapeDataString(objectName)}/describe", RestJson.Default.ObjectDescribe, cancellation);

    /// <summary>The org's limits by name, such as <c>DailyApiRequests</c>.</summary>
    /// <exception cref="SalesforceException">The limits could not be read.</exception>
    public async Task<IReadOnlyDictionary<string, OrgLimit>> LimitsAsync(CancellationToken cancellation) =>
        await GetAsync("limits", "limits", RestJson.Default.DictionaryStringOrgLimit, cancellation);

    private async Task<T> GetAsync<T>(string operation, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        using RequestDeadline deadline = new(session.Time, session.Options.ReadDeadline, cancellation);
        AccessToken token = await session.GetAsync(cancellation);
        (SyncFault? fault, T? answer) = await TryAsync(operation, path, type, token, deadline);
        if (fault is SyncFault.NotExecuted { Code: SalesforceFaults.InvalidSession })
        {
            token = await session.RenewAsync(token, cancellation);
            (fault, answer) = await TryAsync(operation, path, type, token, deadline);
        }

        return fault is null ? answer! : throw new SalesforceException(fault, operation);
    }

    private async Task<(SyncFault? Fault, T? Answer)> TryAsync<T>(
        string operation, string path, JsonTypeInfo<T> type, AccessToken token, RequestDeadline deadline)
        where T : class
    {
        Uri url = new(token.InstanceUrl, $"/services/data/v{session.Options.ApiVersion}/{path}");
        ExchangeRequest request = new(operation, CallKind.Read, HttpMethod.Get, url) { BearerToken = token.Secret };
        using ExchangeAnswer answer = await session.Exchange.SendAsync(request, deadline);
        session.Usage = answer.Usage ?? session.Usage;
        answer.Body.Position = 0;
        try
        {
            if (answer.Status == HttpStatusCode.OK)
            {
                return (null, JsonSerializer.Deserialize(answer.Body, type) ?? throw new JsonException("null"));
            }

            List<RestError> errors = JsonSerializer.Deserialize(answer.Body, RestJson.Default.ListRestError) ?? [];
            return errors is [{ } error, ..]
                ? (SalesforceFaults.OfCall(error.ErrorCode, OneLine.Of(error.Message ?? "", token.Secret), CallKind.Read), null)
                : (TransportFaults.Unreadable(CallKind.Read, answer.Status, answer.ContentType, "no error is named"), null);
        }
        catch (JsonException e)
        {
            return (TransportFaults.Unreadable(CallKind.Read, answer.Status, answer.ContentType, OneLine.Of(e.Message, token.Secret)), null);
        }
    }
}

/// <summary>One limit of the org.</summary>
/// <param name="Max">What the org may use.</param>
/// <param name="Remaining">What it has left; can be negative.</param>
public sealed record OrgLimit(long Max, long Remaining);
