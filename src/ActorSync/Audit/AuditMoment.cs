using System.Runtime.CompilerServices;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Retention;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Journal;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Audit;

/// <summary>Journal, snapshots and mapped rows as of one moment: an exported snapshot that every connection in here reads under.</summary>
internal sealed class AuditMoment : IAsyncDisposable
{
    private const string S = RuntimeOptions.Schema;

    private readonly NpgsqlDataSource _database;
    private readonly NpgsqlConnection _keeper;
    private readonly string _snapshot;

    private AuditMoment(NpgsqlDataSource database, NpgsqlConnection keeper, string snapshot) =>
        (_database, _keeper, _snapshot) = (database, keeper, snapshot);

    /// <summary>Takes the moment. It is kept, with one connection, until disposed.</summary>
    public static async Task<AuditMoment> OpenAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        var keeper = await database.OpenConnectionAsync(stop);
        try
        {
            // The lock comes before the snapshot: a partition that is detached from then on stays to be read until the moment is over.
            await using var command = new NpgsqlCommand(
                $"begin transaction isolation level repeatable read read only; lock table only {S}.journal in access share mode; select pg_export_snapshot()", keeper);
            return new AuditMoment(database, keeper, (string)(await command.ExecuteScalarAsync(stop))!);
        }
        catch
        {
            await keeper.DisposeAsync();
            throw;
        }
    }

    /// <summary>Records with captured changes that no turn has decided yet.</summary>
    public async Task<HashSet<RecordId>> UndecidedAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"select distinct mapping, external_id from ({ChangeLogLag.UndecidedSql}) u", _keeper);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var found = new HashSet<RecordId>();
        while (await reader.ReadAsync(stop))
        {
            found.Add(new RecordId(reader.GetInt16(0), reader.GetGuid(1)));
        }

        return found;
    }

    /// <summary>What of the journal is in files alone.</summary>
    public async Task<ArchivedJournal> ArchivedAsync(CancellationToken stop) => ArchivedJournal.Of(await JournalTable.ReadAsync(_keeper, stop));

    /// <summary>The journal of a mapping, by record and then in order.</summary>
    public async IAsyncEnumerable<JournalEntry> EntriesAsync(ObjectMapping mapping, Guid? only, [EnumeratorCancellation] CancellationToken stop)
    {
        var one = only is null ? "" : $"and external_id = $2 and address = {S}.shard_of($2)";
        await foreach (var row in ReadAsync(
            $"select address, seq, epoch, external_id, type, at, body::text from {S}.journal where mapping = $1 {one} order by external_id, seq", mapping, only, stop))
        {
            yield return new JournalEntry(
                row.GetInt32(0), row.GetInt64(1), row.GetInt64(2), new ActorId(mapping.Number, row.GetGuid(3)), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5), row.GetString(6));
        }
    }

    /// <summary>Snapshots of a mapping, by record, and since when each is known: null where that was before it was noted.</summary>
    public async IAsyncEnumerable<(Guid Id, string State, DateTimeOffset? Since)> SnapshotsAsync(ObjectMapping mapping, Guid? only, [EnumeratorCancellation] CancellationToken stop)
    {
        var one = only is null ? "" : "and external_id = $2";
        await foreach (var row in ReadAsync($"select external_id, state::text, since from {S}.actor where mapping = $1 {one} order by external_id", mapping, only, stop))
        {
            yield return (row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2));
        }
    }

    /// <summary>Rows of the mapped table, by record, canonical.</summary>
    public async IAsyncEnumerable<(Guid Id, TableRow Row)> RowsAsync(ObjectMapping mapping, Guid? only, [EnumeratorCancellation] CancellationToken stop)
    {
        var key = Quote(mapping.ExternalIdColumn);
        var one = only is null ? "" : $"and {key} = $2";
        var values = string.Join(", ", mapping.Fields.Select(field => $"{Quote(field.Column)}::text"));
        var sql = $"""
            select {key}, _asy_birth, _asy_rev, sfid::text, array[{values}]::text[]
            from {Quote(mapping.Schema)}.{Quote(mapping.Table)} where $1 = $1 and {key} is not null {one} order by {key}
            """;
        await foreach (var row in ReadAsync(sql, mapping, only, stop))
        {
            var texts = row.GetFieldValue<string?[]>(4);
            var fields = FieldValues.From(mapping.Fields.Select((field, i) => KeyValuePair.Create(field.Name, CanonicalValue.Of(field, texts[i]))));
            yield return (row.GetGuid(0), new TableRow(new RowStamp(row.GetInt64(1), row.GetInt64(2)), row.IsDBNull(3) ? null : row.GetString(3), fields));
        }
    }

    public async ValueTask DisposeAsync() => await _keeper.DisposeAsync();

    private async IAsyncEnumerable<NpgsqlDataReader> ReadAsync(string sql, ObjectMapping mapping, Guid? only, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var connection = await _database.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, stop);
        await using (var adopt = new NpgsqlCommand($"set transaction snapshot '{_snapshot}'; set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local extra_float_digits = 1", connection))
        {
            await adopt.ExecuteNonQueryAsync(stop);
        }

        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = mapping.Number });
        if (only is { } id)
        {
            command.Parameters.Add(new() { Value = id, NpgsqlDbType = NpgsqlDbType.Uuid });
        }

        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            yield return reader;
        }
    }

    private static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
