using System.Collections.Immutable;
using System.Text.Json;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Commands;

/// <summary>The records of a database that wait for somebody, from the snapshots of their actors, and the durable mail by which an operator speaks to one.</summary>
internal sealed class ParkedRecords(NpgsqlDataSource database)
{
    private const string S = RuntimeOptions.Schema;

    private static readonly RecordCodec Codec = new();

    /// <summary>What every parked record waits for, the oldest first, then the conflicts.</summary>
    /// <param name="objectName">Only of this object; null: of all.</param>
    public async Task<ImmutableArray<ParkedEntry>> ListAsync(string? objectName, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            select m.object, a.external_id, a.state::text from {S}.actor a join {S}.mapping m using (mapping)
            where a.parked and ($1::text is null or lower(m.object) = lower($1)) order by (a.state->'parked'->>'at')::timestamptz nulls last, m.object, a.external_id
            """);
        command.Parameters.Add(new() { Value = (object?)objectName ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        var list = ImmutableArray.CreateBuilder<ParkedEntry>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            list.AddRange(ParkedEntry.Of(reader.GetString(0), reader.GetGuid(1), Codec.ReadState(reader.GetString(2))));
        }

        return list.ToImmutable();
    }

    /// <summary>What the actors of a UUID know: one per mapping that has a record of it.</summary>
    public async Task<ImmutableArray<KnownRecord>> FindAsync(IReadOnlyList<ObjectMapping> mappings, Guid record, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select mapping, state::text, clock_timestamp() from {S}.actor where external_id = $1 and mapping = any($2) order by mapping");
        command.Parameters.Add(new() { Value = record });
        command.Parameters.Add(new() { Value = mappings.Select(mapping => mapping.Number).ToArray() });
        var list = ImmutableArray.CreateBuilder<KnownRecord>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var mapping = mappings.First(known => known.Number == reader.GetInt16(0));
            list.Add(new KnownRecord(mapping, new RecordId(mapping.Number, record), Codec.ReadState(reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return list.ToImmutable();
    }

    /// <summary>Puts a message into the mailbox of the record's shard; false when the record waits for nobody any more.</summary>
    public async Task<bool> SendAsync(RecordId id, RecordMessage message, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"insert into {S}.mailbox(address, body) select shard, $3::json from {S}.actor where mapping = $1 and external_id = $2 and parked");
        command.Parameters.Add(new() { Value = id.Mapping });
        command.Parameters.Add(new() { Value = id.ExternalId });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(new RecordEnvelope([StoredMessage.Of(id, message)]), RecordJson.Default.RecordEnvelope) });
        return await command.ExecuteNonQueryAsync(stop) == 1;
    }
}

/// <summary>Something that a record waits for somebody to do: to correct what was refused, or to choose for a field that both sides have changed.</summary>
/// <param name="Sfid">Its id in Salesforce; null while it is not linked.</param>
/// <param name="Since">Since when it waits, database clock.</param>
/// <param name="Source">Who refused it, or <see cref="Conflict"/>.</param>
/// <param name="Operation">What was refused; <see cref="Choose"/> for a conflict.</param>
/// <param name="Code">The code of the refusal; the field of a conflict.</param>
internal sealed record ParkedEntry(string Object, Guid ExternalId, string? Sfid, DateTimeOffset Since, string Source, string Operation, string Code, string Message)
{
    /// <summary>Source of a field in the conflict inbox.</summary>
    public const string Conflict = "conflict";

    /// <summary>Operation of a field in the conflict inbox.</summary>
    public const string Choose = "CHOOSE";

    /// <summary>In words.</summary>
    public string Reason => Source == Conflict ? $"conflict in {Code}: {Message}" : $"{Source} refused {Operation}: {Code}: {Message}";

    /// <summary>All that a record waits for.</summary>
    public static IEnumerable<ParkedEntry> Of(string objectName, Guid externalId, RecordState state)
    {
        if (state.Parked is { } error)
        {
            yield return new ParkedEntry(objectName, externalId, state.Sfid, error.At, error.Source, error.Operation, error.Code, error.Message);
        }

        foreach (var (field, waits) in state.Inbox)
        {
            yield return new ParkedEntry(objectName, externalId, state.Sfid, waits.Since, Conflict, Choose, field, $"{Quoted(waits.Ours)} in PostgreSQL, {Quoted(waits.Theirs)} in Salesforce, {Quoted(waits.Base)} before");
        }
    }

    private static string Quoted(string? value) => value is null ? "nothing" : $"'{value}'";
}

/// <summary>A record's snapshot.</summary>
/// <param name="ReadAt">Database clock when it was read.</param>
internal sealed record KnownRecord(ObjectMapping Mapping, RecordId Id, RecordState State, DateTimeOffset ReadAt);
