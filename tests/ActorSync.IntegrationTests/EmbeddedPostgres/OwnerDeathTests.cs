using ActorSync.Configuration;
using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.EmbeddedPostgres;

/// <summary>However the process that owns a cluster ends, the cluster ends too, and its data is there at the next start.</summary>
public sealed class OwnerDeathTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_owner_takes_its_server_along()
    {
        await using var owner = ClusterProcesses.StartOwner(_folder["pg"]);
        await WriteAsync(await ClusterProcesses.UrlOfAsync(owner));

        await owner.KillAsync();

        await ClusterProcesses.AllGoneAsync(_folder["pg"]);
        await NextOwnerFindsTheDataAsync();
    }

    [Fact]
    public async Task Ctrl_C_stops_owner_and_server()
    {
        await using var owner = ClusterProcesses.StartOwner(_folder["pg"]);
        await ClusterProcesses.UrlOfAsync(owner);

        owner.Interrupt();

        await owner.ExitAsync();
        await ClusterProcesses.AllGoneAsync(_folder["pg"]);
    }

    // The worst case: nobody is left who would stop the server.
    [Fact]
    public async Task A_server_whose_owner_and_supervisor_were_killed_is_stopped_by_the_next_owner()
    {
        await using var owner = ClusterProcesses.StartOwner(_folder["pg"]);
        await WriteAsync(await ClusterProcesses.UrlOfAsync(owner));
        var orphan = ClusterProcesses.PostmasterOf(_folder["pg"]);
        foreach (var supervisor in ClusterProcesses.SupervisorsOf(orphan))
        {
            Posix.Signal(supervisor, Posix.Kill);
        }

        await owner.KillAsync();
        ClusterProcesses.IsRunning(orphan).ShouldBeTrue();

        await NextOwnerFindsTheDataAsync();
        ClusterProcesses.IsRunning(orphan).ShouldBeFalse();
    }

    [Fact]
    public async Task An_owner_killed_while_the_cluster_is_created_leaves_a_folder_that_starts()
    {
        await using var owner = ClusterProcesses.StartOwner(_folder["pg"]);
        await owner.LineAsync("^starting PostgreSQL");

        await owner.KillAsync();

        await using var next = ClusterProcesses.StartOwner(_folder["pg"]);
        await ClusterProcesses.UrlOfAsync(next);
        await next.KillAsync();
        await ClusterProcesses.AllGoneAsync(_folder["pg"]);
    }

    private static async Task WriteAsync(string url)
    {
        await using var source = NpgsqlDataSource.Create(PostgresUrlReader.Read(url).Url!.ConnectionString.Reveal());
        await using var command = source.CreateCommand("CREATE TABLE kept AS SELECT 42 AS x");
        await command.ExecuteNonQueryAsync();
    }

    private async Task NextOwnerFindsTheDataAsync()
    {
        var options = new PostgresServerOptions(_folder["pg"], _ => { }) { ExistingServer = null };
        await using var server = await PostgresServer.StartAsync(options, CancellationToken.None);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand("SELECT x FROM kept");
        (await command.ExecuteScalarAsync()).ShouldBe(42);
    }
}
