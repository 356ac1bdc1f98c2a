using System.Collections.Concurrent;
using ActorSync.EmbeddedPostgres;

namespace ActorSync.TestKit.Postgres;

/// <summary>
/// The PostgreSQL server of this test process: started with the first database asked for, stopped with the last test, or the
/// one that ACTORSYNC_POSTGRES names. Several test processes may run at once, each has its own.
/// </summary>
internal static class TestPostgres
{
    private const int SlotsMax = 16;
    private static readonly Lazy<Task<PostgresServer>> Server = new(StartAsync);
    private static readonly ConcurrentBag<string> Templates = [];

    public static Task<PostgresServer> ServerAsync() => Server.Value;

    /// <summary>A template database is dropped with the last test.</summary>
    public static void AddTemplate(string database) => Templates.Add(database);

    /// <summary>Stops the server if one was started. Called once, after the last test.</summary>
    public static async Task StopAsync()
    {
        if (!Server.IsValueCreated || Server.Value.IsFaulted)
        {
            return;
        }

        await using var server = await Server.Value;
        foreach (var template in Templates.Where(_ => !server.IsPrivate))
        {
            await server.DropDatabaseAsync(template, CancellationToken.None);
        }
    }

    private static async Task<PostgresServer> StartAsync()
    {
        // The slots limit what killed runs can leave behind; the next run cleans the slot it takes.
        for (var slot = 0; ; slot++)
        {
            var folder = Path.Combine(ProjectFolder.Data, "test", $"postgres-{slot}");
            var options = new PostgresServerOptions(folder, _ => { }) { Durable = false, Fresh = true, RemoveOnStop = true };
            try
            {
                return await PostgresServer.StartAsync(options, CancellationToken.None);
            }
            catch (DataFolderInUseException) when (slot < SlotsMax)
            {
            }
        }
    }
}
