using ActorSync.Domain.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Turns;
using Npgsql;

namespace ActorSync.Feeds;

/// <summary>The wishes in PostgreSQL.</summary>
internal sealed class MappingStates(NpgsqlDataSource database) : IMappingStates
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>SQL of the mappings whose offers wait for somebody to resume them.</summary>
    public const string PausedSql = $"select mapping from {S}.mapping_state where paused_at is not null";

    public async Task<IReadOnlyDictionary<short, MappingWish>> ReadAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select mapping, paused_at is not null, reloads, failed from {S}.mapping_state");
        await using var reader = await command.ExecuteReaderAsync(stop);
        var wishes = new Dictionary<short, MappingWish>();
        while (await reader.ReadAsync(stop))
        {
            wishes[reader.GetInt16(0)] = new MappingWish(reader.GetBoolean(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetString(3));
        }

        return wishes;
    }

    public async Task FailAsync(short mapping, string why, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            insert into {S}.mapping_state(mapping, failed_at, failed) values ($1, clock_timestamp(), $2)
            on conflict (mapping) do update set failed_at = excluded.failed_at, failed = excluded.failed
            """);
        command.Parameters.Add(new() { Value = mapping });
        command.Parameters.Add(new() { Value = why });
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<long> LastOfferAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select coalesce(max(id), 0) from {S}.offer");
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    public async Task<long?> OfferAnewAsync(Turn turn, short mapping, long after, long to, int max, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with piece as materialized (select id from {S}.offer where mapping = $1 and id > $2 and id <= $3 order by id limit $4),
              taken as (delete from {S}.offer where id = any(array(select id from piece)) returning *),
              made as (insert into {S}.offer(mapping, external_id, write_no, due_at, body, position) select mapping, external_id, write_no, due_at, body, position from taken order by id)
            select max(id) from piece
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = mapping });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = to });
        command.Parameters.Add(new() { Value = max });
        return await command.ExecuteScalarAsync(stop) as long?;
    }

    public async Task OfferAnewAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with taken as (delete from {S}.offer where id = any($1) returning *)
            insert into {S}.offer(mapping, external_id, write_no, due_at, body, position)
            select mapping, external_id, write_no, due_at, body, position from taken join unnest($1) with ordinality u(id, n) using (id) order by n
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = offers.ToArray() });
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<IReadOnlyList<RecordId>> BirthsAsync(int max, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select mapping, external_id from {S}.offer where body->>'operation' = '{nameof(WriteOperation.Insert)}' limit $1");
        command.Parameters.Add(new() { Value = max });
        var births = new List<RecordId>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            births.Add(new RecordId(reader.GetInt16(0), reader.GetGuid(1)));
        }

        return births;
    }

    /// <summary>Pauses a mapping.</summary>
    /// <returns>False if it was paused already.</returns>
    public async Task<bool> PauseAsync(short mapping, string by, CancellationToken stop) =>
        await ChangeAsync(
            $"""
            insert into {S}.mapping_state as s(mapping, paused_at, paused_by) values ($1, clock_timestamp(), $2)
            on conflict (mapping) do update set paused_at = excluded.paused_at, paused_by = excluded.paused_by where s.paused_at is null
            """,
            mapping, by, stop);

    /// <summary>Lets a mapping go on that is paused or has failed.</summary>
    /// <returns>False if it was neither.</returns>
    public async Task<bool> ResumeAsync(short mapping, CancellationToken stop) =>
        await ChangeAsync(
            $"update {S}.mapping_state set paused_at = null, paused_by = null, failed_at = null, failed = null where mapping = $1 and coalesce(paused_at, failed_at) is not null",
            mapping, null, stop);

    /// <summary>Asks for a reload, which a failed mapping tries at once.</summary>
    public async Task ReloadAsync(short mapping, CancellationToken stop) =>
        await ChangeAsync(
            $"insert into {S}.mapping_state as s(mapping, reloads) values ($1, 1) on conflict (mapping) do update set reloads = s.reloads + 1, failed_at = null, failed = null",
            mapping, null, stop);

    /// <summary>Says that nobody maps an object any more: what is captured of it is passed over until a node has it in its configuration again.</summary>
    /// <returns>False if it was said already, or a node that lives has it.</returns>
    public async Task<bool> RetireAsync(short mapping, CancellationToken stop) =>
        await ChangeAsync(
            $"""
            update {S}.mapping m set retired_at = clock_timestamp() where m.mapping = $1 and retired_at is null
              and not exists (select from {S}.node n where m.mapping = any(n.kinds) and n.expires_at > clock_timestamp())
            """,
            mapping, null, stop);

    private async Task<bool> ChangeAsync(string sql, short mapping, string? by, CancellationToken stop)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = mapping });
        if (by is not null)
        {
            command.Parameters.Add(new() { Value = by });
        }

        return await command.ExecuteNonQueryAsync(stop) > 0;
    }
}
