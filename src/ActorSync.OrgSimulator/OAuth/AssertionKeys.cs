using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>The public key of a connected app's certificate.</summary>
internal static class AssertionKeys
{
    /// <param name="pem">A certificate, or an RSA public key.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static RSAParameters Of(string pem)
    {
        try
        {
            using var key = pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal) ? OfCertificate(pem) : OfPublicKey(pem);
            return key.ExportParameters(includePrivateParameters: false);
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException("the certificate cannot be read", nameof(pem), e);
        }
    }

    private static RSA OfCertificate(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return certificate.GetRSAPublicKey() ?? throw new ArgumentException("the certificate is not of an RSA key", nameof(pem));
    }

    private static RSA OfPublicKey(string pem)
    {
        var key = RSA.Create();
        key.ImportFromPem(pem);
        return key;
    }
}
