using System.Xml;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.OAuth;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>login() and getUserInfo().</summary>
internal sealed class SoapIdentity(OrgServices org)
{
    /// <summary>Seconds a session lives without use, as getUserInfo states it (Salesforce's default of two hours).</summary>
    private const int SessionSecondsValid = 7200;

    /// <summary>Bytes of an attachment (Salesforce: 5 MB).</summary>
    private const int AttachmentBytesMax = 5 * 1024 * 1024;

    /// <exception cref="OrgFaultException">INVALID_LOGIN.</exception>
    public Action<XmlWriter> Login(SoapRequest request, int version, string baseUrl)
    {
        if (!org.Credentials.Accepts(request.Argument("username").Trim(), request.Argument("password")))
        {
            throw new OrgFaultException("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
        }

        var session = org.Sessions.Issue(org.Model.IntegrationUser.Id);
        return xml => WriteLogin(xml, session, version, baseUrl);
    }

    private void WriteLogin(XmlWriter xml, OrgSession session, int version, string baseUrl)
    {
        var orgId15 = org.Model.OrganizationId[..15];
        xml.Begin("result");
        xml.Text("metadataServerUrl", $"{baseUrl}/services/Soap/m/{version}.0/{orgId15}");
        xml.Flag("passwordExpired", false);
        xml.Flag("sandbox", true);
        xml.Text("serverUrl", $"{baseUrl}{SoapEndpoint.Prefix}{version}.0/{orgId15}");
        xml.Text("sessionId", session.Id);
        xml.Text("userId", session.UserId);
        WriteUser(xml, "userInfo", session.UserId);
        xml.End();
    }

    public void WriteUser(XmlWriter xml, string element, string userId)
    {
        var user = org.Model.Users.FirstOrDefault(u => u.Id == userId) ?? org.Model.IntegrationUser;
        xml.Begin(element);
        xml.Flag("accessibilityMode", false);
        xml.Flag("chatterExternal", false);
        xml.Text("currencySymbol", "$");
        xml.Number("orgAttachmentFileSizeLimit", AttachmentBytesMax);
        xml.Text("orgDefaultCurrencyIsoCode", "USD");
        xml.Text("orgDefaultCurrencyLocale", "en_US");
        xml.Flag("orgDisallowHtmlAttachments", false);
        xml.Flag("orgHasPersonAccounts", false);
        xml.Text("organizationId", org.Model.OrganizationId);
        xml.Flag("organizationMultiCurrency", false);
        xml.Text("organizationName", org.Model.Options.OrganizationName);
        xml.Text("profileId", user.ProfileId);
        xml.TextOrNil("roleId", null);
        xml.Number("sessionSecondsValid", SessionSecondsValid);
        xml.TextOrNil("userDefaultCurrencyIsoCode", null);
        xml.Text("userEmail", user.Email);
        xml.Text("userFullName", user.FullName);
        xml.Text("userId", user.Id);
        xml.Text("userLanguage", "en_US");
        xml.Text("userLocale", "en_US");
        xml.Text("userName", user.Username);
        xml.Text("userTimeZone", "GMT");
        xml.Text("userType", "Standard");
        xml.Text("userUiSkin", "Theme3");
        xml.End();
    }
}
