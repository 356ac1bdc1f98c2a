using System.Net;
using System.Net.Sockets;
using ActorSync.TestKit;
using ActorSync.TestKit.Processes;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Rights;

/// <summary>pgbouncer in front of one database; it signs in there as the login it is given.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly TemporaryFolder _folder;

    private PgBouncer(ChildProcess process, TemporaryFolder folder, string connectionString) => (_process, _folder, ConnectionString) = (process, folder, connectionString);

    /// <summary>The database through it.</summary>
    public string ConnectionString { get; }

    /// <summary>Its program, which Debian keeps out of an ordinary user's PATH; null: there is none on this machine.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "pgbouncer")).FirstOrDefault(File.Exists);

    /// <param name="connectionString">The database behind it.</param>
    /// <param name="mode">session, transaction or statement.</param>
    /// <param name="more">More lines of its configuration.</param>
    public static async Task<PgBouncer> StartAsync(string connectionString, string mode, string more = "")
    {
        var login = new NpgsqlConnectionStringBuilder(connectionString);
        for (var attempt = 1; ; attempt++)
        {
            var (folder, port) = (TemporaryFolder.Create(), FreePort());
            await File.WriteAllTextAsync(folder["pgbouncer.ini"], $"""
                [databases]
                {login.Database} = host={login.Host} port={login.Port} dbname={login.Database} user={login.Username} password='{login.Password}'
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = any
                pool_mode = {mode}
                {more}

                """);
            string[] user = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
            var process = ChildProcess.Start(Program!, [.. user, folder["pgbouncer.ini"]]);
            try
            {
                await process.LineAsync("process up");
                return new(process, folder, new NpgsqlConnectionStringBuilder(connectionString) { Port = port, Password = null }.ConnectionString);
            }
            catch (ShouldAssertException) when (attempt < 3)
            {
                // Somebody else took the port meanwhile.
                await process.DisposeAsync();
                folder.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A test that needs pgbouncer; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PgBouncerTheoryAttribute : TheoryAttribute
{
    public PgBouncerTheoryAttribute() => Skip = PgBouncer.Program is null ? "pgbouncer is not on this machine (Debian, Ubuntu: apt-get install pgbouncer)" : null;
}

/// <inheritdoc cref="PgBouncerTheoryAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PgBouncerFactAttribute : FactAttribute
{
    public PgBouncerFactAttribute() => Skip = PgBouncer.Program is null ? "pgbouncer is not on this machine (Debian, Ubuntu: apt-get install pgbouncer)" : null;
}
