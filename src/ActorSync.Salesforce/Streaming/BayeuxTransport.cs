using System.Net;
using System.Text.Json;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Rest;
using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Streaming;

/// <summary>Carries the messages of one client: one request at a time, with the cookies that tie it to its server. Loses nothing silently: an answer is whole or an exception.</summary>
internal sealed class BayeuxTransport(SalesforceSession session, AccessToken token)
{
    /// <summary>Cookies shorter than this are no secrets, and stand in many texts by chance: <c>1</c>, <c>true</c>, the name of a server.</summary>
    private const int SecretCookieCharactersMin = 8;

    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);
    private long messages;

    /// <summary>Sends messages and reads the whole answer.</summary>
    /// <param name="operation">For error messages: <c>stream connect</c>.</param>
    /// <param name="requests">Go in one request.</param>
    /// <param name="allowed">Absolute deadline.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="SalesforceException">There is no answer that could be read.</exception>
    public async Task<List<BayeuxAnswer>> SendAsync(string operation, IReadOnlyList<BayeuxRequest> requests, TimeSpan allowed, CancellationToken cancellation)
    {
        using RequestDeadline deadline = new(session.Time, allowed, cancellation);
        using PooledBytes body = new(session.Options.RequestBytesMax);
        BayeuxRequest.Write(body, requests, messages + 1);
        messages += requests.Count;
        ExchangeRequest request = new(operation, CallKind.Read, HttpMethod.Post, new Uri(token.InstanceUrl, $"/cometd/{session.Options.ApiVersion}"))
        {
            Body = body,
            ContentType = RestTransport.JsonType,
            BearerToken = token.Secret,
            Cookies = cookies.Count == 0 ? null : string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")),
        };
        using ExchangeAnswer answer = await session.SendAsync(request, token, deadline);
        Keep(answer.SetCookies);
        return Read(operation, answer);
    }

    /// <summary>The fault of a refused message, without our secrets.</summary>
    public SyncFault Fault(BayeuxAnswer answer) => StreamFaults.Of(answer.Error, Secrets());

    private string[] Secrets() => [token.Secret, .. cookies.Values.Where(value => value.Length >= SecretCookieCharactersMin)];

    private List<BayeuxAnswer> Read(string operation, ExchangeAnswer answer)
    {
        answer.Body.Position = 0;
        try
        {
            return BayeuxAnswer.ReadAll(answer.Body);
        }
        catch (JsonException e)
        {
            // Whatever stands before the streaming hosts answers in a form of its own; the status says what is needed.
            SyncFault fault = answer.Status switch
            {
                HttpStatusCode.Unauthorized => new SyncFault.NotExecuted(SalesforceFaults.InvalidSession, "HTTP 401.", TimeSpan.Zero),
                HttpStatusCode.NotFound or HttpStatusCode.Forbidden => StreamFaults.Of($"{(int)answer.Status}::HTTP {(int)answer.Status}"),
                _ => TransportFaults.Unreadable(CallKind.Read, answer.Status, answer.ContentType, OneLine.Of(e.Message, Secrets())),
            };
            throw new SalesforceException(fault, operation);
        }
    }

    private void Keep(IReadOnlyList<string> set)
    {
        foreach (string cookie in set)
        {
            string pair = cookie.Split(';')[0];
            if (pair.IndexOf('=', StringComparison.Ordinal) is var at and > 0)
            {
                cookies[pair[..at].Trim()] = pair[(at + 1)..].Trim();
            }
        }
    }
}
