namespace ActorSync.Salesforce.Session;

/// <summary>How to sign in to an org by OAuth. Secrets show in no text that these records make.</summary>
public abstract record SalesforceCredentials
{
    private SalesforceCredentials(Uri loginUrl, string clientId) => (LoginUrl, ClientId) = (loginUrl, clientId);

    /// <summary>Where to sign in: <c>https://MYDOMAIN.my.salesforce.com</c>; for refresh tokens and assertions also <c>https://login.salesforce.com</c> or <c>https://test.salesforce.com</c>.</summary>
    public Uri LoginUrl { get; }

    /// <summary>Consumer key of the connected app or external client app.</summary>
    public string ClientId { get; }

    /// <summary>The kind and the host, without secrets.</summary>
    public sealed override string ToString() => $"{GetType().Name} at {LoginUrl.Host}";

    /// <summary>OAuth client credentials: runs as the user set in the app. Works only at the org's own My Domain host.</summary>
    public sealed record ClientCredentials : SalesforceCredentials
    {
        /// <summary>Consumer key and secret of the app.</summary>
        public ClientCredentials(Uri loginUrl, string clientId, string clientSecret)
            : base(loginUrl, clientId) => ClientSecret = clientSecret;

        /// <summary>Consumer secret of the app.</summary>
        public string ClientSecret { get; }
    }

    /// <summary>OAuth refresh token, from a sign-in that a person made once.</summary>
    public sealed record RefreshToken : SalesforceCredentials
    {
        /// <summary>Consumer key, the secret if the app requires one, and the refresh token.</summary>
        public RefreshToken(Uri loginUrl, string clientId, string? clientSecret, string token)
            : base(loginUrl, clientId) => (ClientSecret, Token) = (clientSecret, token);

        /// <summary>Consumer secret, null for an app that does not ask for it.</summary>
        public string? ClientSecret { get; }

        /// <summary>The refresh token.</summary>
        public string Token { get; }
    }

    /// <summary>OAuth JWT bearer (RFC 7523): an assertion signed with the private key whose certificate the app has; no secret is stored or sent.</summary>
    public sealed record JwtBearer : SalesforceCredentials
    {
        /// <summary>Consumer key, the user to sign in as, the key that signs, and whom the assertion is made out to if not to the login URL.</summary>
        public JwtBearer(Uri loginUrl, string clientId, string userName, string keyFile, string? audience = null)
            : base(loginUrl, clientId) => (UserName, KeyFile, this.audience) = (userName, keyFile, audience);

        private readonly string? audience;

        /// <summary>Salesforce user name of the integration user.</summary>
        public string UserName { get; }

        /// <summary>PEM file of the private key. Read at each sign-in, so that a key can be replaced while the program runs; never kept.</summary>
        public string KeyFile { get; }

        /// <summary>The login server that the assertion is made out to: <c>https://login.salesforce.com</c>, <c>https://test.salesforce.com</c> or the org's My Domain; without a slash at the end.</summary>
        public string Audience => audience ?? LoginUrl.GetLeftPart(UriPartial.Authority);
    }
}
