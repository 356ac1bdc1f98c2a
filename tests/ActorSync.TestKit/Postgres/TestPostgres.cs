using ActorSync.EmbeddedPostgres;

namespace ActorSync.TestKit.Postgres;

/// <summary>
/// The PostgreSQL server of this test process: started with the first database asked for, gone with the process, or the one
/// that ACTORSYNC_POSTGRES names. Several test processes may run at once, each has its own.
/// </summary>
internal static class TestPostgres
{
    private static readonly TimeSpan DropAtExitMax = TimeSpan.FromSeconds(10);
    private const int SlotsMax = 16;
    private static readonly Lazy<Task<PostgresServer>> Server = new(StartAsync);

    public static Task<PostgresServer> ServerAsync() => Server.Value;

    /// <summary>Drops a database when the process exits, if the server stays.</summary>
    public static void DropAtExit(PostgresServer server, string database)
    {
        if (!server.IsPrivate)
        {
            // The process is ending: nothing else can wait for the drop.
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
                Task.Run(() => server.DropDatabaseAsync(database, CancellationToken.None)).Wait(DropAtExitMax);
        }
    }

    private static async Task<PostgresServer> StartAsync()
    {
        // The slots limit what runs that were killed can leave behind; the next run cleans the slot it takes.
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
