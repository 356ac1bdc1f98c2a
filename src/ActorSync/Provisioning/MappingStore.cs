using System.Text.Json;
using System.Text.Json.Serialization;
using ActorSync.Domain.Mapping;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>The mappings as the engine's tables keep them, for those who have no configuration at hand.</summary>
internal static class MappingStore
{
    /// <summary>All mappings this database has ever had, by number.</summary>
    public static async Task<IReadOnlyList<ObjectMapping>> ReadAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        return [.. (await ReadAsync(connection, stop)).Select(stored => stored.Definition)];
    }

    /// <summary>All mappings with the tables they are kept in today.</summary>
    public static async Task<IReadOnlyList<StoredMapping>> ReadAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select m.mapping, m.object, n.nspname::text, c.relname::text, m.definition::text,
              exists (select from {RuntimeOptions.Schema}.actor a where a.mapping = m.mapping)
            from {RuntimeOptions.Schema}.mapping m left join pg_class c on c.oid = m.relation left join pg_namespace n on n.oid = c.relnamespace
            order by m.mapping
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var stored = new List<StoredMapping>();
        while (await reader.ReadAsync(stop))
        {
            stored.Add(new(
                reader.GetInt16(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? null : (reader.GetString(2), reader.GetString(3)),
                FromJson(reader.GetString(4)),
                reader.GetBoolean(5)));
        }

        return stored;
    }

    /// <summary>Retires the mappings that are not in the configuration of a node that starts, unless a node that lives, or was killed within an hour, has them: where configurations differ, an older
    /// one must not take what a newer one has added for what has been removed. Those in the configuration are not retired any more.</summary>
    /// <returns>The numbers of all retired mappings.</returns>
    public static async Task<IReadOnlySet<short>> RetireAsync(NpgsqlDataSource database, IReadOnlyCollection<short> configured, CancellationToken stop)
    {
        await using var batch = database.CreateBatch();
        foreach (var sql in new[]
        {
            $"update {RuntimeOptions.Schema}.mapping set retired_at = null where mapping = any($1) and retired_at is not null",
            $"""
            update {RuntimeOptions.Schema}.mapping m set retired_at = clock_timestamp() where m.mapping <> all($1) and m.retired_at is null
              and not exists (select from {RuntimeOptions.Schema}.node n where m.mapping = any(n.kinds) and n.expires_at > clock_timestamp() - interval '1 hour')
            """,
            $"select mapping from {RuntimeOptions.Schema}.mapping where retired_at is not null and mapping <> all($1)",
        })
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new NpgsqlParameter { Value = configured.ToArray() });
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(stop);
        var retired = new HashSet<short>();
        while (await reader.ReadAsync(stop))
        {
            retired.Add(reader.GetInt16(0));
        }

        return retired;
    }

    /// <summary>Keeps a mapping under its number. Its table must exist.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, ObjectMapping mapping, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            insert into {RuntimeOptions.Schema}.mapping as m (mapping, object, relation, definition) values ($1, $2, $3::regclass, $4::jsonb)
            on conflict (mapping) do update set relation = excluded.relation, definition = excluded.definition
            where (m.relation, m.definition) is distinct from (excluded.relation, excluded.definition)
            """,
            connection);
        command.Parameters.AddWithValue(mapping.Number);
        command.Parameters.AddWithValue(mapping.ObjectName);
        command.Parameters.AddWithValue(SqlText.Name(mapping.Schema, mapping.Table));
        command.Parameters.AddWithValue(ToJson(mapping));
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>A mapping as it is stored.</summary>
    public static string ToJson(ObjectMapping mapping) => JsonSerializer.Serialize(mapping, MappingJson.Default.ObjectMapping);

    /// <summary>A stored mapping.</summary>
    public static ObjectMapping FromJson(string json) =>
        JsonSerializer.Deserialize(json, MappingJson.Default.ObjectMapping) ?? throw new JsonException("a mapping's definition is null");
}

/// <summary>A mapping as found in the engine's tables.</summary>
/// <param name="Table">Where it is kept today; null: the table was dropped.</param>
/// <param name="HasRecords">Records of it have been synced.</param>
internal sealed record StoredMapping(short Number, string ObjectName, (string Schema, string Name)? Table, ObjectMapping Definition, bool HasRecords);

/// <summary>The stored form of a mapping: it outlives this program's version, so members are only added.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ObjectMapping))]
internal sealed partial class MappingJson : JsonSerializerContext;
