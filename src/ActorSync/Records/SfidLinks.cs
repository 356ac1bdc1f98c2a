using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Turns;
using Npgsql;

namespace ActorSync.Records;

/// <summary>The index in PostgreSQL.</summary>
internal sealed class SfidLinks : ISfidLinks
{
    private const string S = RuntimeOptions.Schema;

    public async Task<IReadOnlyList<(ActorId Actor, string Sfid, DateTimeOffset ReadBegan)>> LearnAsync(
        Turn turn, IEnumerable<(ActorId Actor, string Sfid)> links, CancellationToken stop)
    {
        var sorted = links.DistinctBy(link => link.Sfid).OrderBy(link => link.Sfid, StringComparer.Ordinal).ToArray();
        if (sorted.Length == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(
            $"""
            insert into {S}.link as l(sfid, mapping, external_id)
            select sfid, mapping, external_id from unnest($1, $2, $3) u(sfid, mapping, external_id)
            on conflict (sfid) do update set mapping = excluded.mapping, external_id = excluded.external_id where l.external_id is null
            returning sfid, mapping, external_id, deleted_at
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = sorted.Select(link => link.Sfid).ToArray() });
        command.Parameters.Add(new() { Value = sorted.Select(link => link.Actor.Kind).ToArray() });
        command.Parameters.Add(new() { Value = sorted.Select(link => link.Actor.Entity).ToArray() });
        var orphans = new List<(ActorId, string, DateTimeOffset)>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            if (!reader.IsDBNull(3))
            {
                orphans.Add((new ActorId(reader.GetInt16(1), reader.GetGuid(2)), reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(3)));
            }
        }

        return orphans;
    }

    public async Task<IReadOnlyDictionary<string, ActorId>> FindAsync(Turn turn, IReadOnlyCollection<string> sfids, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"select sfid, mapping, external_id from {S}.link where sfid = any($1) and external_id is not null", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = sfids.ToArray() });
        return await ReadAsync(command, stop);
    }

    public async Task<IReadOnlyList<(string Sfid, ActorId Actor)>> PageAsync(Turn turn, short mapping, string after, int recordsMax, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select sfid, external_id from {S}.link
            where mapping = $1 and external_id is not null and sfid collate "C" > $2 order by sfid collate "C" limit $3
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = mapping });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = recordsMax });
        var page = new List<(string, ActorId)>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            page.Add((reader.GetString(0), new ActorId(mapping, reader.GetGuid(1))));
        }

        return page;
    }

    public async Task<IReadOnlyDictionary<string, ActorId>> BuryAsync(Turn turn, IReadOnlyCollection<string> sfids, DateTimeOffset readBegan, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with buried as (
              insert into {S}.link as l(sfid, deleted_at) select sfid, $2 from unnest($1) u(sfid)
              on conflict (sfid) do update set deleted_at = excluded.deleted_at
              returning sfid, mapping, external_id)
            select * from buried where external_id is not null
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = sfids.Order(StringComparer.Ordinal).ToArray() });
        command.Parameters.Add(new() { Value = readBegan.ToUniversalTime() });
        return await ReadAsync(command, stop);
    }

    private static async Task<IReadOnlyDictionary<string, ActorId>> ReadAsync(NpgsqlCommand command, CancellationToken stop)
    {
        var found = new Dictionary<string, ActorId>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            found[reader.GetString(0)] = new ActorId(reader.GetInt16(1), reader.GetGuid(2));
        }

        return found;
    }
}
