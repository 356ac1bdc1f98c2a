namespace ActorSync.OrgSimulator.Streaming;

/// <summary>Times and bounds of the streaming surface.</summary>
/// <param name="ConnectTimeout">How long a connect is held while there is nothing to tell.</param>
/// <param name="IdleMax">A client that has not called for this long is forgotten.</param>
/// <param name="ClientsMax">Clients at a time.</param>
internal sealed record StreamLimits(TimeSpan ConnectTimeout, TimeSpan IdleMax, int ClientsMax)
{
    /// <summary>Bytes of a request (Streaming API: 32,768).</summary>
    public const int RequestBytesMax = 32_768;

    /// <summary>Events of one answer; the others come with the next. A simulator's own limit.</summary>
    public const int EventsPerAnswerMax = 500;

    /// <summary>The oldest API version with change events on this address.</summary>
    public const int FirstVersion = 37;
}
