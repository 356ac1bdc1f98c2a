using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>
/// Whether each of our connections is a session of PostgreSQL's own for as long as it is open, as the engine's locks, settings and prepared statements need it: directly, or through a
/// pooler in session mode. A pooler in transaction mode gives a connection any free session for each transaction, and that shows: while others of ours hold sessions,
/// a connection that is idle loses its own to one of them.
/// </summary>
internal static class PoolerCheck
{
    // A pooler that has idle sessions may hand out others before it takes the one away; each that is held makes it rarer.
    private const int HeldMax = 4;

    /// <exception cref="ProvisioningException">A pooler in transaction or statement mode stands between.</exception>
    public static async Task RunAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var watched = await database.OpenConnectionAsync(stop);
        var session = await SessionAsync(watched, stop);
        var held = new List<NpgsqlConnection>();
        try
        {
            while (held.Count < HeldMax)
            {
                var other = await database.OpenConnectionAsync(stop);
                held.Add(other);
                await using (var begin = new NpgsqlCommand("begin", other))
                {
                    await begin.ExecuteNonQueryAsync(stop);
                }

                if (await SessionAsync(other, stop) == session || await SessionAsync(watched, stop) != session)
                {
                    throw new ProvisioningException([
                        "postgres.url leads to a pooler in transaction mode, where a connection has no session of PostgreSQL's own: set pool_mode = session for this database or user in " +
                        "pgbouncer.ini (a node keeps its sessions: size its pool for them, see docs/operations.md), or name PostgreSQL itself in postgres.url"]);
                }
            }
        }
        catch (PostgresException refused) when (refused.MessageText.Contains("statement pooling mode", StringComparison.Ordinal))
        {
            throw new ProvisioningException(["postgres.url leads to a pooler in statement mode, which has no transactions: set pool_mode = session, or name PostgreSQL itself in postgres.url"]);
        }
        finally
        {
            foreach (var other in held)
            {
                await EndAsync(other);
            }
        }
    }

    private static async Task<int> SessionAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync(stop))!;
    }

    // The pool does not reset what it takes back.
    private static async Task EndAsync(NpgsqlConnection connection)
    {
        await using (connection)
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await using var rollback = new NpgsqlCommand("rollback", connection);
                await rollback.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }
}
