using System.Net.Sockets;
using ActorSync.Commands;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Commands;

public sealed class FailureReportTests
{
    [Theory]
    [InlineData("28P01", "password authentication failed for user \"app\"", 4, "postgres.url")]
    [InlineData("3D000", "database \"nope\" does not exist", 4, "createdb")]
    [InlineData("42501", "permission denied for table account", 4, "Grant it")]
    [InlineData("42P01", "relation \"actorsync.lease\" does not exist", 5, "no node has run on it yet")]
    [InlineData("42P01", "relation \"public.else\" does not exist", 1, "42P01")]
    [InlineData("42703", "column n.drain_asked_at does not exist", 1, "as it starts")]
    public void PostgreSQLs_refusals_say_what_to_do(string sqlState, string message, int code, string advice)
    {
        var (exit, text) = FailureReport.Of(new PostgresException(message, "ERROR", "ERROR", sqlState));

        ((int)exit).ShouldBe(code);
        text.ShouldContain(advice);
    }

    [Fact]
    public void An_unreachable_database_names_its_address_and_the_reason()
    {
        var (exit, text) = FailureReport.Of(new NpgsqlException("Failed to connect to 127.0.0.1:1", new SocketException((int)SocketError.ConnectionRefused)));

        exit.ShouldBe(ExitCode.Unreachable);
        text.ShouldContain("127.0.0.1:1");
        text.ShouldContain("Connection refused");
    }

    [Fact]
    public void A_wrong_client_secret_is_a_matter_of_configuration_and_an_outage_is_not()
    {
        var wrong = new SalesforceException(new SyncFault.Misconfigured("invalid_client", "invalid client credentials", "Compare client id and client secret."), "sign in");
        var down = new SalesforceException(new SyncFault.NotExecuted("CONNECT_FAILED", "connection refused", TimeSpan.FromSeconds(1)), "sign in");

        FailureReport.Of(wrong).Code.ShouldBe(ExitCode.Configuration);
        FailureReport.Of(wrong).Message.ShouldContain("Compare client id and client secret.");
        FailureReport.Of(down).Code.ShouldBe(ExitCode.Unreachable);
    }

    [Fact]
    public void Whatever_else_happens_is_one_line() =>
        FailureReport.Of(new InvalidOperationException("first\n   second\r\nthird")).ShouldBe((ExitCode.Failed, "first second third"));

    [Fact]
    public void A_missing_file_is_named() =>
        FailureReport.Of(new FileNotFoundException("no", "objects.json")).ShouldBe((ExitCode.Configuration, "objects.json does not exist: check the path"));
}
