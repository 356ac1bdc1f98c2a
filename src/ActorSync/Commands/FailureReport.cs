using System.Net.Sockets;
using ActorSync.Domain.Faults;
using ActorSync.Operations;
using ActorSync.Provisioning;
using ActorSync.Runtime.Hosting;
using ActorSync.Salesforce;
using Npgsql;

namespace ActorSync.Commands;

/// <summary>What a failure means to the person at the keyboard: an exit code and one line that says what to do. Total: the unknown keeps its own words.</summary>
internal static class FailureReport
{
    /// <summary>The exit code and the message of a failure.</summary>
    public static (ExitCode Code, string Message) Of(Exception failure) => failure switch
    {
        CommandException e => (e.Code, e.Message),
        ProvisioningException e => (ExitCode.Configuration, e.Message),
        PortException e => (ExitCode.Configuration, e.Message),
        AggregateException { InnerExceptions: [var only] } => Of(only),
        PostgresException e => OfPostgres(e),
        InvalidOperationException { InnerException: PostgresException } e => (ExitCode.Unreachable, e.Message),
        NpgsqlException e => (ExitCode.Unreachable, $"PostgreSQL cannot be reached: {Cause(e)}. Check host and port of postgres.url, and that the server runs and lets this machine in."),
        SalesforceException { Fault: SyncFault.Misconfigured } e => (ExitCode.Configuration, e.Message),
        SalesforceException e => (ExitCode.Unreachable, $"Salesforce: {e.Message}"),
        HttpRequestException or SocketException => (ExitCode.Unreachable, OneLine(failure.Message)),
        FileNotFoundException { FileName: { } file } => (ExitCode.Configuration, $"{file} does not exist: check the path"),
        DirectoryNotFoundException or UnauthorizedAccessException => (ExitCode.Configuration, OneLine(failure.Message)),
        OperationCanceledException => (ExitCode.Interrupted, "interrupted"),
        _ => (ExitCode.Failed, OneLine(failure.Message)),
    };

    private static (ExitCode Code, string Message) OfPostgres(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            (ExitCode.Unreachable, $"PostgreSQL does not let us sign in: {e.MessageText}. Check user and password of postgres.url, and pg_hba.conf."),
        PostgresErrorCodes.InvalidCatalogName =>
            (ExitCode.Unreachable, $"PostgreSQL: {e.MessageText}. Check the database name of postgres.url, or create it: createdb NAME."),
        PostgresErrorCodes.InsufficientPrivilege =>
            (ExitCode.Unreachable, $"PostgreSQL denies: {e.MessageText}. Grant it to the login of postgres.url."),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName when e.MessageText.Contains($"\"{RuntimeOptions.Schema}", StringComparison.Ordinal) =>
            (ExitCode.NotFound, $"This database has no schema {RuntimeOptions.Schema}: no node has run on it yet. Start one with actorsync run -c FILE, or check the database name."),
        PostgresErrorCodes.UndefinedColumn =>
            (ExitCode.Failed, $"The engine's tables are of another version of actorsync than this program ({OneLine(e.MessageText)}): a node of this version brings them up to date as it starts."),
        _ => (ExitCode.Failed, $"PostgreSQL {e.SqlState}: {OneLine(e.MessageText)}{(e.Hint is { Length: > 0 } hint ? $" ({OneLine(hint)})" : "")}"),
    };

    private static string Cause(NpgsqlException e) => OneLine(e.InnerException is { } inner and not TimeoutException ? $"{e.Message} ({inner.Message})" : e.Message);

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
