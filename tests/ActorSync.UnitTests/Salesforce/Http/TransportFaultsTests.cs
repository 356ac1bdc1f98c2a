using System.Net;
using System.Security.Authentication;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Http;

public sealed class TransportFaultsTests
{
    private static readonly Uri Org = new("https://acme.my.salesforce.com");

    public static TheoryData<Exception, string> ConnectFailures => new()
    {
        { new HttpRequestException(HttpRequestError.NameResolutionError), "HOST_NOT_FOUND" },
        { new HttpRequestException(HttpRequestError.ConnectionError, inner: new IOException("Connection refused")), "CONNECT_FAILED" },
        { new HttpRequestException(HttpRequestError.SecureConnectionError, inner: new AuthenticationException("bad certificate")), "TLS_FAILED" },
        { new HttpRequestException(HttpRequestError.ProxyTunnelError), "PROXY_FAILED" },
        { new TaskCanceledException("connect", new TimeoutException()), "CONNECT_TIMED_OUT" },
    };

    [Theory]
    [MemberData(nameof(ConnectFailures))]
    public void Connection_that_never_was_has_executed_nothing(Exception cause, string code)
    {
        SyncFault.NotExecuted fault = TransportFaults.BeforeSending(cause, Org).ShouldBeOfType<SyncFault.NotExecuted>();

        fault.Code.ShouldBe(code);
        fault.Message.ShouldContain("acme.my.salesforce.com");
    }

    public static TheoryData<CallKind, Type> LostAnswers => new()
    {
        { CallKind.Write, typeof(SyncFault.InDoubt) },
        { CallKind.Read, typeof(SyncFault.Transient) },
        { CallKind.SignIn, typeof(SyncFault.NotExecuted) },
    };

    [Theory]
    [MemberData(nameof(LostAnswers))]
    public void Lost_or_unreadable_answer_means_doubt_for_writes_only(CallKind kind, Type fault)
    {
        using RequestDeadline deadline = new(new ManualTime(), TimeSpan.FromSeconds(1), CancellationToken.None);

        TransportFaults.AfterSending(kind, new IOException("reset"), deadline).ShouldBeOfType(fault);
        TransportFaults.Unreadable(kind, HttpStatusCode.BadGateway, "text/html", "no envelope").ShouldBeOfType(fault);
    }

    [Fact]
    public void Certificate_that_is_not_accepted_is_told_apart_from_a_broken_handshake()
    {
        TransportFaults.IsBadCertificate(new HttpRequestException("x", new AuthenticationException("untrusted root"))).ShouldBeTrue();
        TransportFaults.IsBadCertificate(new HttpRequestException("x", new IOException("reset"))).ShouldBeFalse();
        TransportFaults.IsBadCertificate(null).ShouldBeFalse();
    }
}
