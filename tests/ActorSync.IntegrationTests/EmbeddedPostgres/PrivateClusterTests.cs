using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.EmbeddedPostgres;

/// <summary>A cluster from its first start to its removal, in this process.</summary>
public sealed class PrivateClusterTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Data_survives_a_stop_and_a_start()
    {
        await using (var server = await StartAsync(_folder["pg"]))
        {
            await server.CreateDatabaseAsync("kept", CancellationToken.None);
        }

        await using var again = await StartAsync(_folder["pg"]);

        (await ScalarAsync(again.ConnectionStringOf("kept"), "SELECT current_database()")).ShouldBe("kept");
    }

    [Fact]
    public async Task A_fresh_start_forgets_the_earlier_cluster()
    {
        await using (var server = await StartAsync(_folder["pg"]))
        {
            await server.CreateDatabaseAsync("forgotten", CancellationToken.None);
        }

        await using var again = await StartAsync(_folder["pg"], options => options with { Fresh = true });

        (await ScalarAsync(again.ConnectionString, "SELECT count(*) FROM pg_database WHERE datname = 'forgotten'")).ShouldBe(0L);
    }

    // Below /root or a private temporary folder, the unprivileged user PostgreSQL runs as may not pass the folders above its
    // data; and a socket's path could not be so long.
    [Fact]
    public async Task A_data_folder_may_lie_deep_below_a_folder_that_only_we_may_enter()
    {
        Directory.CreateDirectory(_folder["closed"]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder["closed"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var deep = Path.Combine(_folder["closed"], new string('d', 200), "with space and 'quote'", "pg");

        await using var server = await StartAsync(deep);

        (await ScalarAsync(server.ConnectionString, "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_stopped_server_leaves_no_process_and_if_asked_no_folder()
    {
        var server = await StartAsync(_folder["pg"], options => options with { RemoveOnStop = true });
        var postmaster = ClusterProcesses.PostmasterOf(_folder["pg"]);
        var supervisor = ClusterProcesses.ParentOf(postmaster);

        await server.DisposeAsync();

        ClusterProcesses.IsRunning(postmaster).ShouldBeFalse();
        ClusterProcesses.IsRunning(supervisor).ShouldBeFalse();
        Directory.Exists(_folder["pg"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_password()
    {
        await using var server = await StartAsync(_folder["pg"]);
        var guest = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong" };

        var refusal = await Should.ThrowAsync<PostgresException>(ScalarAsync(guest.ConnectionString, "SELECT 1"));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task A_second_owner_is_refused_and_told_who_the_first_is()
    {
        await using var first = await StartAsync(_folder["pg"]);

        var refusal = await Should.ThrowAsync<DataFolderInUseException>(StartAsync(_folder["pg"]));

        refusal.Message.ShouldContain(_folder["pg"]);
        refusal.Message.ShouldContain($"process {Environment.ProcessId}");
    }

    // The number in a stale pid file may meanwhile belong to anyone: here to this very test.
    [Fact]
    public async Task A_stale_pid_file_with_a_number_of_another_process_harms_neither()
    {
        await (await StartAsync(_folder["pg"])).DisposeAsync();
        await File.WriteAllTextAsync(
            Path.Combine(_folder["pg"], "data", "postmaster.pid"), $"{Environment.ProcessId}\n{_folder["pg"]}/data\n1700000000\n5432\n\n127.0.0.1\n\nready\n");

        await using var server = await StartAsync(_folder["pg"]);

        (await ScalarAsync(server.ConnectionString, "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_named_with_what_to_do()
    {
        await (await StartAsync(_folder["pg"])).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder["pg"], "data", "PG_VERSION"), "9\n");

        var refusal = await Should.ThrowAsync<PostgresServerException>(StartAsync(_folder["pg"]));

        refusal.Message.ShouldContain("made by PostgreSQL 9");
        refusal.Message.ShouldContain($"remove {_folder["pg"]}");
    }

    [Fact]
    public async Task A_creation_that_was_cut_short_starts_over()
    {
        Directory.CreateDirectory(Path.Combine(_folder["pg"], "data", "base"));
        await File.WriteAllTextAsync(Path.Combine(_folder["pg"], "data", "PG_VERSION"), "15\n");

        await using var server = await StartAsync(_folder["pg"]);

        (await ScalarAsync(server.ConnectionString, "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task An_existing_server_is_used_and_left_running()
    {
        await using var existing = await StartAsync(_folder["pg"]);

        await using (var user = await StartAsync(_folder["unused"], options => options with { ExistingServer = existing.UrlOf("postgres").ToString() }))
        {
            user.IsPrivate.ShouldBeFalse();
            await user.CreateDatabaseAsync("made", CancellationToken.None);
        }

        Directory.Exists(_folder["unused"]).ShouldBeFalse();
        (await ScalarAsync(existing.ConnectionStringOf("made"), "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_lets_us_not_in_is_named_with_the_variable_to_correct()
    {
        await using var existing = await StartAsync(_folder["pg"]);
        var wrong = new NpgsqlConnectionStringBuilder(existing.ConnectionString) { Password = "secret-but-wrong" };

        var refusal = await Should.ThrowAsync<PostgresServerException>(
            StartAsync(_folder["unused"], options => options with { ExistingServer = wrong.ConnectionString }));

        refusal.Message.ShouldContain($"127.0.0.1:{wrong.Port}");
        refusal.Message.ShouldContain("ACTORSYNC_POSTGRES");
        refusal.Message.ShouldNotContain("secret-but-wrong");
    }

    [Fact]
    public async Task An_address_that_is_none_is_refused_by_the_name_of_its_variable_without_repeating_it()
    {
        var refusal = await Should.ThrowAsync<PostgresServerException>(
            StartAsync(_folder["unused"], options => options with { ExistingServer = "postgres://user:hunter2@host:notaport/x" }));

        refusal.Message.ShouldStartWith("ACTORSYNC_POSTGRES is not a postgres:// URL: write postgres://");
        refusal.Message.ShouldNotContain("hunter2");
    }

    private static Task<PostgresServer> StartAsync(
        string folder, Func<PostgresServerOptions, PostgresServerOptions>? change = null)
    {
        var options = new PostgresServerOptions(folder, _ => { }) { ExistingServer = null, Durable = false };
        return PostgresServer.StartAsync(change?.Invoke(options) ?? options, CancellationToken.None);
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
