using System.Globalization;
using ActorSync.EmbeddedPostgres;
using Npgsql;

namespace ActorSync.Bench;

/// <summary>The PostgreSQL of a benchmark: a private one, durable and with more memory than a demo's, or the one whose address was given. Each side of a scenario has a database of its own in it.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private static readonly string[] Settings =
    [
        "shared_buffers=1GB",
        "max_wal_size=4GB",
        "track_commit_timestamp=on", // tells when a row was written
    ];

    private static readonly string[] ProfileSettings = ["shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=all", "pg_stat_statements.max=10000"];

    private readonly PostgresServer _server;
    private readonly string _prefix;
    private int _databases;

    private BenchServer(PostgresServer server, string prefix) => (_server, _prefix) = (server, prefix);

    /// <summary>Starts the server, or looks whether the given one can be used.</summary>
    /// <exception cref="PostgresServerException">The message says what to do.</exception>
    public static async Task<BenchServer> StartAsync(BenchOptions options, string folder, Action<string> log, CancellationToken stop)
    {
        var server = await PostgresServer.StartAsync(
            new PostgresServerOptions(Path.Combine(folder, "postgres"), log) { ExistingServer = options.Postgres, Fresh = true, Settings = [.. Settings, .. options.Profile ? ProfileSettings : []] }, stop);
        return new BenchServer(server, string.Create(CultureInfo.InvariantCulture, $"actorsync_bench_{Environment.ProcessId}"));
    }

    /// <summary>Makes an empty database.</summary>
    public async Task<BenchDatabase> CreateDatabaseAsync(CancellationToken stop)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{_prefix}_{++_databases}");
        await _server.CreateDatabaseAsync(name, stop);
        return new BenchDatabase(_server, name);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

/// <summary>One side's database; dropped when disposed.</summary>
internal sealed class BenchDatabase(PostgresServer server, string name) : IAsyncDisposable
{
    /// <summary>The application's connections.</summary>
    public NpgsqlDataSource Application { get; } = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(server.ConnectionStringOf(name)) { ApplicationName = "bench-application", MaxPoolSize = 16, CommandTimeout = 1800, IncludeErrorDetail = true });

    /// <summary>For the node, password included.</summary>
    public Uri Url { get; } = server.UrlOf(name);

    public async ValueTask DisposeAsync()
    {
        await Application.DisposeAsync();
        await server.DropDatabaseAsync(name, CancellationToken.None);
    }
}
