using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ActorSync.Salesforce.Session;

/// <summary>
/// The assertion of the JWT bearer flow: <c>iss</c> consumer key, <c>sub</c> user name, <c>aud</c> login server, <c>exp</c> in seconds since 1970, signed RS256.
/// (Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration".)
/// </summary>
internal static class JwtAssertion
{
    public const string GrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    /// <summary>Salesforce takes assertions that expire within three minutes of its time. Two leave room for a clock that is two minutes slow, or one fast.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    // Times are ours: the library would take them from the machine's clock.
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>One assertion, good for one sign-in.</summary>
    public static string Make(SalesforceCredentials.JwtBearer credentials, SigningKey key, DateTimeOffset now)
    {
        // The library keeps signers by default, and with them a key that is disposed of.
        RsaSecurityKey signer = new(key.Rsa) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = credentials.ClientId,
            Audience = credentials.Audience,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = credentials.UserName },
            SigningCredentials = new SigningCredentials(signer, SecurityAlgorithms.RsaSha256),
        });
    }
}
