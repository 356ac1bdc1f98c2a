using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Runtime.Postgres;

/// <summary>Nodes and leases in PostgreSQL; every time in here is the server's <c>clock_timestamp()</c>.</summary>
public sealed class LeaseTable(NpgsqlDataSource database) : ILeaseTable
{
    private const string S = RuntimeOptions.Schema;

    /// <inheritdoc/>
    public async Task EnsureAsync(IReadOnlyCollection<int> addresses, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"insert into {S}.lease(address) select unnest($1) on conflict do nothing");
        command.Parameters.Add(new() { Value = addresses.ToArray() });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <inheritdoc/>
    public async Task RegisterAsync(Guid node, NodeProfile profile, TimeSpan ttl, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"""
            with old as (delete from {S}.node where expires_at < clock_timestamp() - interval '1 day')
            insert into {S}.node(node_id, name, version, expires_at, kinds, format) values ($1, $2, $3, clock_timestamp() + $4, $5, $6)
            """);
        command.Parameters.Add(new() { Value = node });
        command.Parameters.Add(new() { Value = profile.Name });
        command.Parameters.Add(new() { Value = profile.Version });
        command.Parameters.Add(new() { Value = ttl });
        command.Parameters.Add(new() { Value = profile.Kinds.ToArray() });
        command.Parameters.Add(new() { Value = profile.Format });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <inheritdoc/>
    public async Task<bool> HeartbeatAsync(Guid node, TimeSpan ttl, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"update {S}.node set expires_at = clock_timestamp() + $2 where node_id = $1 and expires_at > clock_timestamp() and {ServerHistory.IsKnownSql}");
        command.Parameters.Add(new() { Value = node });
        command.Parameters.Add(new() { Value = ttl });
        return await command.ExecuteNonQueryAsync(stop) == 1;
    }

    /// <inheritdoc/>
    public async Task<ClusterView> ViewAsync(CancellationToken stop)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select n.node_id, n.drain_asked_at is not null, n.kinds, n.format < c.format from {S}.node n cross join {S}.cluster c where n.expires_at > clock_timestamp()"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select l.address, n.node_id from {S}.lease l left join {S}.node n on n.node_id = l.owner and n.expires_at > clock_timestamp()"));
        await using var reader = await batch.ExecuteReaderAsync(stop);
        var nodes = new List<ClusterNode>();
        while (await reader.ReadAsync(stop))
        {
            nodes.Add(new ClusterNode(reader.GetGuid(0), reader.GetBoolean(1), reader.GetFieldValue<short[]>(2), reader.GetBoolean(3)));
        }

        await reader.NextResultAsync(stop);
        var owners = new Dictionary<int, Guid?>();
        while (await reader.ReadAsync(stop))
        {
            owners[reader.GetInt32(0)] = reader.IsDBNull(1) ? null : reader.GetGuid(1);
        }

        return new ClusterView(nodes, owners);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<HeldLease>> AcquireAsync(Guid node, CancellationToken stop) => AcquireAsync(node, null, stop);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HeldLease>> AcquireAsync(Guid node, IReadOnlyCollection<int> addresses, CancellationToken stop) => AcquireAsync(node, addresses.ToArray(), stop);

    private async Task<IReadOnlyList<HeldLease>> AcquireAsync(Guid node, int[]? addresses, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"""
            with live as materialized (
              select node_id from {S}.node where expires_at > clock_timestamp()),
            free as materialized (
              select address, epoch from {S}.lease
              where (owner is null or owner not in (select node_id from live) or (owner = $1 and $2 is not null))
                and ($2 is null or address = any($2)) and $1 in (select node_id from live)
              order by address for update skip locked),
            newest as (
              update {S}.cluster c set format = n.format from {S}.node n where n.node_id = $1 and c.format < n.format and exists (select from free))
            update {S}.lease l set owner = $1, epoch = l.epoch + 1, token = gen_random_uuid(), acquired_at = clock_timestamp()
            from free where l.address = free.address and l.epoch = free.epoch
            returning l.address, l.epoch, l.token, l.batch_no, l.journal_seq, l.snap::text, l.win::text, coalesce(l.win_id, 0), l.cursor::text
            """);
        command.Parameters.Add(new() { Value = node });
        command.Parameters.Add(new() { Value = addresses is null ? DBNull.Value : addresses, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var held = new List<HeldLease>();
        while (await reader.ReadAsync(stop))
        {
            held.Add(new HeldLease
            {
                Address = reader.GetInt32(0),
                Epoch = reader.GetInt64(1),
                Token = reader.GetGuid(2),
                BatchNo = reader.GetInt64(3),
                JournalSeq = reader.GetInt64(4),
                Snap = reader.GetString(5),
                Window = reader.IsDBNull(6) ? null : reader.GetString(6),
                WindowId = reader.GetInt64(7),
                Cursor = reader.GetString(8),
            });
        }

        return held;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(Guid node, CancellationToken stop)
    {
        await using var batch = database.CreateBatch();
        var release = batch.CreateBatchCommand();
        release.CommandText = $"update {S}.lease set owner = null, token = null where owner = $1";
        release.Parameters.Add(new NpgsqlParameter { Value = node });
        var end = batch.CreateBatchCommand();
        end.CommandText = $"delete from {S}.node where node_id = $1";
        end.Parameters.Add(new NpgsqlParameter { Value = node });
        batch.BatchCommands.Add(release);
        batch.BatchCommands.Add(end);
        await batch.ExecuteNonQueryAsync(stop);
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(Guid node, IReadOnlyCollection<int> addresses, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"update {S}.lease set owner = null, token = null where owner = $1 and address = any($2)");
        command.Parameters.Add(new() { Value = node });
        command.Parameters.Add(new() { Value = addresses.ToArray() });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <inheritdoc/>
    public async Task DrainAsync(Guid node, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"update {S}.node set drain_asked_at = coalesce(drain_asked_at, clock_timestamp()) where node_id = $1");
        command.Parameters.Add(new() { Value = node });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>The fence: the last statement of every turn. Moves cursors, journal sequences and batch numbers of the leases that are ours as we remember them; <see cref="Check"/> says whether all were.</summary>
    public static void Fence(NpgsqlBatchCommand command, IReadOnlyCollection<HeldLease> leases)
    {
        command.CommandText = $"""
            update {S}.lease l set snap = u.snap::pg_snapshot, win = u.win::pg_snapshot, win_id = u.win_id, journal_seq = u.seq, cursor = u.cursor::jsonb,
              batch_no = l.batch_no + 1
            from unnest($1, $2, $3, $4, $5, $6, $7, $8) u(address, token, batch_no, snap, win, win_id, seq, cursor)
            where l.address = u.address and l.token = u.token and l.batch_no = u.batch_no and {ServerHistory.IsKnownSql}
            """;
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(lease => lease.Address).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(lease => lease.Token).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(lease => lease.BatchNo).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(lease => lease.Snap).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(lease => lease.Window).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(lease => lease.WindowId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(lease => lease.JournalSeq).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(lease => lease.Cursor).ToArray() });
    }

    /// <summary>Throws, and so undoes the turn, unless the fence has moved all leases.</summary>
    /// <exception cref="StaleLeaseException">Some are no longer ours.</exception>
    public static void Check(NpgsqlBatchCommand fence, IReadOnlyCollection<HeldLease> leases)
    {
        if (fence.RecordsAffected != leases.Count)
        {
            throw new StaleLeaseException($"{leases.Count - fence.RecordsAffected} of {leases.Count} leases are no longer ours, or their history is not the one we remember");
        }
    }

    /// <summary>Batch numbers as the database has them, of leases that still carry our token: settles a commit whose answer was lost.</summary>
    public async Task<IReadOnlyDictionary<int, long>> BatchNumbersAsync(IReadOnlyCollection<HeldLease> leases, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select l.address, l.batch_no from {S}.lease l join unnest($1, $2) u(address, token) on l.address = u.address and l.token = u.token");
        command.Parameters.Add(new() { Value = leases.Select(lease => lease.Address).ToArray() });
        command.Parameters.Add(new() { Value = leases.Select(lease => lease.Token).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var numbers = new Dictionary<int, long>();
        while (await reader.ReadAsync(stop))
        {
            numbers[reader.GetInt32(0)] = reader.GetInt64(1);
        }

        return numbers;
    }
}
