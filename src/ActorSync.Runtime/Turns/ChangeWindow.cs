using ActorSync.Runtime.Sharding;

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
        var (window, changes) = await turn.ReadWindowAsync(
            [.. group.Select(lease => (short)lease.Address)], leader.Snap, leader.Window ?? _alignTo, leader.Window is null ? 0L : leader.WindowId, rowsMax, stop);
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

    private void Advance(Turn turn, List<HeldLease> group, string window, IReadOnlyList<CapturedChange> changes, int rowsMax)
    {
        var more = changes.Count == rowsMax;
        var touched = changes.Select(change => (int)Addresses.ShardOf(change.Entity, ShardCount)).ToHashSet();
        // To a window that is new: none of the others stands behind it, as they may behind one that an earlier holder has left half read.
        _alignTo ??= group.Count < Shards.Count && group[0].Window is null ? window : null;
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
}
