using System.Collections.Immutable;
using System.Text.Json;
using ActorSync.Audit;
using ActorSync.Budget;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using Npgsql;

namespace ActorSync.Commands;

/// <summary>Reads the engine's tables in one snapshot. Cheap enough to ask once a second: counts of large tables are estimates.</summary>
internal sealed class StatusReader(NpgsqlDataSource database)
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>Rows counted exactly; beyond, PostgreSQL's estimate is shown.</summary>
    private const int CountedMax = 10_000;

    private const string Free = $"""
        select count(*) from {S}.lease where owner is null or owner not in (select node_id from {S}.node where expires_at > clock_timestamp())
        """;

    private const string Work = $"""
        select clock_timestamp(),
          (select count(*) from {S}.submission where finished_at is null),
          (select coalesce(sum(records), 0)::bigint from {S}.submission where finished_at is null),
          (select count(*) from {S}.submission where finished_at is null and doubtful_since is not null),
          (select extract(epoch from clock_timestamp() - min(started_at))::float8 from {S}.submission where finished_at is null),
          (select count(*) from {S}.offer),
          (select count(*) from {S}.mailbox),
          (select count(*) from {S}.actor where owes),
          (select count(*) from {S}.actor where parked)
        """;

    private const string Mappings = $"""
        select m.mapping, m.object, m.relation::text, l.cursor::text, m.relation::oid::int8,
          (select count(*) from {S}.actor a where a.mapping = m.mapping and a.parked), s.paused_at is not null, s.paused_by, s.failed
        from {S}.mapping m left join {S}.lease l on l.address = $1 + m.mapping left join {S}.mapping_state s using (mapping) order by m.mapping
        """;

    private const string ParkedSql = $"""
        select m.object, a.external_id, a.state::text from {S}.actor a join {S}.mapping m using (mapping)
        where a.parked order by (a.state->'parked'->>'at')::timestamptz nulls last, a.external_id limit $1
        """;

    private const string Failover = $"""
        select number, noticed_at, survived_at, (select count(*) from {S}.submission where finished_at is null and started_at <= noticed_at),
          (select count(*) from {S}.failover_correction where failover = number)
        from {S}.failover order by number desc limit 1
        """;

    private const string ApiCalls = $"select kind, sum(calls)::int8 from {S}.api_call group by kind";

    private const string ApiBudget = $"""
        select share, calls_left, org_used, org_max, org_at, reserve, per_hour, used_up_at, more_at, level, said, at from (select) one left join {S}.api_budget on true
        """;

    private static readonly RecordCodec Codec = new();

    /// <summary>The status now.</summary>
    /// <exception cref="PostgresException">No node has initialised this database, or it denies.</exception>
    public async Task<StatusReport> ReadAsync(CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, stop);
        var nodes = await ListAsync(connection, NodeTable.ListSql, NodeTable.Read, stop, Addresses.Coordinator, Addresses.FeedBase);
        var free = (await ListAsync(connection, Free, row => (int)row.GetInt64(0), stop))[0];
        var lag = (await ListAsync(
            connection, $"select count(*), extract(epoch from clock_timestamp() - min(at))::float8 from ({ChangeLogLag.UndecidedSql}) u",
            row => new ChangeLogStatus(row.GetInt64(0), Seconds(row, 1)), stop))[0];
        var work = (await ListAsync(
            connection, Work,
            row => (At: Time(row, 0), Submissions: new SubmissionStatus(row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), Seconds(row, 4)),
                Offers: row.GetInt64(5), Envelopes: row.GetInt64(6), Owed: row.GetInt64(7), Parked: row.GetInt64(8)),
            stop))[0];
        var parked = work.Parked == 0 ? []
            : await ListAsync(connection, ParkedSql, row => ParkedEntry.Of(row.GetString(0), row.GetGuid(1), Codec.ReadState(row.GetString(2))), stop, StatusReport.ParkedMax);
        var mappings = await MappingsAsync(connection, stop);
        var failovers = await ListAsync(connection, Failover, row => new FailoverStatus(row.GetInt32(0), Time(row, 1), Time(row, 2), row.GetInt64(3), row.GetInt64(4)), stop);
        return new StatusReport(
            work.At, nodes, free, mappings, lag, work.Submissions, new OfferStatus(work.Offers), work.Envelopes, work.Owed, work.Parked, [.. parked.SelectMany(entries => entries)]) { Api = await ApiAsync(connection, stop), Failover = failovers is [var failover, ..] ? failover : null };
    }

    private static async Task<ApiStatus> ApiAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        var calls = await ListAsync(connection, ApiCalls, row => (Kind: row.GetString(0), Calls: row.GetInt64(1)), stop);
        var made = calls.Where(kind => kind.Kind != ApiCallTable.Ahead).ToImmutableSortedDictionary(kind => kind.Kind, kind => kind.Calls, StringComparer.Ordinal);
        var ahead = calls.FirstOrDefault(kind => kind.Kind == ApiCallTable.Ahead).Calls;
        return (await ListAsync(
            connection, ApiBudget,
            row => new ApiStatus(
                made.Values.Sum(), made, ahead, Or<long>(row, 0), Or<long>(row, 1), Or<long>(row, 2), Or<long>(row, 3), Or<DateTimeOffset>(row, 4), Or<long>(row, 5), Or<double>(row, 6),
                Or<DateTimeOffset>(row, 7), Or<DateTimeOffset>(row, 8), row.IsDBNull(9) ? null : row.GetString(9).ToLowerInvariant(), row.IsDBNull(10) ? null : row.GetString(10), Or<DateTimeOffset>(row, 11)),
            stop))[0];
    }

    private static async Task<ImmutableArray<MappingStatus>> MappingsAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        var mapped = await ListAsync(
            connection, Mappings,
            row => (Number: row.GetInt16(0), Object: row.GetString(1), Table: row.GetString(2), Cursor: row.IsDBNull(3) ? null : row.GetString(3), Oid: row.GetInt64(4), Parked: row.GetInt64(5),
                IsPaused: row.GetBoolean(6), PausedBy: row.IsDBNull(7) ? null : row.GetString(7), Failed: row.IsDBNull(8) ? null : row.GetString(8)),
            stop, Addresses.FeedBase);
        var result = ImmutableArray.CreateBuilder<MappingStatus>();
        foreach (var mapping in mapped)
        {
            var rows = await CountAsync(connection, mapping.Table, mapping.Table, stop);
            var records = await CountAsync(connection, $"{S}.actor where mapping = {mapping.Number}", null, stop);
            var cursor = mapping.Cursor is null or "{}" ? null : JsonSerializer.Deserialize(mapping.Cursor, FeedJson.Default.FeedCursor);
            var state = mapping.IsPaused ? "paused" : mapping.Failed is not null ? "failed" : cursor?.Phase ?? "new";
            result.Add(new MappingStatus(
                mapping.Number, mapping.Object, mapping.Table, rows, records, mapping.Parked, cursor is null ? null : mapping.Cursor, state,
                mapping.IsPaused ? $"by {mapping.PausedBy}" : mapping.Failed, cursor is null ? null : LoadStatus.Of(cursor)));
        }

        return result.ToImmutable();
    }

    // Counts up to a limit; a larger table answers with the planner's estimate, if it has been analyzed.
    private static async Task<long> CountAsync(NpgsqlConnection connection, string source, string? relation, CancellationToken stop)
    {
        var counted = (await ListAsync(connection, $"select count(*) from (select from {source} limit {CountedMax + 1}) t", row => row.GetInt64(0), stop))[0];
        if (counted <= CountedMax || relation is null)
        {
            return counted <= CountedMax ? counted : (await ListAsync(connection, $"select count(*) from {source}", row => row.GetInt64(0), stop))[0];
        }

        var estimate = (await ListAsync(connection, "select reltuples::int8 from pg_class where oid = $1::regclass", row => row.GetInt64(0), stop, relation))[0];
        return Math.Max(estimate, counted);
    }

    private static async Task<ImmutableArray<T>> ListAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken stop, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(stop);
        var list = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(stop))
        {
            list.Add(read(reader));
        }

        return list.ToImmutable();
    }

    private static T? Or<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    private static DateTimeOffset Time(NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    private static double? Seconds(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);
}
