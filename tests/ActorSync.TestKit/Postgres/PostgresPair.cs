using System.Diagnostics;
using System.Globalization;
using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit.Network;
using ActorSync.TestKit.Time;
using Npgsql;

namespace ActorSync.TestKit.Postgres;

/// <summary>A primary and a standby that streams from it, behind one address: who uses that does not see which of the two answers.</summary>
public sealed class PostgresPair : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly PrivateCluster _primary;
    private readonly PrivateCluster _standby;
    private readonly CuttableLine _line;

    private PostgresPair(TemporaryFolder folder, PrivateCluster primary, PrivateCluster standby)
    {
        (_folder, _primary, _standby) = (folder, primary, standby);
        _line = CuttableLine.To(UrlOf(primary));
        ConnectionString = new NpgsqlConnectionStringBuilder(primary.Settings.ConnectionString) { Port = _line.Url.Port, Database = "flow", Timeout = 5 }.ConnectionString;
    }

    /// <summary>The empty database "flow", as superuser, behind the address that stays the same.</summary>
    public string ConnectionString { get; }

    /// <summary>The same database of the standby itself.</summary>
    public string StandbyConnectionString => new NpgsqlConnectionStringBuilder(_standby.Settings.ConnectionString) { Database = "flow", Pooling = false }.ConnectionString;

    /// <summary>Starts both.</summary>
    public static async Task<PostgresPair> StartAsync()
    {
        var folder = TemporaryFolder.Create();
        var primary = await StartAsync(folder["primary"], isFresh: true);
        await ExecuteAsync(primary, "create database flow");
        Directory.CreateDirectory(folder["standby"]);
        File.Copy(Path.Combine(folder["primary"], "password"), Path.Combine(folder["standby"], "password"));
        var copy = new ProcessStartInfo(Path.Combine(PostgresPrograms.Find().Folder, "pg_basebackup"), [
            "-D", Path.Combine(folder["standby"], "data"), "-R", "-X", "stream", "--checkpoint=fast", "--no-sync",
            "-h", primary.Settings.Host!, "-p", primary.Settings.Port.ToString(CultureInfo.InvariantCulture), "-U", primary.Settings.Username!]);
        copy.Environment["PGPASSWORD"] = primary.Settings.Password;
        using (var process = Process.Start(copy)!)
        {
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"pg_basebackup ended with exit code {process.ExitCode}");
            }
        }

        return new PostgresPair(folder, primary, await StartAsync(folder["standby"], isFresh: false));
    }

    /// <summary>Waits until the standby has everything, then cuts it off: what is committed from here on is lost.</summary>
    public async Task StopReplicationAsync()
    {
        var sent = await QueryAsync<string>(_primary, "select pg_current_wal_flush_lsn()::text");
        await Eventually.HoldsAsync("the standby to have everything", () => QueryAsync<bool>(_standby, $"select pg_last_wal_replay_lsn() >= '{sent}'::pg_lsn"));
        await ExecuteAsync(_standby, "alter system set primary_conninfo = ''");
        await ExecuteAsync(_standby, "select pg_reload_conf()");
        await Eventually.HoldsAsync("replication to stop", () => QueryAsync<bool>(_standby, "select not exists (select from pg_stat_wal_receiver)"));
    }

    /// <summary>Ends the primary without a word, as a crash does; nobody answers at the address then.</summary>
    public void KillPrimary()
    {
        _line.Cut();
        Posix.Signal(int.Parse(File.ReadLines(Path.Combine(_folder["primary"], "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture), Posix.Quit);
    }

    /// <summary>Makes the standby answer at the address: one that is read-only.</summary>
    public void LeadToStandby()
    {
        _line.Redirect(UrlOf(_standby));
        _line.Mend();
    }

    /// <summary>Promotes the standby.</summary>
    public Task PromoteAsync() => ExecuteAsync(_standby, "select pg_promote()");

    public async ValueTask DisposeAsync()
    {
        await _line.DisposeAsync();
        await _primary.DisposeAsync();
        await _standby.DisposeAsync();
        _folder.Dispose();
    }

    private static Task<PrivateCluster> StartAsync(string folder, bool isFresh) =>
        PrivateCluster.StartAsync(new PostgresServerOptions(folder, _ => { }) { Durable = false, Fresh = isFresh }, TimeProvider.System, CancellationToken.None);

    private static Uri UrlOf(PrivateCluster server) => new($"http://{server.Settings.Host}:{server.Settings.Port}");

    private static async Task ExecuteAsync(PrivateCluster server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(Unpooled(server));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> QueryAsync<T>(PrivateCluster server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(Unpooled(server));
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static string Unpooled(PrivateCluster server) => new NpgsqlConnectionStringBuilder(server.Settings.ConnectionString) { Pooling = false }.ConnectionString;
}
