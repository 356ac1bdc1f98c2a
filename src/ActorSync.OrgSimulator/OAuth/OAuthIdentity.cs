using System.Text.Json;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>The answer of userinfo and of the identity URL: OpenID Connect's claims and Salesforce's own.</summary>
internal sealed class OAuthIdentity(OrgModel model)
{
    public void Write(Utf8JsonWriter json, string userId, string baseUrl)
    {
        var user = model.Users.FirstOrDefault(u => u.Id == userId) ?? model.IntegrationUser;
        json.WriteStartObject();
        json.WriteString("sub", $"{baseUrl}{OAuthEndpoint.IdentityPrefix}{model.OrganizationId}/{user.Id}");
        json.WriteString("user_id", user.Id);
        json.WriteString("organization_id", model.OrganizationId);
        json.WriteString("preferred_username", user.Username);
        json.WriteString("username", user.Username);
        json.WriteString("nickname", user.FirstName);
        json.WriteString("name", user.FullName);
        json.WriteString("display_name", user.FullName);
        json.WriteString("email", user.Email);
        json.WriteBoolean("email_verified", true);
        json.WriteString("given_name", user.FirstName);
        json.WriteString("family_name", user.LastName);
        json.WriteString("zoneinfo", "GMT");
        json.WriteString("profile", $"{baseUrl}/{user.Id}");
        json.WriteStartObject("urls");
        json.WriteString("rest", $"{baseUrl}/services/data/v{{version}}/");
        json.WriteString("sobjects", $"{baseUrl}/services/data/v{{version}}/sobjects/");
        json.WriteString("query", $"{baseUrl}/services/data/v{{version}}/query/");
        json.WriteString("partner", $"{baseUrl}/services/Soap/u/{{version}}/{model.OrganizationId[..15]}");
        json.WriteEndObject();
        json.WriteBoolean("active", true);
        json.WriteString("user_type", "STANDARD");
        json.WriteString("language", "en_US");
        json.WriteString("locale", "en_US");
        json.WriteNumber("utcOffset", 0);
        json.WriteEndObject();
    }
}
