using System.Text;
using ActorSync.Commands;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.TestKit.Postgres;
using Npgsql;

namespace ActorSync.IntegrationTests.Commands;

/// <summary>Runs command lines in this process and keeps what they print.</summary>
internal sealed class CommandRunner
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    /// <summary>The address of a test's database as a user writes it, password included: a data source does not show it.</summary>
    public static async Task<string> AddressOfAsync(MappedDatabase database) =>
        (await TestPostgres.ServerAsync()).ConnectionStringOf(new NpgsqlConnectionStringBuilder(database.Engine.ConnectionString).Database!);

    public async Task<ExitCode> RunAsync(params string[] arguments) =>
        (ExitCode)await CommandLine.RunAsync(arguments, new StringWriter(_output), new StringWriter(_error), Stream.Null, TimeProvider.System, CancellationToken.None);
}
