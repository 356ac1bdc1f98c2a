using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Runtime.Postgres;

/// <summary>Turns, mailboxes, leases and snapshots in PostgreSQL.</summary>
/// <param name="clock">Names turns; every time that is decided upon is the database's.</param>
public sealed class PostgresTurnStore(NpgsqlDataSource database, TimeProvider clock) : ITurnStore
{
    private const string S = RuntimeOptions.Schema;
    private const int WatchGraceSeconds = 5;

    // The addresses of $1 that have some.
    private const string DueMail = $"array(select a from unnest($1) a where exists (select from {S}.mailbox where address = a and (due_at is null or due_at <= clock_timestamp())))";

    private readonly LeaseTable _leases = new(database);

    /// <inheritdoc/>
    public ILeaseTable Leases => _leases;

    /// <inheritdoc/>
    public async Task<Turn> BeginAsync(CancellationToken stop)
    {
        var connection = await database.OpenConnectionAsync(stop);
        try
        {
            var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, stop);
            return new PostgresTurn(_leases, connection, transaction, Guid.CreateVersion7(clock.GetUtcNow()), clock);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset> NowAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand("select clock_timestamp()");
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return reader.GetFieldValue<DateTimeOffset>(0);
    }

    /// <inheritdoc/>
    public async Task<StoreGlance> GlanceAsync(IReadOnlyList<int> addresses, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select pg_current_snapshot()::text, {DueMail}");
        command.Parameters.Add(new() { Value = addresses.ToArray() });
        return await GlanceAsync(command, stop);
    }

    /// <inheritdoc/>
    public async Task<StoreGlance> WatchAsync(IReadOnlyList<int> addresses, string snapshot, TimeSpan look, TimeSpan atMost, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select w.snapshot, {DueMail} from {S}.watch($2, $3, $4) w(snapshot)");
        command.Parameters.Add(new() { Value = addresses.ToArray() });
        command.Parameters.Add(new() { Value = snapshot });
        command.Parameters.Add(new() { Value = look.TotalSeconds });
        command.Parameters.Add(new() { Value = atMost.TotalSeconds });
        // It ends by itself before long, also for one who stops: cancelled, it would be an error in the server's log. A server that hangs is waited for no longer than this.
        command.CommandTimeout = (int)atMost.TotalSeconds + WatchGraceSeconds;
        return await GlanceAsync(command, CancellationToken.None) with { HasWaited = true };
    }

    private static async Task<StoreGlance> GlanceAsync(NpgsqlCommand command, CancellationToken stop)
    {
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return new StoreGlance(reader.GetString(0), reader.GetFieldValue<int[]>(1));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ActorId>> OwingAsync(IReadOnlyList<short> shards, int ofKindMax, CancellationToken stop)
    {
        // From kind to kind by the index, however many actors of one there are.
        await using var command = database.CreateCommand(
            $"""
            with recursive kinds(mapping) as (
              select min(mapping) from {S}.actor where owes
              union all
              select (select min(a.mapping) from {S}.actor a where a.owes and a.mapping > k.mapping) from kinds k where k.mapping is not null)
            select a.mapping, a.external_id from kinds k
            cross join lateral (
              select k.mapping, o.external_id from (select s from unnest($1) s order by s) s
              cross join lateral (select external_id from {S}.actor where owes and mapping = k.mapping and shard = s.s order by external_id limit $2) o
              order by s.s, o.external_id limit $2) a
            """);
        command.Parameters.Add(new() { Value = shards.ToArray() });
        command.Parameters.Add(new() { Value = ofKindMax });
        return await ReadActorsAsync(command, stop);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ActorId>> OwingAsync(IReadOnlyList<short> shards, short kind, Guid? after, int max, CancellationToken stop)
    {
        // Shard by shard, and no further than a piece is long.
        await using var command = database.CreateCommand(
            $"""
            select $2, o.external_id from (select s from unnest($1) s where $3 is null or s >= {S}.shard_of($3) order by s) s
            cross join lateral (
              select external_id from {S}.actor where owes and mapping = $2 and shard = s.s and ($3 is null or s.s > {S}.shard_of($3) or external_id > $3)
              order by external_id limit $4) o
            order by s.s, o.external_id limit $4
            """);
        command.Parameters.Add(new() { Value = shards.ToArray() });
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Uuid, Value = after ?? (object)DBNull.Value });
        command.Parameters.Add(new() { Value = max });
        return await ReadActorsAsync(command, stop);
    }

    private static async Task<IReadOnlyList<ActorId>> ReadActorsAsync(NpgsqlCommand command, CancellationToken stop)
    {
        await using var reader = await command.ExecuteReaderAsync(stop);
        var owing = new List<ActorId>();
        while (await reader.ReadAsync(stop))
        {
            owing.Add(new ActorId(reader.GetInt16(0), reader.GetGuid(1)));
        }

        return owing;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEnvelope>> PeekMailAsync(int address, int envelopesMax, CancellationToken stop) =>
        PeekAsync("address = $1", address, envelopesMax, stop);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEnvelope>> PeekPostponedAsync(IReadOnlyList<int> addresses, int envelopesMax, CancellationToken stop) =>
        PeekAsync("address = any($1) and due_at is not null", addresses.ToArray(), envelopesMax, stop);

    /// <inheritdoc/>
    public async Task<long> CountShardMailAsync(int envelopesMax, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select count(*) from (select from {S}.mailbox where address < {Addresses.Coordinator} limit $1) w");
        command.Parameters.Add(new() { Value = envelopesMax });
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    private async Task<IReadOnlyList<StoredEnvelope>> PeekAsync(string which, object addresses, int envelopesMax, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select id, address, body::text from {S}.mailbox where {which} order by id limit $2");
        command.Parameters.Add(new() { Value = addresses });
        command.Parameters.Add(new() { Value = envelopesMax });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var envelopes = new List<StoredEnvelope>();
        while (await reader.ReadAsync(stop))
        {
            envelopes.Add(new StoredEnvelope(reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2)));
        }

        return envelopes;
    }
}
