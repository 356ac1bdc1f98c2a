using System.Globalization;
using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>Lets one node of a database provision at a time: an advisory lock of the session.</summary>
internal sealed class ProvisioningLock : IAsyncDisposable
{
    // Any fixed number that no other lock of the engine has: "ActorTbl" in ASCII.
    private const long Key = 0x4163746f7254626c;

    private readonly NpgsqlConnection _connection;

    private ProvisioningLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="ProvisioningException">Another node held it all the time.</exception>
    public static async Task<ProvisioningLock> TakeAsync(NpgsqlConnection connection, TimeSpan waitMax, CancellationToken stop)
    {
        var milliseconds = ((long)waitMax.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        try
        {
            await ExecuteAsync(connection, $"set lock_timeout = {milliseconds}", waitMax, stop);
            await ExecuteAsync(connection, $"select pg_advisory_lock({Key})", waitMax, stop);
            return new ProvisioningLock(connection);
        }
        catch (PostgresException timeout) when (timeout.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new ProvisioningException([$"another node has been preparing the mapped tables for {waitMax.TotalSeconds:0} s: see what its session in pg_stat_activity waits for, then start again"]);
        }
        finally
        {
            await ExecuteAsync(connection, "reset lock_timeout", waitMax, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A broken session has lost its locks by itself.
        if (_connection.State == System.Data.ConnectionState.Open)
        {
            await ExecuteAsync(_connection, $"select pg_advisory_unlock({Key})", TimeSpan.Zero, CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, TimeSpan waitMax, CancellationToken stop)
    {
        // The server's lock_timeout is to end the wait, not the client's command timeout.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)waitMax.TotalSeconds + 30 };
        await command.ExecuteNonQueryAsync(stop);
    }
}
