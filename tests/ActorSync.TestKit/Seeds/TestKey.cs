using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shouldly;

namespace ActorSync.TestKit.Seeds;

/// <summary>An RSA key for signing, made once in a test run: 2048 bits take a while. It opens nothing but a simulator.</summary>
public static class TestKey
{
    private static readonly RSA Key = RSA.Create(2048);

    /// <summary>The private key, as openssl genpkey writes it.</summary>
    public static string Pkcs8 { get; } = Key.ExportPkcs8PrivateKeyPem();

    /// <summary>The private key, as openssl genrsa wrote it before.</summary>
    public static string Pkcs1 { get; } = Key.ExportRSAPrivateKeyPem();

    /// <summary>The private key under a pass phrase.</summary>
    public static string Encrypted { get; } = Key.ExportEncryptedPkcs8PrivateKeyPem("pass", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1));

    public static string PublicKey { get; } = Key.ExportSubjectPublicKeyInfoPem();

    /// <summary>A certificate as one uploads it to an app.</summary>
    public static string Certificate { get; } = CertificateOf(Key);

    /// <summary>Nothing of the private key stands in a text: no line of it, in either form.</summary>
    public static void ShouldNotBeIn(string text)
    {
        foreach (var line in (Pkcs8 + "\n" + Pkcs1).Split('\n').Where(line => !line.StartsWith('-') && line.Length >= 16))
        {
            text.ShouldNotContain(line[..16]);
        }
    }

    private static string CertificateOf(RSA key)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=actorsync", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return certificate.ExportCertificatePem();
    }
}
