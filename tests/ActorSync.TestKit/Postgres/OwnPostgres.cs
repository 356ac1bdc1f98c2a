using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit.Time;
using Npgsql;

namespace ActorSync.TestKit.Postgres;

/// <summary>A server of one test, which may do to it what others would suffer from.</summary>
public sealed class OwnPostgres : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly PrivateCluster _server;
    private readonly NpgsqlDataSource _superuser;

    private OwnPostgres(TemporaryFolder folder, PrivateCluster server)
    {
        (_folder, _server) = (folder, server);
        _superuser = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.Settings.ConnectionString) { Pooling = false }.ConnectionString);
    }

    /// <summary>An empty database, as its owner, who is no superuser.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.Settings.ConnectionString) { Database = "flow", Username = "flow" }.ConnectionString;

    public static async Task<OwnPostgres> StartAsync()
    {
        var folder = TemporaryFolder.Create();
        var server = new OwnPostgres(folder, await PrivateCluster.StartAsync(
            new PostgresServerOptions(folder["server"], _ => { }) { Durable = false, Fresh = true }, TimeProvider.System, CancellationToken.None));
        await server.ExecuteAsync($"create role flow login password '{server._server.Settings.Password}'");
        await server.ExecuteAsync("create database flow owner flow");
        return server;
    }

    /// <summary>Kills one of its processes: the server ends every session at once and recovers from its log, as after a crash of the machine. Comes back when it answers again.</summary>
    public async Task CrashAsync()
    {
        await using (var connection = await _superuser.OpenConnectionAsync())
        {
            Posix.Signal(connection.ProcessID, Posix.Kill);
        }

        await Eventually.HoldsAsync("the server to recover", async () =>
        {
            try
            {
                await ExecuteAsync("select 1");
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        });
    }

    /// <summary>Ends every session of the database and lets nobody else in: "too many connections".</summary>
    public async Task FillAsync()
    {
        await ExecuteAsync("alter database flow connection limit 0");
        await ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'flow'");
    }

    /// <summary>There is room again.</summary>
    public Task MakeRoomAsync() => ExecuteAsync("alter database flow connection limit -1");

    public async ValueTask DisposeAsync()
    {
        await _superuser.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
