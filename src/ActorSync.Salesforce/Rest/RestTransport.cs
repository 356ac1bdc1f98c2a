using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Rest;

/// <summary>One REST call.</summary>
/// <param name="Operation">For error messages: <c>describe Account</c>.</param>
/// <param name="Path">Below <c>/services/data/vXX.X/</c>.</param>
internal sealed record RestCall(string Operation, HttpMethod Method, string Path)
{
    /// <summary>Writes the request body; null for none.</summary>
    public Action<Stream>? Body { get; init; }

    public string ContentType { get; init; } = RestTransport.JsonType;

    public string? Accept { get; init; }

    /// <summary>Origin of what the call changes.</summary>
    public string? Client { get; init; }

    /// <summary>Largest request body in bytes; null: that of the connection.</summary>
    public int? BytesMax { get; init; }

    /// <summary>Longest time for the whole call; null: that of a read.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Largest answer in bytes; null: that of the connection.</summary>
    public int? AnswerBytesMax { get; init; }

    /// <summary>What it is for.</summary>
    public ApiUse Use { get; init; } = ApiUse.Settle;

    /// <summary>True where the right to send is asked for before the first byte.</summary>
    public bool IsGated { get; init; }
}

/// <summary>Sends one REST call and says what became of it. An expired session is renewed once and the call made again: that error comes before execution.
/// All calls here can be asked about afterwards or made again, so a lost answer is <c>Transient</c>.</summary>
/// <param name="version">Version of the API; null: that of the connection.</param>
internal sealed class RestTransport(SalesforceSession session, string? version = null)
{
    public const string JsonType = "application/json; charset=utf-8";

    /// <summary>The answer as an object.</summary>
    public Task<T> CallAsync<T>(RestCall call, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class =>
        CallAsync(call, body => JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null"), cancellation);

    /// <summary>The answer as somebody reads it. The reader throws <see cref="JsonException"/> or <see cref="FormatException"/> where it is unreadable.</summary>
    /// <exception cref="SalesforceException">There is no answer, or it is an error.</exception>
    public Task<T> CallAsync<T>(RestCall call, Func<Stream, T> read, CancellationToken cancellation)
        where T : class =>
        ExchangeAsync(call, answer => read(answer.Body), cancellation);

    /// <summary>The answer as somebody reads it, headers too.</summary>
    /// <exception cref="SalesforceException">There is no answer, or it is an error.</exception>
    public async Task<T> ExchangeAsync<T>(RestCall call, Func<ExchangeAnswer, T> read, CancellationToken cancellation)
        where T : class
    {
        using RequestDeadline deadline = new(session.Time, call.Deadline ?? session.Options.ReadDeadline, cancellation);
        AccessToken token = await session.GetAsync(cancellation);
        (SyncFault? fault, T? answer) = await TryAsync(call, read, token, deadline);
        if (SalesforceFaults.IsOfSession(fault))
        {
            token = await session.RenewAsync(token, cancellation);
            (fault, answer) = await TryAsync(call, read, token, deadline);
        }

        return fault is null ? answer! : throw new SalesforceException(fault, call.Operation);
    }

    private async Task<(SyncFault? Fault, T? Answer)> TryAsync<T>(RestCall call, Func<ExchangeAnswer, T> read, AccessToken token, RequestDeadline deadline)
        where T : class
    {
        using PooledBytes? body = call.Body is null ? null : new PooledBytes(call.BytesMax ?? session.Options.RequestBytesMax);
        try
        {
            call.Body?.Invoke(body!);
        }
        catch (BytesExceededException e)
        {
            return (new SyncFault.Rejected("REQUEST_TOO_LARGE", $"the request has {e.Message}.", FieldNames.None), null);
        }

        ExchangeRequest request = new(call.Operation, CallKind.Read, call.Method, new Uri(token.InstanceUrl, $"/services/data/v{version ?? session.Options.ApiVersion}/{call.Path}"))
        {
            Body = body,
            ContentType = call.ContentType,
            Accept = call.Accept,
            Client = call.Client,
            AnswerBytesMax = call.AnswerBytesMax,
            BearerToken = token.Secret,
            Counted = new ApiCall(call.Use, call.Path.StartsWith("jobs/", StringComparison.Ordinal) ? ApiKind.Bulk : ApiKind.Rest),
            MaySend = call.IsGated ? session.Options.MaySend : null,
        };
        using ExchangeAnswer answer = await session.SendAsync(request, token, deadline);
        session.Learn(answer.Usage);
        (SyncFault? Fault, T? Answer) told = Interpret(read, token, answer);
        if (told.Fault is { } fault)
        {
            session.Learn(fault);
        }

        return told;
    }

    private static (SyncFault? Fault, T? Answer) Interpret<T>(Func<ExchangeAnswer, T> read, AccessToken token, ExchangeAnswer answer)
        where T : class
    {
        answer.Body.Position = 0;
        try
        {
            if (answer.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent)
            {
                return (null, read(answer));
            }

            List<RestError> errors = JsonSerializer.Deserialize(answer.Body, RestJson.Default.ListRestError) ?? [];
            return errors is [{ } error, ..]
                ? (SalesforceFaults.OfCall(error.ErrorCode, OneLine.Of(error.Message ?? "", token.Secret), CallKind.Read), null)
                : (TransportFaults.Unreadable(CallKind.Read, answer.Status, answer.ContentType, "no error is named"), null);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return (TransportFaults.Unreadable(CallKind.Read, answer.Status, answer.ContentType, OneLine.Of(e.Message, token.Secret)), null);
        }
    }
}
