using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce.Http;

/// <summary>The table of what connections do to us. A failure before sending is <c>NotExecuted</c>; after sending began, its meaning depends on the kind of call.</summary>
internal static class TransportFaults
{
    /// <summary>The name of the host does not resolve.</summary>
    public const string HostNotFound = "HOST_NOT_FOUND";

    private static readonly TimeSpan UnreachableRetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Connecting failed, so nothing was sent.</summary>
    public static SyncFault BeforeSending(Exception cause, Uri url)
    {
        string host = $"{url.Host}:{url.Port}";
        (string code, string message) = cause switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                (HostNotFound, $"the host name {url.Host} does not resolve; check the URL and DNS."),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                ("TLS_FAILED", $"no secure connection to {host}: {Reason(cause)}"),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
                ("PROXY_FAILED", $"the proxy did not connect to {host}: {Reason(cause)}"),
            OperationCanceledException =>
                ("CONNECT_TIMED_OUT", $"no connection to {host} in the connect timeout; check the URL, the firewall and the proxy."),
            _ => ("CONNECT_FAILED", $"no connection to {host}: {Reason(cause)}"),
        };
        return new SyncFault.NotExecuted(code, message, UnreachableRetryAfter);
    }

    /// <summary>The time was up before a connection was there or before the first byte left.</summary>
    public static SyncFault TooLateToSend(TimeSpan allowed) =>
        new SyncFault.NotExecuted("DEADLINE_PASSED_BEFORE_SENDING", $"nothing was sent within {Seconds(allowed)}.", TimeSpan.Zero);

    /// <summary>The holder of the connection may not send any more.</summary>
    public static SyncFault NotAllowed() =>
        new SyncFault.NotExecuted("SEND_NOT_ALLOWED", "the right to send (the lease) was gone before the first byte left.", TimeSpan.Zero);

    /// <summary>Sending began and no answer is there.</summary>
    public static SyncFault AfterSending(CallKind kind, Exception cause, RequestDeadline deadline)
    {
        (string code, string message) = cause switch
        {
            OperationCanceledException when deadline.CallerGaveUp => ("CANCELLED", "cancelled after sending began."),
            OperationCanceledException => ("DEADLINE_PASSED", $"no complete answer within {Seconds(deadline.Allowed)}."),
            BytesExceededException => ("ANSWER_TOO_LARGE", $"the answer has {cause.Message}."),
            _ => ("CONNECTION_LOST", $"the connection was lost before the answer was complete: {Reason(cause)}"),
        };
        return Lost(kind, code, message);
    }

    /// <summary>An answer came that does not say plainly what happened.</summary>
    public static SyncFault Unreadable(CallKind kind, HttpStatusCode status, string? contentType, string why) =>
        Lost(kind, "UNREADABLE_ANSWER", $"HTTP {(int)status} {contentType ?? "without content type"}: {why}");

    /// <summary>A certificate that is not accepted will not be accepted next time either.</summary>
    public static bool IsBadCertificate(Exception? cause) => cause switch
    {
        null => false,
        AuthenticationException { InnerException: null } => true,
        _ => IsBadCertificate(cause.InnerException),
    };

    private static SyncFault Lost(CallKind kind, string code, string message) => kind switch
    {
        CallKind.Write => new SyncFault.InDoubt(code, message),
        CallKind.SignIn => new SyncFault.NotExecuted(code, message, UnreachableRetryAfter),
        _ => new SyncFault.Transient(code, message),
    };

    private static string Reason(Exception cause)
    {
        Exception innermost = cause;
        while (innermost.InnerException is { } inner && innermost is not SocketException)
        {
            innermost = inner;
        }

        return OneLine.Of(innermost.Message);
    }

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.###} s");
}
