using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>The session id of a REST call: <c>Authorization: Bearer ...</c>, or <c>OAuth ...</c> as older clients write it.</summary>
internal static class BearerToken
{
    public static string Read(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        var space = header.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && header[..space] is var scheme
            && (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || scheme.Equals("OAuth", StringComparison.OrdinalIgnoreCase))
            ? header[(space + 1)..].Trim()
            : "";
    }
}
