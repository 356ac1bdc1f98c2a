using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce.Session;

/// <summary>
/// What to do about a refused assertion. The code is <c>invalid_grant</c> for nearly all of it, so that the remedy (and nothing else) goes by the description, which
/// Salesforce Help lists for the flow and people report of it: github.com/omniphx/forrest/issues/278, Talend/components/issues/1423, n8n-io/n8n/issues/28990.
/// </summary>
internal static class AssertionRefusals
{
    /// <summary>The fault of a refusal that means something of its own here; null for what all flows share.</summary>
    public static SyncFault? Of(SalesforceCredentials.JwtBearer credentials, string error, string message) => error switch
    {
        "invalid_grant" or "invalid_request" => new SyncFault.Misconfigured(error, message, RemedyOfGrant(credentials, message)),
        "app_not_found" => new SyncFault.Misconfigured(
            error, message, $"Use the My Domain of the org that has the app as login URL and audience (now {credentials.Audience}), and compare client id with its consumer key."),
        "invalid_client_id" =>
            new SyncFault.Misconfigured(error, message, "Compare client id with the consumer key of the app in Setup, and check that login URL and audience are those of its org."),
        "invalid_client" or "invalid_client_credentials" =>
            new SyncFault.Misconfigured(error, message, $"Compare client id with the consumer key of the app, and give the app the certificate that belongs to {credentials.KeyFile}."),
        _ => null,
    };

    private static string RemedyOfGrant(SalesforceCredentials.JwtBearer credentials, string message)
    {
        bool Says(string word) => message.Contains(word, StringComparison.OrdinalIgnoreCase);
        return Says("approved")
                ? $"Allow {credentials.UserName} to use the app beforehand: in the app's policies let admin-approved users be pre-authorized, and add a permission set or profile of that user. The same is said of a user name that is not there."
            : Says("audience")
                ? $"The audience is {credentials.Audience}: write the org's My Domain, https://login.salesforce.com, or https://test.salesforce.com for a sandbox."
            : Says("expired")
                ? $"Set the clock of this machine: an assertion is good for {JwtAssertion.Lifetime.TotalMinutes:0} minutes from the time it shows."
            : Says("inactive") || Says("locked")
                ? $"Activate and unlock {credentials.UserName} in Setup."
            : Says("assertion") || Says("signature")
                ? $"Give the app the certificate that belongs to {credentials.KeyFile} (its setting for digital signatures), compare client id with its consumer key, and check the clock of this machine."
            : $"Check that {credentials.UserName} is an active user of this org who may use the app, and look at the login history in Setup.";
    }
}
