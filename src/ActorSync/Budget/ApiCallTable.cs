using ActorSync.Runtime.Hosting;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Budget;

/// <summary>The calls of all nodes in PostgreSQL, by the database's clock.</summary>
/// <param name="node">Names the rows of this process.</param>
internal sealed class ApiCallTable(NpgsqlDataSource database, ApiBudgetOptions options, Guid node) : IApiCallLedger
{
    /// <summary>The kind of calls that are booked and not made.</summary>
    public const string Ahead = "Ahead";

    private const string S = RuntimeOptions.Schema;

    // Any fixed number: bookings of all nodes come one after the other.
    private const long LockKey = 0x4163746f7243616c;

    // The org's count is forgotten after as many parts of the window without news of it; what it allows is not.
    private const int OrgPartsMax = 4;

    private const string Part = "to_timestamp(floor(extract(epoch from clock_timestamp())::float8 / $2) * $2)";

    private const string Used = $"""
        insert into {S}.api_call(part, node, kind, calls) select {Part}, $1, u.kind, u.calls from unnest($3, $4) u(kind, calls)
        on conflict (part, node, kind) do update set calls = api_call.calls + excluded.calls
        """;

    private const string Forget = $"""
        delete from {S}.api_call where (node = $1 and kind = '{Ahead}') or part <= clock_timestamp() - make_interval(secs => $2)
        """;

    private const string Book = $"""
        insert into {S}.api_call(part, node, kind, calls)
        select {Part}, $1, '{Ahead}', booked.calls from (
          select greatest(0, $3 + least($4, case when $5::int8 is null then 0 else greatest(0, $5 - $3 - coalesce((select sum(calls) from {S}.api_call), 0)) end))::int8 calls) booked
        where booked.calls > 0
        """;

    private const string Org = $"""
        insert into {S}.api_budget(org_used, org_max, org_at) values ($1, $2, clock_timestamp())
        on conflict (one) do update set org_used = excluded.org_used, org_max = excluded.org_max, org_at = excluded.org_at
        """;

    private const string Counts = $"""
        select clock_timestamp(), b.org_max, case when b.org_at > clock_timestamp() - make_interval(secs => $1) then b.org_used else 0 end, c.part, c.kind, c.calls
        from (select) one left join {S}.api_budget b on true
          left join (select part, kind, sum(calls)::int8 calls from {S}.api_call group by part, kind) c on true
        order by c.part
        """;

    private const string SayText = $"""
        insert into {S}.api_budget(level, share, reserve, calls_left, per_hour, used_up_at, more_at, said, at) values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())
        on conflict (one) do update set level = excluded.level, share = excluded.share, reserve = excluded.reserve, calls_left = excluded.calls_left, per_hour = excluded.per_hour,
          used_up_at = excluded.used_up_at, more_at = excluded.more_at, said = excluded.said, at = excluded.at
        """;

    private const string MineAhead = $"select coalesce(sum(calls), 0)::int8 from {S}.api_call where node = $1 and kind = '{Ahead}'";

    /// <inheritdoc/>
    public async Task<ApiCounts> ExchangeAsync(ApiExchange exchange, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            Add(batch, $"select pg_advisory_xact_lock({LockKey})");
            Add(batch, Forget, node, (options.Window + (2 * options.Part)).TotalSeconds);
            Add(batch, Used, node, options.Part.TotalSeconds, exchange.Used.Select(used => used.Kind.ToString()).ToArray(), exchange.Used.Select(used => used.Calls).ToArray());
            Add(batch, Book, node, options.Part.TotalSeconds, exchange.Held, exchange.Wanted, Or(exchange.Share));
            if (exchange.Org is { } org)
            {
                Add(batch, Org, org.Used, org.Max);
            }

            await batch.ExecuteNonQueryAsync(cancellation);
        }

        var ahead = await AheadAsync(connection, cancellation);
        var counts = await CountsAsync(connection, ahead, cancellation);
        await transaction.CommitAsync(cancellation);
        return counts;
    }

    /// <summary>Writes what the budget makes of the counts, for <c>actorsync status</c>.</summary>
    public async Task SayAsync(ApiOutlook outlook, string said, CancellationToken stop)
    {
        await using var command = database.CreateCommand(SayText);
        object[] values =
        [
            outlook.Level.ToString(), Or(outlook.Share), outlook.Reserve, Or(outlook.Left), outlook.PerHour, Or(outlook.UsedUpAt?.ToUniversalTime()), Or(outlook.MoreAt?.ToUniversalTime()), said,
        ];
        NpgsqlDbType[] types =
        [
            NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Double, NpgsqlDbType.TimestampTz, NpgsqlDbType.TimestampTz, NpgsqlDbType.Text,
        ];
        foreach (var (value, type) in values.Zip(types))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        }

        await command.ExecuteNonQueryAsync(stop);
    }

    private async Task<long> AheadAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(MineAhead, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = node });
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    private async Task<ApiCounts> CountsAsync(NpgsqlConnection connection, long ahead, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(Counts, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = (options.Part * OrgPartsMax).TotalSeconds });
        var (now, org, calls) = (default(DateTimeOffset), default(ApiUsage), new List<CountedCalls>());
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            now = reader.GetFieldValue<DateTimeOffset>(0);
            org = reader.IsDBNull(1) ? null : new ApiUsage(reader.GetInt64(2), reader.GetInt64(1));
            if (!reader.IsDBNull(3))
            {
                calls.Add(new CountedCalls(reader.GetFieldValue<DateTimeOffset>(3), Enum.TryParse<ApiKind>(reader.GetString(4), out var kind) ? kind : null, reader.GetInt64(5)));
            }
        }

        return new ApiCounts(now, ahead, calls, org);
    }

    private static object Or<T>(T? value)
        where T : struct => value is { } given ? given : DBNull.Value;

    private static void Add(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(value is DBNull ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Bigint } : new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
