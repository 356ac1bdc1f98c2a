namespace ActorSync.OrgSimulator.Http;

/// <summary>What goes wrong with a call on purpose. Closed: the pipeline knows every case.</summary>
public abstract record OrgFault
{
    private OrgFault() { }

    /// <summary>The call waits. <paramref name="At"/> says whether the wait lies before its effect or between the effect and the answer.</summary>
    public sealed record Latency(LatencyDistribution Delay, HoldPoint At = HoldPoint.BeforeEffect) : OrgFault;

    /// <summary>The whole call fails without effect: SOAP fault, REST error array. <paramref name="Code"/> is an ExceptionCode, for example REQUEST_LIMIT_EXCEEDED.</summary>
    public sealed record Error(string Code, string Message) : OrgFault;

    /// <summary>Other applications use up the day's API requests but for <paramref name="Left"/> as the call arrives, so that with none left the call itself is told
    /// REQUEST_LIMIT_EXCEEDED, as every later one until the window has rolled on.</summary>
    public sealed record DailyLimit(int Left = 0) : OrgFault;

    /// <summary>Single records of the call are rejected without effect, each with <paramref name="RecordProbability"/> (0 to 1); the others are written.</summary>
    public sealed record RowError(string StatusCode, string Message, IReadOnlyList<string> Fields, double RecordProbability = 1) : OrgFault;

    /// <summary>The call takes effect, then its connection is closed: before the answer's first byte, or with half of its body sent.</summary>
    public sealed record DropAnswer(bool AfterHalf = false) : OrgFault;

    /// <summary>The call is never answered; its connection stays open until the caller or the server closes it.</summary>
    public sealed record Hang(HangEffect Effect) : OrgFault;

    /// <summary>The call is turned away without effect: its connection is reset, or it gets HTTP 503.</summary>
    public sealed record Refuse(bool Reset) : OrgFault;

    /// <summary>The session the call presents is expired first, so the call itself is told INVALID_SESSION_ID.</summary>
    public sealed record ExpireSession : OrgFault;

    /// <summary>The write takes effect with a SystemModstamp that lies <paramref name="Behind"/> in the past, as a long transaction's would.</summary>
    public sealed record CommitLate(TimeSpan Behind) : OrgFault;

    /// <summary>A Bulk job becomes Failed once <paramref name="AfterChunks"/> chunks of 200 are written (all of them, if it has fewer); its other rows stay unprocessed. Of a query job a chunk is 2,000 rows.</summary>
    public sealed record FailJob(int AfterChunks, string Message = "InternalServerError : Unable to process the job") : OrgFault;

    /// <summary>The streaming client that calls is forgotten first, so the call itself is told 403::Unknown client.</summary>
    public sealed record ForgetClient : OrgFault;

    /// <summary>A subscription from a replay id is told that the id is not valid, as if the event were gone.</summary>
    public sealed record ExpireReplay : OrgFault;

    /// <summary>A change event is lost on its way into the log: in its place stands a gap event, of its records (GAP_UPDATE and so on) or of the whole object (GAP_OVERFLOW).</summary>
    public sealed record LoseEvent(bool Overflow = false) : OrgFault;

    /// <summary>The change events of an answer come again with the next one.</summary>
    public sealed record RepeatEvents : OrgFault;

    /// <summary>The change events of an answer, two at least, come in the opposite order.</summary>
    public sealed record ReorderEvents : OrgFault;
}

/// <summary>When a hanging call takes effect.</summary>
public enum HangEffect
{
    /// <summary>At once; only the answer is missing.</summary>
    Applied,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>A place in a call's life where it can be held or delayed.</summary>
public enum HoldPoint
{
    /// <summary>Still on its way: the session is not checked yet and the request limit does not run yet.</summary>
    OnTheWay,

    /// <summary>Accepted (session checked, request limit running), no effect yet.</summary>
    BeforeEffect,

    /// <summary>The effect is in the org, nothing of the answer is sent.</summary>
    AfterEffect,
}

/// <summary>A fault, the calls it concerns, and how often.</summary>
/// <param name="Probability">Chance that a matching call is hit, 0 to 1.</param>
/// <param name="HitsMax">The fault ends after this many hits; null: no limit.</param>
/// <param name="Window">The fault ends this long after it was added, by the server's clock; null: no limit.</param>
public sealed record FaultRule(OrgFault Fault, CallMatch Match, double Probability = 1, int? HitsMax = null, TimeSpan? Window = null);
