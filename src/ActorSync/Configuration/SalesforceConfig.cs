using ActorSync.Salesforce.Bulk;

namespace ActorSync.Configuration;

/// <summary>The org, how the node signs in to it, and how long a request may take.</summary>
internal sealed record SalesforceConfig
{
    /// <summary>The first API version with ingest jobs of Bulk API 2.0.</summary>
    public const int BulkVersionMin = BulkClient.BulkVersionMin;

    /// <summary>Origin of the OAuth token endpoint: the org's My Domain address, without a path.</summary>
    public required Uri LoginUrl { get; init; }

    /// <summary>Consumer key of the connected app.</summary>
    public required string ClientId { get; init; }

    /// <summary>Consumer secret of the connected app; null only with <see cref="Jwt"/>.</summary>
    public required Secret? ClientSecret { get; init; }

    /// <summary>The file that held <see cref="ClientSecret"/>; null: it was written in the configuration.</summary>
    public required string? ClientSecretFile { get; init; }

    /// <summary>Given: sign in by the refresh token flow.</summary>
    public required Secret? RefreshToken { get; init; }

    /// <summary>The file that held <see cref="RefreshToken"/>; null: it was written in the configuration.</summary>
    public required string? RefreshTokenFile { get; init; }

    /// <summary>Given: sign in by the JWT bearer flow. Neither this nor <see cref="RefreshToken"/>: by the client credentials flow.</summary>
    public required JwtConfig? Jwt { get; init; }

    /// <summary>API version as in URLs, such as <c>64.0</c>; 31.0 or later.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The API version has Bulk API 2.0.</summary>
    public bool HasBulk() => BulkClient.HasBulk(ApiVersion);

    /// <summary>Absolute time for one HTTP request, from before the connection until the last byte of the answer, 1 s to 10 min.</summary>
    public required TimeSpan RequestDeadline { get; init; }

    /// <summary>
    /// The server's own limit for a request: a SOAP write whose answer was lost can no longer land once this time has passed since it was sent,
    /// and is probed only then. 1 s to 1 h.
    /// </summary>
    public required TimeSpan SettleLimit { get; init; }

    /// <summary>Time to open a connection, TLS included; shorter than <see cref="RequestDeadline"/>.</summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>What the node may spend of the org's daily API requests.</summary>
    public required ApiBudgetConfig ApiBudget { get; init; }

    /// <summary>Largest body of an answer that is read, in bytes, 1 MiB to 1 GiB.</summary>
    public required long ResponseBytesMax { get; init; }
}
