using ActorSync.Salesforce.Budget;

namespace ActorSync.Salesforce;

/// <summary>Limits and times of one connection to an org. Every limit has its unit in the name.</summary>
public sealed record SalesforceOptions
{
    /// <summary>API version of all calls, such as <c>67.0</c> (Summer '26).</summary>
    public string ApiVersion { get; init; } = "67.0";

    /// <summary>Longest time to connect, TLS included. A connection that is not up by then is known to have sent nothing.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Absolute deadline of a write, from the call to the last byte of its answer; also no byte leaves after it.</summary>
    public TimeSpan WriteDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Absolute deadline of a read.</summary>
    public TimeSpan ReadDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Absolute deadline of the upload of a job, and of reading its results: up to 100 MB each.</summary>
    public TimeSpan UploadDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Asked immediately before the first byte of a write leaves the process, on the sending thread; false stops the call as
    /// <c>NotExecuted</c>. The coordinator checks its lease here. Must be fast and must not block.
    /// </summary>
    public Func<bool>? MaySend { get; init; }

    /// <summary>Counts the calls and says which may leave; null: nobody does.</summary>
    public ApiBudget? Budget { get; init; }

    /// <summary>Connections to the org at one time.</summary>
    public int ConnectionsMax { get; init; } = 8;

    /// <summary>An unused connection is closed after this, before a proxy or the server does it at a bad moment.</summary>
    public TimeSpan ConnectionIdleMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest request body in bytes; a larger one is not sent. Salesforce takes SOAP requests up to 50 MB.</summary>
    public int RequestBytesMax { get; init; } = 50_000_000;

    /// <summary>Largest answer in bytes after decompression; a larger one is unreadable.</summary>
    public int ResponseBytesMax { get; init; } = 256_000_000;

    /// <summary>
    /// Allows plain http to any host. Without it plain http works for loopback addresses and for host names without a dot
    /// (a local network or a compose file), never for a host that could be Salesforce's.
    /// </summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>
    /// A sign-in that was refused is not tried again before this: many calls want one, the org counts attempts (3,600 an hour and user), and it takes a person to change
    /// the answer.
    /// </summary>
    public TimeSpan SignInRefusalKept { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told the new refresh token when the org rotates it, so that it can be kept for the next start.</summary>
    public Func<string, CancellationToken, ValueTask>? RefreshTokenRotated { get; init; }
}
