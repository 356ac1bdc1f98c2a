using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Budget;

namespace ActorSync.Salesforce.Http;

/// <summary>One request as this project sends it.</summary>
/// <param name="Operation">For error messages: <c>upsert 200 Account</c>.</param>
/// <param name="Kind">What a lost answer means.</param>
/// <param name="Method">Any.</param>
/// <param name="Url">Absolute.</param>
internal sealed record ExchangeRequest(string Operation, CallKind Kind, HttpMethod Method, Uri Url)
{
    public PooledBytes? Body { get; init; }

    public string ContentType { get; init; } = "application/octet-stream";

    public string? BearerToken { get; init; }

    /// <summary>Media type wanted; null: whatever comes.</summary>
    public string? Accept { get; init; }

    /// <summary>Origin of what the call changes, where a header carries it.</summary>
    public string? Client { get; init; }

    /// <summary>Cookies that the caller keeps himself; null for none.</summary>
    public string? Cookies { get; init; }

    public bool WithSoapAction { get; init; }

    /// <summary>Largest answer in bytes; null: that of the connection.</summary>
    public int? AnswerBytesMax { get; init; }

    /// <summary>How it counts against the org's daily API requests; null: it does not, as sign-ins and streaming do not.</summary>
    public ApiCall? Counted { get; init; }

    public Func<bool>? MaySend { get; init; }
}

/// <summary>A whole answer, read to its end.</summary>
internal sealed record ExchangeAnswer(HttpStatusCode Status, string? ContentType, ApiUsage? Usage, PooledBytes Body) : IDisposable
{
    /// <summary>Cookies as the server set them, for a caller that keeps them.</summary>
    public IReadOnlyList<string> SetCookies { get; init; } = [];

    /// <summary>Sforce-Locator of a page of query results; null where there is none.</summary>
    public string? QueryLocator { get; init; }

    /// <summary>Sforce-NumberOfRecords of a page of query results; null where there is none.</summary>
    public string? QueryRows { get; init; }

    /// <summary>Where a redirect points, absolute; null if the answer is none.</summary>
    public Uri? MovedTo { get; init; }

    public void Dispose() => Body.Dispose();
}

/// <summary>
/// Sends one request over HTTP/1.1 and reads the whole answer. Follows no redirect, keeps no cookie of its own, answers no challenge and repeats nothing:
/// each of these would send a body a second time.
/// </summary>
internal sealed class HttpExchange : IDisposable
{
    private static readonly TimeSpan ConnectionAgeMax = TimeSpan.FromMinutes(15);

    private readonly HttpClient client;
    private readonly SalesforceOptions options;

    public HttpExchange(SalesforceOptions options, HttpMessageHandler handler)
    {
        this.options = options;
        client = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("actorsync", "0"));
    }

    public static SocketsHttpHandler CreateHandler(SalesforceOptions options, bool useProxy) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = useProxy,
        PreAuthenticate = false,
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
        ConnectTimeout = options.ConnectTimeout,
        MaxConnectionsPerServer = options.ConnectionsMax,
        PooledConnectionIdleTimeout = options.ConnectionIdleMax,
        PooledConnectionLifetime = ConnectionAgeMax,
        Expect100ContinueTimeout = TimeSpan.Zero,
    };

    /// <summary>The answer, whatever its status.</summary>
    /// <exception cref="SalesforceException">There is none.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up before anything was sent, or during a read.</exception>
    public async Task<ExchangeAnswer> SendAsync(ExchangeRequest request, RequestDeadline deadline)
    {
        using HttpRequestMessage message = new(request.Method, request.Url);
        OnceContent? content = request.Body is null
            ? null
            : new OnceContent(request.Body, request.ContentType, () => Gate(request, deadline));
        message.Content = content;
        AddHeaders(message, request);
        PooledBytes body = new(request.AnswerBytesMax ?? options.ResponseBytesMax);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            await using Stream stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            await body.FillAsync(stream, deadline.Token);
            return new ExchangeAnswer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, Usage(response), body)
            {
                QueryLocator = Header(response, "Sforce-Locator"),
                QueryRows = Header(response, "Sforce-NumberOfRecords"),
                SetCookies = response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies) ? [.. cookies] : [],
                MovedTo = (int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location ? new Uri(request.Url, location) : null,
            };
        }
        catch (Exception cause) when (IsOfTheWorld(cause))
        {
            body.Dispose();
            throw Failure(request, deadline, content, cause);
        }
    }

    public void Dispose() => client.Dispose();

    private static SyncFault? Gate(ExchangeRequest request, RequestDeadline deadline) =>
        deadline.IsPast ? TransportFaults.TooLateToSend(deadline.Allowed)
        : request.MaySend is { } maySend && !maySend() ? TransportFaults.NotAllowed()
        : null;

    private static void AddHeaders(HttpRequestMessage message, ExchangeRequest request)
    {
        if (request.BearerToken is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", request.BearerToken);
        }

        if (request.Accept is not null)
        {
            message.Headers.Accept.ParseAdd(request.Accept);
        }

        if (request.Client is not null)
        {
            message.Headers.TryAddWithoutValidation("Sforce-Call-Options", $"client={request.Client}");
        }

        if (request.Cookies is not null)
        {
            message.Headers.TryAddWithoutValidation("Cookie", request.Cookies);
        }

        if (request.WithSoapAction)
        {
            message.Headers.TryAddWithoutValidation("SOAPAction", "\"\"");
        }
    }

    private static bool IsOfTheWorld(Exception cause) => cause
        is HttpRequestException or IOException or OperationCanceledException or SendRefusedException
        or BytesExceededException or InvalidDataException;

    private static Exception Failure(ExchangeRequest request, RequestDeadline deadline, OnceContent? content, Exception cause)
    {
        if (content?.Refusal is { } refusal)
        {
            return new SalesforceException(refusal, request.Operation, cause);
        }

        bool started = content?.Started ?? NotAConnectFailure(cause);
        bool mayHaveRun = started && request.Kind == CallKind.Write;
        if (deadline.CallerGaveUp && !mayHaveRun)
        {
            return new OperationCanceledException($"{request.Operation} was cancelled.", cause);
        }

        SyncFault fault = started ? TransportFaults.AfterSending(request.Kind, cause, deadline)
            : deadline.Token.IsCancellationRequested ? TransportFaults.TooLateToSend(deadline.Allowed)
            : TransportFaults.BeforeSending(cause, request.Url);
        return new SalesforceException(fault, request.Operation, cause);
    }

    /// <summary>A request without a body (always a read) does not tell when sending began; what went wrong does.</summary>
    private static bool NotAConnectFailure(Exception cause) => cause is not HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
    } and not OperationCanceledException { InnerException: TimeoutException };

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    /// <summary><c>Sforce-Limit-Info: api-usage=18/5000</c>, possibly followed by the share of one app.</summary>
    private static ApiUsage? Usage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Sforce-Limit-Info", out IEnumerable<string>? values))
        {
            return null;
        }

        return values.Select(ParseUsage).FirstOrDefault(usage => usage is not null);
    }

    internal static ApiUsage? ParseUsage(string header)
    {
        foreach (string part in header.Split(';', StringSplitOptions.TrimEntries))
        {
            string[] numbers = part.StartsWith("api-usage=", StringComparison.Ordinal) ? part["api-usage=".Length..].Split('/') : [];
            if (numbers.Length == 2
                && long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out long used)
                && long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out long max))
            {
                return new ApiUsage(used, max);
            }
        }

        return null;
    }
}
