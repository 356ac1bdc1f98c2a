using System.Security.Cryptography;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>What callers sign in with. All of it stands for the integration user.</summary>
internal sealed record OrgCredentials(string ClientId, string ClientSecret, string RefreshToken, string UserName, string Password)
{
    /// <summary>What verifies assertions; null: the app has no certificate.</summary>
    public RSAParameters? AssertionKey { get; init; }

    /// <summary>User names ignore case. A security token behind the password is neither needed nor taken.</summary>
    public bool Accepts(string userName, string password) =>
        string.Equals(userName, UserName, StringComparison.OrdinalIgnoreCase) && password == Password;
}
