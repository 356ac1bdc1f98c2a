using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Runtime.Turns;

/// <summary>How far the change log of a shard has been decided.</summary>
/// <param name="Main">Of all mappings but those that are read apart.</param>
/// <param name="Apart">Of each of these.</param>
internal sealed record ShardPosition(LogPosition Main, ImmutableSortedDictionary<short, LogPosition> Apart)
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>The position as a lease has it: snapshot, window and id in fields of their own, the rest in its cursor.</summary>
    public static ShardPosition Of(HeldLease lease)
    {
        var main = new LogPosition(lease.Snap, lease.Window, lease.WindowId);
        if (lease.Cursor == "{}")
        {
            return new ShardPosition(main, ImmutableSortedDictionary<short, LogPosition>.Empty);
        }

        var stored = JsonSerializer.Deserialize<ShardCursor>(lease.Cursor, Names)!;
        return new ShardPosition(
            main with { Floor = stored.Floor, WindowFloor = stored.WindowFloor, Ceiling = stored.Ceiling },
            stored.Apart is null ? ImmutableSortedDictionary<short, LogPosition>.Empty : stored.Apart.ToImmutableSortedDictionary(lane => lane.Key, lane => lane.Value.Position));
    }

    /// <summary>Leaves the position in a lease.</summary>
    /// <param name="cursor">What <see cref="Cursor"/> gave.</param>
    public void Put(HeldLease lease, string cursor) => (lease.Snap, lease.Window, lease.WindowId, lease.Cursor) = (Main.Snap, Main.Window, Main.After, cursor);

    /// <summary>What the fields of a lease do not hold, JSON.</summary>
    public string Cursor() => JsonSerializer.Serialize(
        new ShardCursor(Main.Floor, Main.WindowFloor, Main.Ceiling, Apart.IsEmpty ? null : Apart.ToDictionary(lane => lane.Key, lane => ApartCursor.Of(lane.Value))),
        Names);
}

/// <summary>The cursor of a shard's lease; the names are read by SQL.</summary>
internal sealed record ShardCursor(long Floor, long WindowFloor, long Ceiling, Dictionary<short, ApartCursor>? Apart);

/// <summary>The position of a mapping that is read apart.</summary>
internal sealed record ApartCursor(string Snap, string? Win, long Id, long Floor, long WindowFloor, long Ceiling)
{
    [JsonIgnore]
    public LogPosition Position => new(Snap, Win, Id) { Floor = Floor, WindowFloor = WindowFloor, Ceiling = Ceiling };

    public static ApartCursor Of(LogPosition at) => new(at.Snap, at.Window, at.After, at.Floor, at.WindowFloor, at.Ceiling);
}
