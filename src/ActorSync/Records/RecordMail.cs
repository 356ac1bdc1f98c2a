using System.Text.Json;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.WriteBack;

namespace ActorSync.Records;

/// <summary>Opens and writes the envelopes of record shards. A remote image is opened together with the row it will be compared with, read in the same turn.</summary>
/// <param name="retired">Mappings whose messages nobody wants any more; null: all that are not among <paramref name="mappings"/>.</param>
internal sealed class RecordMail(IReadOnlyDictionary<short, ObjectMapping> mappings, IMappedRows rows, int shardCount, IReadOnlySet<short>? retired = null)
{
    /// <summary>Messages per envelope.</summary>
    public const int EnvelopeMessagesMax = 200;

    /// <summary>Opens envelopes into messages, in order.</summary>
    /// <exception cref="UnknownKindException">A message is of a mapping that a node with a newer configuration has added.</exception>
    public async Task<IReadOnlyList<Delivery<RecordMessage>>> OpenAsync(Turn turn, IReadOnlyList<StoredEnvelope> envelopes, CancellationToken stop)
    {
        var stored = envelopes
            .SelectMany(envelope => JsonSerializer.Deserialize(envelope.Body, RecordJson.Default.RecordEnvelope)!.Messages)
            .Where(message => IsWanted(message.Mapping))
            .ToList();
        var found = new Dictionary<ActorId, RowImage>();
        foreach (var group in stored.Where(message => message.MeetsRow).GroupBy(message => message.Mapping))
        {
            foreach (var (key, row) in await rows.ReadAsync(turn, group.Key, [.. group.Select(message => message.Entity).Distinct()], stop))
            {
                found[new ActorId(group.Key, key)] = row;
            }
        }

        return [.. stored.Select(message =>
        {
            var actor = new ActorId(message.Mapping, message.Entity);
            return new Delivery<RecordMessage>(actor, message.Open(found.GetValueOrDefault(actor, RowImage.None)));
        })];
    }

    private bool IsWanted(short mapping) => mappings.ContainsKey(mapping)
        || (retired?.Contains(mapping) == false ? throw new UnknownKindException($"a message is of mapping {mapping}, which a node with a newer configuration has added") : false);

    /// <summary>Sends messages to the shards of their records, many to an envelope.</summary>
    public void Send(Turn turn, IEnumerable<Delivery<RecordMessage>> deliveries, DateTimeOffset? dueAt = null)
    {
        foreach (var shard in deliveries.GroupBy(delivery => Runtime.Sharding.Addresses.ShardOf(delivery.Actor.Entity, shardCount)))
        {
            foreach (var chunk in shard.Chunk(EnvelopeMessagesMax))
            {
                var messages = chunk.Select(delivery => StoredMessage.Of(new RecordId(delivery.Actor.Kind, delivery.Actor.Entity), delivery.Message)).ToArray();
                turn.Send(shard.Key, JsonSerializer.Serialize(new RecordEnvelope(messages), RecordJson.Default.RecordEnvelope), dueAt, messages.Length);
            }
        }
    }
}
