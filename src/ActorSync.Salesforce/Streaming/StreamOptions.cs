namespace ActorSync.Salesforce.Streaming;

/// <summary>Limits and times of a stream. Every limit has its unit in the name.</summary>
public sealed record StreamOptions
{
    /// <summary>News that wait for the caller; beyond it the stream stops asking for more. Salesforce drops a client after 40 s without a call, so a caller that is slower makes it start anew, from where it was.</summary>
    public int NewsBufferedMax { get; init; } = 1_000;

    /// <summary>Absolute deadline of a handshake and of a subscription.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long Salesforce holds a connect unless it says otherwise (110 s by the Streaming API's limits).</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(110);

    /// <summary>A connect that is not answered this long after it should have been is given up: the connection is dead.</summary>
    public TimeSpan ConnectGrace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest hold of a connect that Salesforce may advise: a dead connection is found out no later than this and <see cref="ConnectGrace"/>.</summary>
    public TimeSpan AdvisedTimeoutMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait between two connects that Salesforce may advise; it drops a client after 40 s without a call.</summary>
    public TimeSpan AdvisedIntervalMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait after the first failure in a row, above zero; each further one doubles it.</summary>
    public TimeSpan ReconnectWaitMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two attempts, unless Salesforce asks for more.</summary>
    public TimeSpan ReconnectWaitMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest time that the farewell takes when the caller has ended the stream.</summary>
    public TimeSpan DisconnectTimeMax { get; init; } = TimeSpan.FromSeconds(1);
}
