namespace ActorSync.Salesforce.Session;

/// <summary>One signed-in session: where to call and what to show there. Prints without the token.</summary>
/// <param name="InstanceUrl">Scheme and host of the org's API, from the sign-in's <c>instance_url</c>.</param>
/// <param name="Secret">The access token; also the SOAP session id. Keep it out of logs and exceptions.</param>
public sealed record AccessToken(Uri InstanceUrl, string Secret)
{
    /// <inheritdoc/>
    public override string ToString() => $"access token at {InstanceUrl.Host}";
}
