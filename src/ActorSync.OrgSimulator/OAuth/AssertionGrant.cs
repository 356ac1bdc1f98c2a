using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>
/// The JWT bearer grant (RFC 7523). Assertions are taken apart and verified here, byte by byte and without a library for tokens: a client's mistake is not repeated by
/// the code that made it. Descriptions are those that Salesforce gives.
/// </summary>
internal static class AssertionGrant
{
    public const string GrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    /// <summary>An assertion must expire within this time (Salesforce: three minutes).</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromMinutes(3);

    private static readonly string[] SharedLogins = ["https://login.salesforce.com", "https://test.salesforce.com"];

    /// <exception cref="OrgFaultException">An OAuth error code with its description: the assertion does not stand for the integration user.</exception>
    public static void Check(string assertion, OrgCredentials credentials, string baseUrl, DateTimeOffset now)
    {
        if (assertion.Split('.') is not [var header, var payload, var signature] || Read(header) is not { } head || Read(payload) is not { } claims)
        {
            throw Refused("invalid assertion");
        }

        if (Text(claims, "iss") != credentials.ClientId)
        {
            throw new OrgFaultException("invalid_client_id", "client identifier invalid");
        }

        if (!claims.TryGetProperty("exp", out var exp) || exp.ValueKind != JsonValueKind.Number || !exp.TryGetInt64(out var seconds) || seconds > (now + LifetimeMax).ToUnixTimeSeconds())
        {
            throw Refused("invalid assertion");
        }

        if (seconds <= now.ToUnixTimeSeconds())
        {
            throw Refused("expired authorization code");
        }

        if (Text(claims, "aud") is var audience && audience != baseUrl && !SharedLogins.Contains(audience))
        {
            throw Refused("audience is invalid");
        }

        if (credentials.AssertionKey is not { } key || Text(head, "alg") != "RS256" || !IsSignedBy(key, $"{header}.{payload}", signature))
        {
            throw Refused("invalid assertion");
        }

        if (!string.Equals(Text(claims, "sub"), credentials.UserName, StringComparison.OrdinalIgnoreCase))
        {
            throw Refused("user hasn't approved this consumer");
        }
    }

    private static OrgFaultException Refused(string description) => new("invalid_grant", description);

    private static bool IsSignedBy(RSAParameters key, string text, string signature)
    {
        using var rsa = RSA.Create(key);
        return Bytes(signature) is { } bytes && rsa.VerifyData(Encoding.ASCII.GetBytes(text), bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static JsonElement? Read(string part)
    {
        try
        {
            return Bytes(part) is { } bytes && JsonSerializer.Deserialize<JsonElement>(bytes) is { ValueKind: JsonValueKind.Object } json ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string base64) => Base64Url.IsValid(base64) ? Base64Url.DecodeFromChars(base64) : null;
}
