using System.Formats.Asn1;

namespace ActorSync.Salesforce.Session;

/// <summary>The algorithm that a PKCS#8 key names (RFC 5958, 2): what tells a key of another kind from a damaged one.</summary>
internal static class KeyAlgorithm
{
    private const string RsaEncryption = "1.2.840.113549.1.1.1";

    /// <exception cref="System.Security.Cryptography.CryptographicException">The key is damaged.</exception>
    public static bool IsRsa(ReadOnlySpan<byte> pkcs8)
    {
        try
        {
            int contentAt = Enter(pkcs8);
            ReadOnlySpan<byte> content = pkcs8[contentAt..];
            AsnDecoder.ReadIntegerBytes(content, AsnEncodingRules.BER, out int version);
            ReadOnlySpan<byte> algorithm = content[version..];
            return AsnDecoder.ReadObjectIdentifier(algorithm[Enter(algorithm)..], AsnEncodingRules.BER, out _) == RsaEncryption;
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            throw new System.Security.Cryptography.CryptographicException("not PKCS#8", e);
        }
    }

    private static int Enter(ReadOnlySpan<byte> sequence)
    {
        AsnDecoder.ReadSequence(sequence, AsnEncodingRules.BER, out int offset, out _, out _);
        return offset;
    }
}
