namespace ActorSync.Chaos.Traffic;

/// <summary>UUIDs that a seed draws.</summary>
internal static class RandomKey
{
    /// <summary>A UUID of version 4.</summary>
    public static Guid Next(Random random)
    {
        const int VersionByte = 6, VariantByte = 8;
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[VersionByte] = (byte)((bytes[VersionByte] & 0x0F) | 0x40);
        bytes[VariantByte] = (byte)((bytes[VariantByte] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
