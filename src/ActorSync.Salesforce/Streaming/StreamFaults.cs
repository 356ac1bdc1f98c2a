using System.Globalization;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce.Streaming;

/// <summary>
/// What follows from the errors of Bayeux messages, which look like <c>403::Unknown client</c>. Source: "Streaming API Error Codes" of the Streaming API Developer
/// Guide. The numbers are coarse, so that limits, unknown clients and replay ids are told apart by their texts; where a text is not known, the number decides.
/// </summary>
internal static class StreamFaults
{
    /// <summary>The server does not know us (any more): shake hands again.</summary>
    public const string UnknownClient = "STREAM_UNKNOWN_CLIENT";

    /// <summary>The event of the replay id is not kept (any more).</summary>
    public const string ReplayIdInvalid = "STREAM_REPLAY_ID_INVALID";

    /// <summary>The server asked for a handshake, and named no error.</summary>
    public const string HandshakeAdvised = "STREAM_HANDSHAKE_ADVISED";

    private static readonly TimeSpan DailyLimitWait = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ClientLimitWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(10);

    /// <summary>What follows from an error of a message.</summary>
    /// <param name="error">As the server wrote it; empty where it named none.</param>
    /// <param name="secrets">What must not come back in the message. What follows does not hang on it: a secret that reads like a part of the error hides no code.</param>
    public static SyncFault Of(string error, params ReadOnlySpan<string?> secrets)
    {
        string text = OneLine.Of(error, secrets);
        string code = Code(error.TrimStart());
        bool Says(string words) => error.Contains(words, StringComparison.OrdinalIgnoreCase);
        return code switch
        {
            "401" => new SyncFault.NotExecuted(SalesforceFaults.InvalidSession, text, TimeSpan.Zero),
            "402" => new SyncFault.NotExecuted(UnknownClient, text, TimeSpan.Zero),
            "403" when Says("Unknown client") || Says("has not completed handshake") => new SyncFault.NotExecuted(UnknownClient, text, TimeSpan.Zero),
            "400" when Says("cookie present") => new SyncFault.NotExecuted(UnknownClient, text, TimeSpan.Zero),
            "400" when Says("replayId") => new SyncFault.Rejected(ReplayIdInvalid, text, FieldNames.None),
            "403" when Says("daily limit exceeded") => new SyncFault.Throttled("STREAM_403", text, DailyLimitWait),
            "403" when Says("limit exceeded") => new SyncFault.Throttled("STREAM_403", text, ClientLimitWait),
            "400" => new SyncFault.Misconfigured("STREAM_400", text, "Check the API version, and that the object is selected in Setup, Change Data Capture."),
            "403" => new SyncFault.Misconfigured("STREAM_403", text, "Give the integration user the right to view all records of the object, and select it in Setup, Change Data Capture."),
            "404" => new SyncFault.Misconfigured("STREAM_404", text, "Check the API version."),
            "413" => new SyncFault.Misconfigured("STREAM_413", text, "Subscribe to fewer channels."),
            ['5', _, _] => new SyncFault.NotExecuted($"STREAM_{code}", text, BusyWait),
            _ => new SyncFault.Transient("STREAM_FAILED", text.Length > 0 ? text : "the server named no error."),
        };
    }

    /// <summary>True where only a person can make it go on.</summary>
    public static bool IsFinal(SyncFault fault) => fault is SyncFault.Misconfigured or SyncFault.Rejected;

    private static string Code(string error) =>
        error.Length >= 3 && error.AsSpan(3).StartsWith(":") && int.TryParse(error.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? error[..3] : "";
}
