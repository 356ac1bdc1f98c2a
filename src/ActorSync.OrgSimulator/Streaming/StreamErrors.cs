using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>Refuses one Bayeux message.</summary>
internal sealed class StreamException(string error) : Exception(error);

/// <summary>What the Streaming API says when it refuses ("Streaming API Error Codes"): number, two colons, text.</summary>
internal static class StreamErrors
{
    public const string AuthenticationInvalid = "401::Authentication invalid";

    public const string AuthenticationRequired = "401::Request requires authentication";

    public const string UnknownClient = "403::Unknown client";

    public const string HandshakeDenied = "403::Handshake denied";

    public const string TooManyClients = "403::Organization concurrent user limit exceeded";

    public const string NoVersion = "400::API version in the URI is mandatory. URI format: '/cometd/66.0'";

    public const string NoChannel = "400::Channel name not specified";

    public const string NoSlash = "400::Channel subscriptions must start with a leading '/'";

    public const string TooLarge = "413::Maximum Request Size Exceeded";

    public const string WrongVersion = "400::Unsupported API version. Only API versions '37.0' and later are supported";

    public static string ConnectionType(string type) => $"400::Invalid connection type {type}";

    public static string NoSuchChannel(string channel) => $"400::The channel you requested to subscribe to does not exist {channel}";

    public static string MetaChannel(string channel) => $"403::Restricted channel {channel}";

    public static string NoCookie(string clientId, string cookie) => $"400::Client {clientId} has established a session, but no {cookie} cookie present";

    public static string ReplayId(long replayId) =>
        FormattableString.Invariant($"400::The replayId {{{replayId}}} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.");

    /// <summary>A failure of the whole call in Bayeux's form. A fault whose code is a number is told as it is.</summary>
    public static string Of(OrgFaultException fault) => fault.ExceptionCode switch
    {
        "INVALID_SESSION_ID" => AuthenticationInvalid,
        "SERVER_UNAVAILABLE" => "503::Server is too busy. Please try your request again later.",
        { Length: 3 } code when code.All(char.IsAsciiDigit) => $"{code}::{fault.Message}",
        _ => $"500::{fault.ExceptionCode} {fault.Message}",
    };
}
