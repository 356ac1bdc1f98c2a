using System.Text;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.OAuth;

/// <summary>Client id and secret as sent: HTTP Basic, or form fields.</summary>
internal sealed record ClientCredentials(string Id, string Secret)
{
    public static ClientCredentials Read(HttpRequest request, Dictionary<string, string> form)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) && Decode(header["Basic ".Length..].Trim()) is { } basic
            ? basic
            : new(form.GetValueOrDefault("client_id", ""), form.GetValueOrDefault("client_secret", ""));
    }

    /// <summary>Both parts are form-encoded before base64 (RFC 6749, 2.3.1); ours hold no character that this changes.</summary>
    private static ClientCredentials? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : new(Uri.UnescapeDataString(text[..colon]), Uri.UnescapeDataString(text[(colon + 1)..]));
    }
}
