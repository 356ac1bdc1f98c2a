using System.Collections.Immutable;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using Npgsql;

namespace ActorSync.Commands;

/// <summary>The nodes as the database knows them; every time is the database's.</summary>
internal sealed class NodeTable(NpgsqlDataSource database)
{
    /// <summary>All nodes whose row is there, the eldest first. Parameters: the address of the coordinator, the first one of the feeds.</summary>
    public const string ListSql = $"""
        select n.node_id, n.name, n.version, n.started_at, n.expires_at, n.expires_at > clock_timestamp(), n.drain_asked_at,
          count(l.address) filter (where l.address < c.shard_count), coalesce(bool_or(l.address = $1), false), count(l.address) filter (where l.address >= $2)
        from {S}.node n cross join {S}.cluster c left join {S}.lease l on l.owner = n.node_id
        group by n.node_id order by n.started_at, n.node_id
        """;

    private const string S = RuntimeOptions.Schema;

    /// <summary>A row of <see cref="ListSql"/>.</summary>
    public static NodeStatus Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4), row.GetBoolean(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6), (int)row.GetInt64(7), row.GetBoolean(8), (int)row.GetInt64(9));

    /// <summary>All nodes whose row is there, the eldest first.</summary>
    public async Task<ImmutableArray<NodeStatus>> ListAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new NpgsqlParameter { Value = Addresses.Coordinator });
        command.Parameters.Add(new NpgsqlParameter { Value = Addresses.FeedBase });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var nodes = ImmutableArray.CreateBuilder<NodeStatus>();
        while (await reader.ReadAsync(stop))
        {
            nodes.Add(Read(reader));
        }

        return nodes.ToImmutable();
    }

    /// <summary>Asks a node to drain; the first time it was asked stands.</summary>
    /// <returns>False when the node is gone, or dead.</returns>
    public async Task<bool> AskToDrainAsync(Guid node, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"update {S}.node set drain_asked_at = coalesce(drain_asked_at, clock_timestamp()) where node_id = $1 and expires_at > clock_timestamp()");
        command.Parameters.Add(new NpgsqlParameter { Value = node });
        return await command.ExecuteNonQueryAsync(stop) == 1;
    }
}
