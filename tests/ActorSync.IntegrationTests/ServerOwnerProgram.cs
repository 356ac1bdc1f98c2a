using ActorSync.EmbeddedPostgres;

namespace ActorSync.IntegrationTests;

/// <summary>
/// A process that owns a private cluster until it is killed: <c>dotnet ActorSync.IntegrationTests.dll FOLDER</c>. Prints the
/// server's address, then waits. VSTest never calls this.
/// </summary>
internal static class ServerOwnerProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            var options = new PostgresServerOptions(arguments[0], Console.WriteLine) { ExistingServer = null };
            await using var server = await PostgresServer.StartAsync(options, CancellationToken.None);
            Console.WriteLine($"ready {server.UrlOf("postgres")}");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
            return 0;
        }
        catch (PostgresServerException e)
        {
            Console.WriteLine(e.Message);
            return 1;
        }
    }
}
