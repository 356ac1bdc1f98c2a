using System.Text.Json;
using ActorSync.Audit;
using ActorSync.Domain.Records;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Coordination;

/// <summary>Offers in PostgreSQL, each a row until it is cut.</summary>
internal sealed class OfferTable(NpgsqlDataSource database) : IOfferTable
{
    private const string S = RuntimeOptions.Schema;

    public async Task OfferAgainAsync(Turn turn, IReadOnlyList<(OfferedWrite Write, DateTimeOffset? DueAt)> writes, CancellationToken stop)
    {
        if (writes.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            $"""
            insert into {S}.offer(mapping, external_id, write_no, due_at, body, position)
            select mapping, external_id, write_no, due_at, body::json, position
            from unnest($1, $2, $3, $4, $5, $6) with ordinality u(mapping, external_id, write_no, due_at, body, position, n) order by n
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = writes.Select(offer => offer.Write.Mapping).ToArray() });
        command.Parameters.Add(new() { Value = writes.Select(offer => offer.Write.Entity).ToArray() });
        command.Parameters.Add(new() { Value = writes.Select(offer => offer.Write.WriteNo).ToArray() });
        command.Parameters.Add(new() { Value = writes.Select(offer => offer.DueAt?.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = writes.Select(offer => JsonSerializer.Serialize(offer.Write, RecordJson.Default.OfferedWrite)).ToArray() });
        command.Parameters.Add(new() { Value = writes.Select(offer => offer.Write.Position).ToArray() });
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<OffersInOrder> ReadInOrderAsync(int max, CancellationToken stop)
    {
        // One statement, one snapshot: a change that is not undecided in it has its offer in it.
        await using var command = database.CreateCommand(
            $"""
            select clock_timestamp(), (select min(id) from ({ChangeLogLag.UndecidedSql}) u),
              (select min(id) from {S}.mailbox where address < {Addresses.Coordinator}), (select max(id) from {S}.mailbox where address < {Addresses.Coordinator}),
              array({MappingStates.PausedSql}), o.id, o.due_at, o.body::text
            from (select) one left join lateral (select id, due_at, body, position from {S}.offer where mapping not in ({MappingStates.PausedSql}) order by position, id limit $1) o on true order by o.position, o.id
            """);
        command.Parameters.Add(new() { Value = max });
        var look = new OffersInOrder([], default, null, null, null);
        var writes = new List<ReadyWrite>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            look = new OffersInOrder(writes, reader.GetFieldValue<DateTimeOffset>(0), Id(reader, 1), Id(reader, 2), Id(reader, 3)) { Paused = reader.GetFieldValue<short[]>(4) };
            if (!reader.IsDBNull(5))
            {
                writes.Add(Ready(reader, 5));
            }
        }

        return look;
    }

    public async Task<IReadOnlyCollection<RecordId>> BirthsAsync(IReadOnlyCollection<short> mappings, IReadOnlyCollection<Guid> records, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select mapping, external_id from {S}.offer where mapping = any($1) and external_id = any($2) and body->>'operation' = '{nameof(WriteOperation.Insert)}'");
        command.Parameters.Add(new() { Value = mappings.ToArray() });
        command.Parameters.Add(new() { Value = records.ToArray() });
        var births = new List<RecordId>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            births.Add(new RecordId(reader.GetInt16(0), reader.GetGuid(1)));
        }

        return births;
    }

    public async Task<bool> ExceedAsync(int max, bool inLogOrder, CancellationToken stop)
    {
        // Ids are given in order, so few ids between the first and the last say, at the cost of two index entries, that there are few offers.
        var couldLeave = inLogOrder ? $"(select min(position) from {S}.offer where mapping not in ({MappingStates.PausedSql})) < coalesce((select min(id) from ({ChangeLogLag.UndecidedSql}) u), {long.MaxValue})" : "true";
        await using var command = database.CreateCommand(
            $"""
            select case when coalesce((select max(id) - min(id) from {S}.offer), 0) < $1 then false
              else (select count(*) from (select from {S}.offer where mapping not in ({MappingStates.PausedSql}) limit $1 + 1) o) > $1 and {couldLeave} end
            """);
        command.Parameters.Add(new() { Value = (long)max });
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }

    public async Task<IReadOnlyDictionary<short, long>> WaitingAsync(int max, CancellationToken stop)
    {
        // Few ids between the first and the last say here too that there are few.
        await using var command = database.CreateCommand(
            $"""
            with waiting as materialized (select mapping, writes from {S}.waiting_offers($1) where (select max(id) - min(id) from {S}.offer) >= $1)
            select mapping, writes from waiting where (select sum(writes) from waiting) > $1
            """);
        command.Parameters.Add(new() { Value = (long)max });
        var waiting = new Dictionary<short, long>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            waiting[reader.GetInt16(0)] = reader.GetInt64(1);
        }

        return waiting;
    }

    public IOfferWindow OpenWindow() => new OfferWindow(database);

    public async Task TakeAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"delete from {S}.offer where id = any($1)", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = offers.ToArray() });
        var taken = await command.ExecuteNonQueryAsync(stop);
        if (taken != offers.Count)
        {
            throw new StaleLeaseException($"{offers.Count - taken} of {offers.Count} offers are gone: another coordinator took them");
        }
    }

    /// <summary>Reads id, due time and body.</summary>
    internal static ReadyWrite Ready(NpgsqlDataReader reader, int first)
    {
        var body = reader.GetString(first + 2);
        var dueAt = reader.IsDBNull(first + 1) ? default(DateTimeOffset?) : reader.GetFieldValue<DateTimeOffset>(first + 1);
        return new ReadyWrite(reader.GetInt64(first), JsonSerializer.Deserialize(body, RecordJson.Default.OfferedWrite)!, dueAt) { Chars = body.Length };
    }

    private static long? Id(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
}

/// <summary>Reads new offers in snapshot windows, as the change log is read: an offer committed late is never missed behind a higher id.
/// Starts with everything there is; what does not fit stays on disk.</summary>
internal sealed class OfferWindow(NpgsqlDataSource database) : IOfferWindow
{
    // Bodies that are read at a time, in characters of two bytes: a write of long texts can have some hundred thousand.
    private const int PieceCharsMax = 8_000_000;

    private string _snap = "1:1:";
    private string? _window;
    private long _windowId;

    public async Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            select clock_timestamp(), w.win::text, o.id, o.due_at, o.body::text
            from (select coalesce($2::pg_snapshot, pg_current_snapshot()) win offset 0) w
            left join lateral (
              select id, due_at, body from {RuntimeOptions.Schema}.offer
              where txid >= pg_snapshot_xmin($1::pg_snapshot) and id > $3 and pg_visible_in_snapshot(txid, w.win) and not pg_visible_in_snapshot(txid, $1::pg_snapshot) order by id limit $4) o on true
            """);
        command.Parameters.Add(new() { Value = _snap });
        command.Parameters.Add(new() { Value = (object?)_window ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = _windowId });
        command.Parameters.Add(new() { Value = max });
        var writes = new List<ReadyWrite>();
        var now = default(DateTimeOffset);
        var window = _snap;
        var chars = 0;
        await using (var reader = await command.ExecuteReaderAsync(stop))
        {
            while (chars <= PieceCharsMax && await reader.ReadAsync(stop))
            {
                now = reader.GetFieldValue<DateTimeOffset>(0);
                window = reader.GetString(1);
                if (!reader.IsDBNull(2))
                {
                    writes.Add(OfferTable.Ready(reader, 2));
                    chars += writes[^1].Chars;
                }
            }
        }

        if (max == 0)
        {
            return (writes, now);
        }

        (_snap, _window, _windowId) = writes.Count == max || chars > PieceCharsMax ? (_snap, window, writes[^1].OfferId) : (window, null, 0);
        return (writes, now);
    }

    public async Task<IReadOnlyList<ReadyWrite>> ReadAgainAsync(IReadOnlyCollection<long> offers, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select id, due_at, body::text from {RuntimeOptions.Schema}.offer where id = any($1) order by id");
        command.Parameters.Add(new() { Value = offers.ToArray() });
        var writes = new List<ReadyWrite>(offers.Count);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            writes.Add(OfferTable.Ready(reader, 0));
        }

        return writes;
    }

    public async Task<IReadOnlyDictionary<short, string>> ApartAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            select lane.key::smallint, md5(string_agg(lane.value::text, ' ' order by l.address)) from {RuntimeOptions.Schema}.lease l
            cross join lateral jsonb_each(l.cursor->'apart') lane where l.address < {Addresses.Coordinator} group by 1
            """);
        var apart = new Dictionary<short, string>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            apart[reader.GetInt16(0)] = reader.GetString(1);
        }

        return apart;
    }

    public async Task<IReadOnlyCollection<RecordId>> UnreadBirthsAsync(IReadOnlyCollection<RecordId> named, CancellationToken stop)
    {
        // One statement, one snapshot: a birth that has left the change log in it is offered in it, or has been.
        const string S = RuntimeOptions.Schema;
        await using var command = database.CreateCommand(
            $"""
            with u as materialized (
              select u.mapping, u.id, exists (select from {S}.offer o where o.external_id = u.id and o.mapping = u.mapping and o.body->>'operation' = '{nameof(WriteOperation.Insert)}') offered,
                exists (select from {S}.actor a where a.mapping = u.mapping and a.external_id = u.id) known
              from unnest($1, $2) u(mapping, id)),
            strange as materialized (select u.mapping, u.id, l.address, l.snap, l.win, l.win_id, coalesce(l.cursor->'apart' ? u.mapping::text, false) apart from u join {S}.lease l on l.address = {S}.shard_of(u.id) where not offered and not known),
            -- By itself, so that it is gone through once, however many are asked about.
            logged as materialized (
              select id, txid, shard, mapping, external_id from {S}.change_log
              where txid >= (select min(pg_snapshot_xmin(snap)::text::bigint)::text::xid8 from strange where not apart) and operation = 'I')
            select mapping, id from u where offered
            union all
            select mapping, id from strange where apart
            union all
            select distinct s.mapping, s.id from strange s join logged c on c.shard = s.address and c.mapping = s.mapping and c.external_id = s.id
            where not s.apart and not pg_visible_in_snapshot(c.txid, s.snap) and (s.win is null or c.id > s.win_id or not pg_visible_in_snapshot(c.txid, s.win))
            """);
        command.Parameters.Add(new() { Value = named.Select(record => record.Mapping).ToArray() });
        command.Parameters.Add(new() { Value = named.Select(record => record.ExternalId).ToArray() });
        var unread = new List<RecordId>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            unread.Add(new RecordId(reader.GetInt16(0), reader.GetGuid(1)));
        }

        return unread;
    }
}
