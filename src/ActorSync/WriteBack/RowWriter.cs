using System.Data;
using System.Text.Json;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Turns;
using Npgsql;

namespace ActorSync.WriteBack;

/// <summary>Writes owed rows late in a turn, by compare-and-set, under savepoints and a short lock timeout: never overwrites a change the engine has not seen,
/// never waits for the application. A statement that fails is halved until the failing row is alone.</summary>
/// <param name="rowsMax">Rows per statement, about 1,000.</param>
/// <param name="lockTimeout">For what SKIP LOCKED does not cover: inserts, foreign keys, unique indexes.</param>
internal sealed class RowWriter(IReadOnlyDictionary<short, MappedTable> tables, int rowsMax, TimeSpan lockTimeout)
{
    private sealed record OwedWrite(Guid Key, RecordState State, OwedRow Row);

    /// <summary>The result of every owed row, as messages for this turn.</summary>
    public async Task<IReadOnlyList<Delivery<RecordMessage>>> WriteAsync(Turn turn, IReadOnlyList<(ActorId Actor, RecordState State)> owing, CancellationToken stop)
    {
        if (owing.Count == 0)
        {
            return [];
        }

        await ConfigureAsync(turn, turn.Id.ToString(), lockTimeout, stop);
        var results = new List<Delivery<RecordMessage>>(owing.Count);
        var groups = owing.Select(entry => (entry.Actor.Kind, Owed: new OwedWrite(entry.Actor.Entity, entry.State, RecordBehavior.Owed(entry.State)!)))
            .GroupBy(entry => (entry.Kind, entry.Owed.Row.Operation)).OrderBy(group => group.Key.Operation).ThenBy(group => group.Key.Kind);
        foreach (var group in groups)
        {
            foreach (var chunk in group.Select(entry => entry.Owed).OrderBy(owed => owed.Key).Chunk(rowsMax))
            {
                await WriteChunkAsync(turn, tables[group.Key.Kind], group.Key.Operation, chunk, results, stop);
            }
        }

        await ConfigureAsync(turn, "", TimeSpan.FromSeconds(10), stop);
        return results;
    }

    private static async Task WriteChunkAsync(
        Turn turn, MappedTable table, RowOperation operation, ArraySegment<OwedWrite> chunk, List<Delivery<RecordMessage>> results, CancellationToken stop)
    {
        await ExecuteAsync(turn, "savepoint rows", stop);
        try
        {
            results.AddRange(await StatementAsync(turn, table, operation, chunk, stop));
            await ExecuteAsync(turn, "release savepoint rows", stop);
        }
        catch (PostgresException error) when (!IsTroubleOfServer(error) && turn.Postgres().Connection.State == ConnectionState.Open)
        {
            await ExecuteAsync(turn, "rollback to savepoint rows", stop);
            if (chunk.Count > 1)
            {
                await WriteChunkAsync(turn, table, operation, chunk[..(chunk.Count / 2)], results, stop);
                await WriteChunkAsync(turn, table, operation, chunk[(chunk.Count / 2)..], results, stop);
                return;
            }

            results.Add(Result(turn, table, chunk[0].Key, Refused(error)));
        }
    }

    // Held by somebody, or waiting for a row that another change brings: it passes. Anything else is for people.
    private static RowWriteOutcome Refused(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.QueryCanceled || error.SqlState.StartsWith("40", StringComparison.Ordinal)
            ? new RowWriteOutcome.Locked()
            : new RowWriteOutcome.Failed(error.SqlState, error.MessageText + (error.ConstraintName is { Length: > 0 } name ? $" (constraint {name})" : ""));

    // Connection, disk, memory, shutdown, read-only: no fault of the row's, and the driver closes the connection after most of them. The turn is run again.
    private static bool IsTroubleOfServer(PostgresException error) => error.SqlState[..2] is "08" or "25" or "53" or "57" or "58" && error.SqlState != PostgresErrorCodes.QueryCanceled;

    private static async Task<IReadOnlyList<Delivery<RecordMessage>>> StatementAsync(
        Turn turn, MappedTable table, RowOperation operation, ArraySegment<OwedWrite> rows, CancellationToken stop)
    {
        var sql = operation switch { RowOperation.Insert => table.Insert, RowOperation.Update => table.Update, _ => table.Delete };
        await using var command = new NpgsqlCommand(sql, turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = rows.Select(row => row.Key).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(row => row.State.Row?.Birth ?? 0).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(row => row.State.Row?.Revision ?? 0).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(row => ColumnsJson(table, row.Row)).ToArray(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = rows.Select(row => !row.Row.Fields.IsEmpty).ToArray() });
        var results = new List<Delivery<RecordMessage>>(rows.Count);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var key = reader.GetGuid(0);
            results.Add(Result(turn, table, key, Outcome(reader, table, operation)));
        }

        return results;
    }

    private static RowWriteOutcome Outcome(NpgsqlDataReader reader, MappedTable table, RowOperation operation)
    {
        if (!reader.IsDBNull(4))
        {
            return operation == RowOperation.Delete ? new RowWriteOutcome.Landed(null, FieldValues.Empty, FieldValues.Empty)
                : reader.IsDBNull(6) ? new RowWriteOutcome.Landed(new RowStamp(reader.GetInt64(4), reader.GetInt64(5)), FieldValues.Empty, FieldValues.Empty)
                : new RowWriteOutcome.Landed(
                    new RowStamp(reader.GetInt64(4), reader.GetInt64(5)),
                    reader.IsDBNull(7) ? table.Values.Empty : table.Values.Canonical(reader.GetFieldValue<string?[]>(7)),
                    table.Values.Canonical(reader.GetFieldValue<string?[]>(6)));
        }

        var (locked, moved, exists) = (reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3));
        return !exists || moved ? new RowWriteOutcome.Moved()
            : !locked ? new RowWriteOutcome.Locked()
            : new RowWriteOutcome.Failed("SUPPRESSED", "a BEFORE trigger of the table returned NULL for the engine's write: let it pass, or exclude the table from the mapping");
    }

    private static Delivery<RecordMessage> Result(Turn turn, MappedTable table, Guid key, RowWriteOutcome outcome) =>
        new(new ActorId(table.Mapping.Number, key), new RecordMessage.RowWriteResult(outcome, turn.Now));

    private static string ColumnsJson(MappedTable table, OwedRow row)
    {
        var columns = new Dictionary<string, string?>(table.Values.Columns(row.Fields), StringComparer.Ordinal);
        if (row.Status.Sfid is { } sfid)
        {
            columns["sfid"] = sfid;
        }

        if (row.Status.SystemModstamp is { } stamp)
        {
            columns["systemmodstamp"] = CanonicalValue.Instant(stamp);
        }

        if (row.Status.IsDeleted is { } deleted)
        {
            columns["isdeleted"] = deleted ? "true" : "false";
        }

        if (row.Status.LastOp is { } lastOp)
        {
            columns["_hc_lastop"] = lastOp;
        }

        if (row.Status.Error is { } error)
        {
            columns["_hc_err"] = error.Length == 0 ? null : error;
        }

        return JsonSerializer.Serialize(columns, RecordJson.Default.DictionaryStringString);
    }

    private static async Task ConfigureAsync(Turn turn, string origin, TimeSpan timeout, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select set_config('actorsync.origin', $1, true), set_config('lock_timeout', $2, true)", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = origin });
        command.Parameters.Add(new() { Value = $"{(int)timeout.TotalMilliseconds}ms" });
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task ExecuteAsync(Turn turn, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, turn.Postgres().Connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
