using System.Text.Json;
using ActorSync.Domain.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.WriteBack;
using Npgsql;

namespace ActorSync.Records;

/// <summary>Opens and writes the envelopes of record shards. A remote image is opened together with the row it will be compared with, read in the same turn.</summary>
internal sealed class RecordMail(IReadOnlyDictionary<short, MappedTable> tables, int shardCount)
{
    /// <summary>Messages per envelope.</summary>
    public const int EnvelopeMessagesMax = 200;

    /// <summary>Opens envelopes into messages, in order.</summary>
    public async Task<IReadOnlyList<Delivery<RecordMessage>>> OpenAsync(Turn turn, IReadOnlyList<(int Address, string Body)> envelopes, CancellationToken stop)
    {
        var stored = envelopes
            .SelectMany(envelope => JsonSerializer.Deserialize(envelope.Body, RecordJson.Default.RecordEnvelope)!.Messages)
            .Where(message => tables.ContainsKey(message.Mapping))
            .ToList();
        var rows = new Dictionary<ActorId, RowImage>();
        foreach (var group in stored.Where(message => message.MeetsRow).GroupBy(message => message.Mapping))
        {
            await ReadRowsAsync(turn, tables[group.Key], [.. group.Select(message => message.Entity).Distinct()], rows, stop);
        }

        return [.. stored.Select(message =>
        {
            var actor = new ActorId(message.Mapping, message.Entity);
            return new Delivery<RecordMessage>(actor, message.Open(rows.GetValueOrDefault(actor, RowImage.None)));
        })];
    }

    /// <summary>Sends messages to the shards of their records, many to an envelope.</summary>
    public void Send(Turn turn, IEnumerable<Delivery<RecordMessage>> deliveries, DateTimeOffset? dueAt = null)
    {
        foreach (var shard in deliveries.GroupBy(delivery => Runtime.Sharding.Addresses.ShardOf(delivery.Actor.Entity, shardCount)))
        {
            foreach (var chunk in shard.Chunk(EnvelopeMessagesMax))
            {
                var messages = chunk.Select(delivery => StoredMessage.Of(new RecordId(delivery.Actor.Kind, delivery.Actor.Entity), delivery.Message)).ToArray();
                turn.Send(shard.Key, JsonSerializer.Serialize(new RecordEnvelope(messages), RecordJson.Default.RecordEnvelope), dueAt);
            }
        }
    }

    private static async Task ReadRowsAsync(Turn turn, MappedTable table, Guid[] keys, Dictionary<ActorId, RowImage> rows, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(table.Read, turn.Connection);
        command.Parameters.Add(new() { Value = keys });
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            rows[new ActorId(table.Mapping.Number, reader.GetGuid(0))] = new RowImage(
                new RowStamp(reader.GetInt64(1), reader.GetInt64(2)),
                table.Canonical(reader.GetFieldValue<string?[]>(4)),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3));
        }
    }
}
