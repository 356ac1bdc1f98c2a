using System.Runtime.CompilerServices;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using Npgsql;

namespace ActorSync.Runtime.Journal;

/// <summary>Reads the journal back: to prove that it folds to the snapshots. Always on the primary.</summary>
public sealed class JournalReader(NpgsqlDataSource database)
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>The whole journal of the record shards, ordered by entity and then by sequence.</summary>
    public async IAsyncEnumerable<JournalEntry> OfAllEntitiesAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        await using var command = new NpgsqlCommand(
            $"""
            select address, seq, epoch, mapping, external_id, type, at, body::text from {S}.journal
            where address < {Addresses.Coordinator} order by mapping, external_id, seq
            """,
            connection);
        await foreach (var entry in ReadAsync(command, stop))
        {
            yield return entry;
        }
    }

    /// <summary>All snapshots, ordered by entity.</summary>
    public async IAsyncEnumerable<ActorSnapshot> SnapshotsAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        await using var command = new NpgsqlCommand(
            $"select mapping, external_id, shard, seq, owes, parked, state::text from {S}.actor order by mapping, external_id", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            yield return new ActorSnapshot(
                new ActorId(reader.GetInt16(0), reader.GetGuid(1)), reader.GetInt16(2), reader.GetInt64(3), reader.GetBoolean(4), reader.GetBoolean(5), reader.GetString(6));
        }
    }

    private static async IAsyncEnumerable<JournalEntry> ReadAsync(NpgsqlCommand command, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            yield return new JournalEntry(
                reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), new ActorId(reader.GetInt16(3), reader.GetGuid(4)),
                reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6), reader.GetString(7));
        }
    }
}
