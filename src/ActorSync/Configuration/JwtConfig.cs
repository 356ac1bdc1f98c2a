namespace ActorSync.Configuration;

/// <summary>Sign-in by the JWT bearer flow: with a key instead of secrets.</summary>
internal sealed record JwtConfig
{
    /// <summary>Salesforce user name of the integration user.</summary>
    public required string Username { get; init; }

    /// <summary>Path of the private key in PEM. It was there and could sign when the configuration was loaded; the key itself is not kept.</summary>
    public required string KeyFile { get; init; }

    /// <summary>The login server that assertions are made out to; null: <see cref="SalesforceConfig.LoginUrl"/>.</summary>
    public required string? Audience { get; init; }
}
