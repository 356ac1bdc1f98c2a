using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Runtime.Turns;

/// <summary>One row of the change log.</summary>
/// <param name="Operation">I, U or D.</param>
/// <param name="Old">Values before, JSON by column, text forms in UTC and ISO; null for an insert.</param>
/// <param name="New">Values after, JSON by column; null for a delete.</param>
public sealed record CapturedChange(
    long Id, string Xid, DateTimeOffset At, short Mapping, char Operation, Guid Entity, long Birth, long Revision, string? Old, string? New);

/// <summary>Reads the change log for all shards of a worker in snapshot windows (PgQ's method): rows visible in one snapshot and not in the one before.
/// Nothing is missed behind a long transaction, nothing is read twice, and no row of the log is ever updated.</summary>
public sealed class ChangeWindow(IReadOnlyList<HeldLease> shards)
{
    private const string S = RuntimeOptions.Schema;
    private string? _alignTo;

    /// <summary>Number of shards of the database.</summary>
    public required int ShardCount { get; init; }

    /// <summary>The shards read.</summary>
    public IReadOnlyList<HeldLease> Shards { get; } = shards;

    /// <summary>True while a window is half read, or shards stand at different positions.</summary>
    public bool IsBehind => Shards.Any(lease => lease.Window is not null || lease.Snap != Shards[0].Snap);

    /// <summary>Reads the next rows and moves the shards' cursors behind them; the turn's commit makes that durable, its failure takes it back.</summary>
    public async Task<IReadOnlyList<CapturedChange>> ReadAsync(Turn turn, int rowsMax, CancellationToken stop)
    {
        var group = NextGroup();
        var leader = group[0];
        await using var command = new NpgsqlCommand(
            $"""
            select w.win::text, l.id, l.txid::text, l.at, l.mapping, l.operation, l.external_id, l.birth, l.revision, l.old_values::text, l.new_values::text
            from (select coalesce($3::pg_snapshot, pg_current_snapshot()) win offset 0) w
            left join lateral {S}.read_window($1, $2::pg_snapshot, w.win, $4, $5) l on true
            """,
            turn.Connection);
        command.Parameters.Add(new() { Value = group.Select(lease => (short)lease.Address).ToArray() });
        command.Parameters.Add(new() { Value = leader.Snap });
        command.Parameters.Add(new() { Value = (object?)(leader.Window ?? _alignTo) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = leader.Window is null ? 0L : leader.WindowId });
        command.Parameters.Add(new() { Value = rowsMax });
        var changes = new List<CapturedChange>();
        var window = leader.Snap;
        await using (var reader = await command.ExecuteReaderAsync(stop))
        {
            while (await reader.ReadAsync(stop))
            {
                window = reader.GetString(0);
                if (!reader.IsDBNull(1))
                {
                    changes.Add(Row(reader));
                }
            }
        }

        Advance(turn, group, window, changes, rowsMax);
        return changes;
    }

    // Shards that were acquired at different positions catch up with each other, one group at a time, to one common snapshot.
    private List<HeldLease> NextGroup()
    {
        var groups = Shards.GroupBy(lease => (lease.Snap, lease.Window, lease.WindowId)).ToList();
        if (groups.Count == 1)
        {
            _alignTo = null;
            return [.. groups[0]];
        }

        return [.. groups.FirstOrDefault(group => group.Key.Window is not null) ?? groups.First(group => group.Key.Snap != _alignTo)];
    }

    private void Advance(Turn turn, List<HeldLease> group, string window, List<CapturedChange> changes, int rowsMax)
    {
        var more = changes.Count == rowsMax;
        var touched = changes.Select(change => (int)Addresses.ShardOf(change.Entity, ShardCount)).ToHashSet();
        _alignTo ??= group.Count < Shards.Count ? window : null;
        foreach (var lease in group)
        {
            // Shards that read nothing move in memory only: reading an empty window again is harmless.
            if (touched.Contains(lease.Address) || more || lease.Window is not null)
            {
                turn.Advance(lease);
            }

            (lease.Snap, lease.Window, lease.WindowId) = more ? (lease.Snap, window, changes[^1].Id) : (window, null, 0L);
        }
    }

    private static CapturedChange Row(NpgsqlDataReader reader) => new(
        reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetInt16(4), reader.GetChar(5), reader.GetGuid(6),
        reader.GetInt64(7), reader.GetInt64(8), reader.IsDBNull(9) ? null : reader.GetString(9), reader.IsDBNull(10) ? null : reader.GetString(10));
}
