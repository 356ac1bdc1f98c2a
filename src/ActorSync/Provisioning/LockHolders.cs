using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>Says which sessions keep a table locked.</summary>
internal static class LockHolders
{
    private const int SessionsMax = 3;

    /// <summary>One line that names the sessions, the longest transaction first, and what to do.</summary>
    public static async Task<string> DescribeAsync(NpgsqlConnection connection, TablePlan plan, ProvisioningLimits limits, CancellationToken stop)
    {
        var table = SqlText.Name(plan.Mapping.Schema, plan.Mapping.Table);
        var sessions = await SessionsAsync(connection, table, stop);
        var holders = sessions.Count == 0 ? "a session that has ended meanwhile" : string.Join("; ", sessions);
        return $"mapping {plan.Mapping.ObjectName}: table {plan.DisplayName} must change, but other sessions kept it locked in {limits.TableLockTriesMax} tries of {limits.TableLockWaitMax.TotalSeconds:0.###} s: " +
            $"{holders}: let them finish or end them (select pg_terminate_backend(pid)), and start again";
    }

    private static async Task<List<string>> SessionsAsync(NpgsqlConnection connection, string table, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select a.pid, coalesce(a.usename::text, '?'), coalesce(nullif(a.application_name, ''), '?'), coalesce(a.state, '?'),
              coalesce(extract(epoch from clock_timestamp() - a.xact_start)::bigint, 0), left(regexp_replace(coalesce(a.query, ''), '\s+', ' ', 'g'), 100)
            from pg_stat_activity a
            where a.pid <> pg_backend_pid() and a.pid in (select l.pid from pg_locks l where l.granted and l.relation = $1::regclass
              and l.database = (select oid from pg_database where datname = current_database()))
            order by a.xact_start limit $2
            """,
            connection);
        command.Parameters.AddWithValue(table);
        command.Parameters.AddWithValue(SessionsMax);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var sessions = new List<string>();
        while (await reader.ReadAsync(stop))
        {
            sessions.Add($"session {reader.GetInt32(0)} (user {reader.GetString(1)}, application {reader.GetString(2)}, {reader.GetString(3)}, in its transaction for {reader.GetInt64(4)} s, last statement: {reader.GetString(5)})");
        }

        return sessions;
    }
}
