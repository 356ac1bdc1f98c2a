using System.Security.Cryptography;
using System.Text;
using ActorSync.Domain.Mapping;

namespace ActorSync.Records;

/// <summary>The UUID of a record that was born in Salesforce without one: version 5 of org and sfid, so that every node and every read derives the same,
/// and a child can name its parent before the parent has been told its UUID.</summary>
internal static class RecordIds
{
    // Namespace of this product's derived ids; any fixed random UUID.
    private static readonly byte[] Namespace = Guid.Parse("6f3d1f0e-5a43-4c0e-9c0b-0f1b1c8f2a77").ToByteArray(bigEndian: true);

    /// <summary>The UUID derived from a Salesforce record.</summary>
    /// <param name="organizationId">The org, 18 characters.</param>
    /// <param name="sfid">The record, 15 or 18 characters.</param>
    public static Guid Derived(string organizationId, string sfid)
    {
        var name = Encoding.ASCII.GetBytes($"{CanonicalValue.Id18(organizationId)}/{CanonicalValue.Id18(sfid)}");
#pragma warning disable CA5350 // RFC 9562 defines version 5 by SHA-1; nothing here is a secret.
        var hash = SHA1.HashData([.. Namespace, .. name]).AsSpan(0, 16).ToArray();
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
