using System.Buffers.Binary;

namespace ActorSync.Runtime.Sharding;

/// <summary>Numbers of the addresses that leases, mailboxes and journals are kept by.</summary>
public static class Addresses
{
    /// <summary>The submission coordinator of the connection.</summary>
    public const int Coordinator = 10_000;

    /// <summary>Feeds are this plus the number of their mapping.</summary>
    public const int FeedBase = 20_000;

    /// <summary>The feed of a mapping.</summary>
    public static int Feed(short mapping) => FeedBase + mapping;

    /// <summary>The shard of an entity, from the last two bytes of its UUID, as <c>shard_of</c> computes it in the database.</summary>
    /// <param name="entity">The entity's UUID.</param>
    /// <param name="shardCount">A power of two.</param>
    public static short ShardOf(Guid entity, int shardCount)
    {
        Span<byte> bytes = stackalloc byte[16];
        entity.TryWriteBytes(bytes, bigEndian: true, out _);
        return (short)(BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]) & (shardCount - 1));
    }
}
