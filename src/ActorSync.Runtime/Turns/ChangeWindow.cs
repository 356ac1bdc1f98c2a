using ActorSync.Runtime.Sharding;

namespace ActorSync.Runtime.Turns;

/// <summary>One row of the change log.</summary>
/// <param name="Operation">I, U or D.</param>
/// <param name="Old">Values before, JSON by column, text forms in UTC and ISO; null for an insert.</param>
/// <param name="New">Values after, JSON by column; null for a delete.</param>
public sealed record CapturedChange(
    long Id, string Xid, DateTimeOffset At, short Mapping, char Operation, Guid Entity, long Birth, long Revision, string? Old, string? New);

/// <summary>Reads the change log for all shards of a worker in snapshot windows (PgQ's method): rows visible in one snapshot and not in the one before.
/// Nothing is missed behind a long transaction, nothing is read twice, and no row of the log is ever updated.
/// A mapping that has a backlog goes apart: it gets a cursor of its own where the others stand, they pass it, and it joins them again once it has caught up. Its own changes keep their order.</summary>
public sealed class ChangeWindow(IReadOnlyList<HeldLease> shards)
{
    /// <summary>A mapping that has this part of a piece, which its window has not ended with, goes apart.</summary>
    private const int ApartPart = 4;

    /// <summary>Shorter pieces say nothing about a backlog.</summary>
    private const int ApartRowsMin = 75;

    private static readonly HashSet<short> Nobody = [];

    private readonly Dictionary<HeldLease, (string Cursor, ShardPosition At)> _read = [];
    private readonly IdFloors _floors = new();
    private (string Window, long Floor)? _alignTo;
    private short _lastApart;

    /// <summary>Number of shards of the database.</summary>
    public required int ShardCount { get; init; }

    /// <summary>No mapping goes apart; one that has, before this was asked for, is read to its end.</summary>
    public bool IsOneQueue { get; init; }

    /// <summary>The shards read.</summary>
    public IReadOnlyList<HeldLease> Shards { get; } = shards;

    /// <summary>True while a window is half read, or shards stand at different positions, or a mapping that is not held is behind the others.</summary>
    public bool IsBehind(IReadOnlySet<short>? held = null) =>
        Shards.Any(lease => lease.Window is not null || lease.Snap != Shards[0].Snap) || MappingsApart().Any(mapping => held?.Contains(mapping) != true && Behind(mapping).Any());

    /// <summary>The mappings that are read apart, of any shard.</summary>
    public IReadOnlyCollection<short> MappingsApart() => Shards.All(lease => At(lease).Apart.IsEmpty) ? [] : [.. Shards.SelectMany(lease => At(lease).Apart.Keys).Distinct().Order()];

    /// <summary>Reads the next rows and moves the shards' cursors behind them; the turn's commit makes that durable, its failure takes it back.</summary>
    /// <param name="held">Mappings whose changes are to stay where they are.</param>
    /// <param name="othersWait">The worker has something else to do than backlogs.</param>
    public async Task<IReadOnlyList<CapturedChange>> ReadAsync(Turn turn, int rowsMax, CancellationToken stop, IReadOnlySet<short>? held = null, bool othersWait = false)
    {
        held ??= Nobody;
        PutApart(turn, Shards, held);
        // However much there is of the others, those that are apart get their part of a turn.
        var theirs = MappingsApart().Any(mapping => !held.Contains(mapping) && Behind(mapping).Any()) ? rowsMax / ApartPart : 0;
        var changes = await ReadMainAsync(turn, rowsMax - theirs, stop);
        var apart = MappingsApart();
        if (apart.Count == 0)
        {
            return changes;
        }

        // What comes first commits first: those who have a backlog get little of a turn in which somebody else has something to say.
        List<CapturedChange> all = [.. changes];
        var room = changes.Count == 0 && !othersWait ? rowsMax : Math.Min(rowsMax - changes.Count, rowsMax / ApartPart);
        foreach (var mapping in apart.Where(mapping => mapping > _lastApart).Concat(apart.Where(mapping => mapping <= _lastApart)).Where(mapping => !held.Contains(mapping)).ToList())
        {
            if (room > 0 && Behind(mapping).FirstOrDefault() is { } group)
            {
                all.AddRange(await ReadApartAsync(turn, mapping, [.. group], room, stop));
                (_lastApart, room) = (mapping, Math.Min(room, rowsMax - all.Count));
            }
        }

        Join(held);
        return all;
    }

    private async Task<IReadOnlyList<CapturedChange>> ReadMainAsync(Turn turn, int rowsMax, CancellationToken stop)
    {
        var group = NextGroup();
        var leader = At(group[0]);
        var from = leader.Main with { Floor = group.Min(lease => At(lease).Main.Floor), Window = leader.Main.Window ?? _alignTo?.Window };
        var piece = await turn.ReadWindowAsync(new LogRange(Numbers(group), from) { Without = [.. leader.Apart.Keys] }, rowsMax, stop);
        var windowFloor = leader.Main.Window is not null ? group.Min(lease => At(lease).Main.WindowFloor)
            : _alignTo?.Window == piece.Window ? _alignTo.Value.Floor : _floors.Of(piece.Window, from.Floor);
        if (_floors.WantsMark(piece.Seen) && await turn.NumberAsync(stop) is { } transaction)
        {
            _floors.Mark(piece.Seen, transaction);
        }

        var more = piece.IsCut || piece.Changes.Count == rowsMax;
        // To a window that is new: none of the others stands behind it.
        _alignTo ??= group.Count < Shards.Count && leader.Main.Window is null ? (piece.Window, windowFloor) : null;
        var next = from.Behind(piece, more, windowFloor);
        Advance(turn, group, piece, isOpen: more || leader.Main.Window is not null, at => at with { Main = next });
        if (more && !IsOneQueue && rowsMax >= ApartRowsMin)
        {
            // A piece of long rows has few.
            var many = Math.Max(1, Math.Min(rowsMax, piece.Changes.Count) / ApartPart);
            PutApart(turn, group, piece.Changes.GroupBy(change => change.Mapping).Where(of => of.Count() >= many).Select(of => of.Key));
        }

        return piece.Changes;
    }

    // Up to where the others stand, never further.
    private async Task<IReadOnlyList<CapturedChange>> ReadApartAsync(Turn turn, short mapping, List<HeldLease> group, int rowsMax, CancellationToken stop)
    {
        var (main, at) = (At(group[0]).Main, At(group[0]).Apart[mapping]);
        var from = at with { Floor = group.Min(lease => At(lease).Apart[mapping].Floor), Window = at.Window ?? main.Snap };
        var windowFloor = at.Window is null ? group.Min(lease => At(lease).Main.Floor) : group.Min(lease => At(lease).Apart[mapping].WindowFloor);
        var piece = await turn.ReadWindowAsync(new LogRange(Numbers(group), from) { Only = mapping }, rowsMax, stop);
        var more = piece.IsCut || piece.Changes.Count == rowsMax;
        var next = from.Behind(piece, more, windowFloor);
        Advance(turn, group, piece, isOpen: more || at.Window is not null, shard => shard with { Apart = shard.Apart.SetItem(mapping, next) });
        return piece.Changes;
    }

    // Shards that were acquired at different positions catch up with each other, one group at a time, to one common snapshot.
    private List<HeldLease> NextGroup()
    {
        var groups = Shards.GroupBy(lease => (lease.Snap, lease.Window, lease.WindowId, string.Join(',', At(lease).Apart.Keys))).ToList();
        if (groups.Count == 1)
        {
            _alignTo = null;
            return [.. groups[0]];
        }

        var next = groups.FirstOrDefault(group => group.Key.Window is not null) ?? groups.FirstOrDefault(group => group.Key.Snap != _alignTo?.Window);
        if (next is null)
        {
            // They stand together, and differ only in what is read apart: all of them go on, one group at a time, to a new common snapshot.
            _alignTo = null;
            next = groups[0];
        }

        return [.. next];
    }

    // The shards that stand at one place of a mapping that is behind the others, the first place first. One that has ended the window the others are in is before them.
    private IEnumerable<IEnumerable<HeldLease>> Behind(short mapping) =>
        Shards.Where(lease => At(lease) is var at && at.Apart.TryGetValue(mapping, out var lane) && (lane.Window is not null || (lane.Snap != at.Main.Snap && lane.Snap != at.Main.Window)))
            .GroupBy(lease => (At(lease).Apart[mapping].Place, lease.Snap));

    // Made durable by the turn in which others pass it: whoever asks what may stand unread asks the store.
    private void PutApart(Turn turn, IReadOnlyList<HeldLease> leases, IEnumerable<short> mappings)
    {
        foreach (var mapping in IsOneQueue ? [] : mappings)
        {
            List<HeldLease> going = [.. leases.Where(lease => !At(lease).Apart.ContainsKey(mapping))];
            going.ForEach(turn.Advance);
            Change(going, at => at with { Apart = at.Apart.Add(mapping, at.Main) });
        }
    }

    private void Join(IReadOnlySet<short> held)
    {
        foreach (var mapping in MappingsApart())
        {
            Change(Shards.Where(lease => At(lease) is var at && at.Apart.TryGetValue(mapping, out var lane)
                && lane.Place == at.Main.Place && lane.Window is null && !held.Contains(mapping)), at => at with { Apart = at.Apart.Remove(mapping) });
        }
    }

    private void Advance(Turn turn, List<HeldLease> group, WindowPiece piece, bool isOpen, Func<ShardPosition, ShardPosition> move)
    {
        var touched = piece.Changes.Select(change => (int)Addresses.ShardOf(change.Entity, ShardCount)).ToHashSet();
        foreach (var lease in group.Where(lease => isOpen || touched.Contains(lease.Address)))
        {
            // Shards that read nothing move in memory only: reading an empty window again is harmless.
            turn.Advance(lease);
        }

        Change(group, move);
    }

    private void Change(IEnumerable<HeldLease> leases, Func<ShardPosition, ShardPosition> move)
    {
        (ShardPosition At, string Cursor)? last = null;
        foreach (var lease in leases.ToList())
        {
            var next = move(At(lease));
            var cursor = last is { } same && same.At == next ? same.Cursor : next.Cursor();
            last = (next, cursor);
            next.Put(lease, cursor);
            _read[lease] = (cursor, next);
        }
    }

    private ShardPosition At(HeldLease lease)
    {
        if (!_read.TryGetValue(lease, out var read) || !ReferenceEquals(read.Cursor, lease.Cursor) || read.At.Main.Place != (lease.Snap, lease.Window, lease.WindowId))
        {
            _read[lease] = read = (lease.Cursor, ShardPosition.Of(lease));
        }

        return read.At;
    }

    private static short[] Numbers(List<HeldLease> group) => [.. group.Select(lease => (short)lease.Address)];
}
