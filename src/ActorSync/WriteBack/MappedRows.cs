using ActorSync.Domain.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Turns;
using Npgsql;

namespace ActorSync.WriteBack;

/// <summary>The mapped tables in PostgreSQL.</summary>
internal sealed class MappedRows(IReadOnlyDictionary<short, MappedTable> tables, RowWriter writer) : IMappedRows
{
    public async Task<IReadOnlyDictionary<Guid, RowImage>> ReadAsync(Turn turn, short mapping, IReadOnlyCollection<Guid> keys, CancellationToken stop)
    {
        var table = tables[mapping];
        await using var command = new NpgsqlCommand(table.Read, turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = keys.ToArray() });
        var rows = new Dictionary<Guid, RowImage>(keys.Count);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            rows[reader.GetGuid(0)] = new RowImage(
                new RowStamp(reader.GetInt64(1), reader.GetInt64(2)),
                table.Values.Canonical(reader.GetFieldValue<string?[]>(4)),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3));
        }

        return rows;
    }

    public Task<IReadOnlyList<Delivery<RecordMessage>>> WriteAsync(Turn turn, IReadOnlyList<(ActorId Actor, RecordState State)> owing, CancellationToken stop) =>
        writer.WriteAsync(turn, owing, stop);
}
