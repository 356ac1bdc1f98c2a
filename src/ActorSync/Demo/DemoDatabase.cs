using ActorSync.EmbeddedPostgres;
using Npgsql;

namespace ActorSync.Demo;

/// <summary>The demo's database: a private server's, or one of its own on the server that ACTORSYNC_POSTGRES names. New at each start.</summary>
internal sealed class DemoDatabase : IAsyncDisposable
{
    private readonly PostgresServer _server;
    private readonly string _name;

    private DemoDatabase(PostgresServer server, string name)
    {
        _server = server;
        _name = name;
        Url = server.UrlOf(name);
        Application = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionStringOf(name)) { ApplicationName = "demo-application", MaxPoolSize = 16 });
    }

    /// <summary>Address for <c>psql</c> and for the node, password included.</summary>
    public Uri Url { get; }

    /// <summary>The application's connections: plain SQL, nothing of ActorSync in it.</summary>
    public NpgsqlDataSource Application { get; }

    /// <summary>Starts the server and creates the database.</summary>
    /// <param name="run">Tells runs on a shared server apart.</param>
    public static async Task<DemoDatabase> StartAsync(string folder, string run, Action<string> log, CancellationToken stop)
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions(Path.Combine(folder, "postgres"), log), stop);
        try
        {
            var name = server.IsPrivate ? "demo" : $"actorsync_demo_{run}";
            if (server.IsPrivate)
            {
                await server.DropDatabaseAsync(name, stop);
            }

            await server.CreateDatabaseAsync(name, stop);
            return new DemoDatabase(server, name);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Application.DisposeAsync();
        if (!_server.IsPrivate)
        {
            await _server.DropDatabaseAsync(_name, CancellationToken.None);
        }

        await _server.DisposeAsync();
    }
}
