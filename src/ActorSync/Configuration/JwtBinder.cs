using ActorSync.Salesforce.Session;

namespace ActorSync.Configuration;

/// <summary>Binds the block <c>salesforce.jwt</c>, and tries the key: what is wrong with it is to be told by <c>config check</c>, not by the first sign-in.</summary>
internal static class JwtBinder
{
    /// <summary>A key of the block is given.</summary>
    public static bool IsGiven(SectionReader at) => at.Has("username") || at.Has("key-file") || at.Has("audience");

    /// <summary>Null if no key of the block is given.</summary>
    public static JwtConfig? Bind(SectionReader at)
    {
        var isGiven = IsGiven(at);
        var username = Value(at, isGiven, "username", "write username = \"the user name of the integration user\"", text => SectionReader.CheckedText(text, UsernameComplaint));
        var keyFile = Value(at, isGiven, "key-file", "write key-file = \"the path of the app's private key in PEM\"", text => KeyFile(at, text));
        var audience = at.OptionalValue("audience", "write https://YOUR-DOMAIN.my.salesforce.com, https://login.salesforce.com or https://test.salesforce.com", Audience);
        at.Done();
        return isGiven ? new() { Username = username ?? "", KeyFile = keyFile ?? "", Audience = audience } : null;
    }

    private static string? Value(SectionReader at, bool isGiven, string key, string remedy, Func<string, Bound<string>> read) =>
        isGiven ? at.Value(key, remedy, read) : at.OptionalValue(key, remedy, read);

    // https://help.salesforce.com/s/articleView?id=sf.basics_intro_usernames_passwords.htm: in the form of an e-mail address.
    private static string? UsernameComplaint(string text) =>
        text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) ? "holds blanks or control characters"
        : text.IndexOf('@', StringComparison.Ordinal) is <= 0 ? "is no user name of Salesforce, which looks like an e-mail address"
        : null;

    private static Bound<string> Audience(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) && url is { Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" }
            ? Bound.To(text.TrimEnd('/'), text.TrimEnd('/'))
            : Bound<string>.Wrong("is not an https:// address");

    private static Bound<string> KeyFile(SectionReader at, string text)
    {
        var origin = at.OriginOf("key-file");

        // As an include is: relative to the file it stands in. A variable stands in none.
        var path = origin.Line > 0 ? Path.Combine(Path.GetDirectoryName(origin.Source) ?? "", text) : text;
        try
        {
            using var key = SigningKey.Read(path);
            if (key.IsReadableByOthers)
            {
                at.Warn(origin, at.KeyOf("key-file"), $"every user of this machine can read or replace {path}", $"chmod 600 {path}, owned by the user that the node runs as");
            }

            return Bound.To(path, path);
        }
        catch (SigningKeyException e)
        {
            return Bound<string>.Wrong(e.Message, e.WhatToDo);
        }
    }
}
