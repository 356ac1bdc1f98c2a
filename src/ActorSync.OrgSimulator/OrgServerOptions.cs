using System.Net;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.Changes;

namespace ActorSync.OrgSimulator;

/// <summary>How an <see cref="OrgServer"/> is set up. Everything has a default.</summary>
public sealed record OrgServerOptions
{
    /// <summary>TCP port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The address listened on. Nothing but the machine itself can reach the default.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The org to serve; made from <see cref="OrgOptions"/> and <see cref="ObjectsFile"/> when null.</summary>
    public OrgModel? Model { get; init; }

    /// <summary>How the org is made when no <see cref="Model"/> is given.</summary>
    public OrgOptions OrgOptions { get; init; } = new();

    /// <summary>JSON file of custom objects and fields, added to the standard ones; null for none.</summary>
    public string? ObjectsFile { get; init; }

    /// <summary>Records the org is filled with at the start.</summary>
    public int Records { get; init; }

    /// <summary>Seed of session ids, of fault draws, of the order of Bulk results, and of the records made at the start.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A request that has had no effect after this time never has one and is answered REQUEST_RUNNING_TOO_LONG (Salesforce: 10 minutes for SOAP and REST).</summary>
    public TimeSpan RequestLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a write waits for rows locked by someone else before UNABLE_TO_LOCK_ROW (Salesforce: about 10 seconds).</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A session unused for this long ends (Salesforce's default: two hours).</summary>
    public TimeSpan SessionIdleMax { get; init; } = TimeSpan.FromHours(2);

    /// <summary>API requests of the last 24 hours, before REQUEST_LIMIT_EXCEEDED (a full sandbox's five million).</summary>
    public int RequestsPerDayMax { get; init; } = 5_000_000;

    /// <summary>How long an API request counts: 24 hours. Shorter, a test sees the window roll on.</summary>
    public TimeSpan RequestsWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a Bulk job takes for each chunk of 200 records before it is written (Salesforce: about half a second, and more with automation).</summary>
    public TimeSpan BulkChunkTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Bytes of CSV one Bulk job takes (Salesforce: 100 MB).</summary>
    public int BulkUploadBytesMax { get; init; } = 100 * 1024 * 1024;

    /// <summary>Batches of up to 10,000 Bulk records in 24 hours, before jobs fail with ExceededQuota (Salesforce: 15,000).</summary>
    public int BulkBatchesPerDayMax { get; init; } = 15_000;

    /// <summary>
    /// Changes that are published as events and how long these are kept; by default those of all objects for 72 hours. Null: none, and no <c>/cometd</c>. A <see cref="Model"/> that was served
    /// before keeps the events and the options it has.
    /// </summary>
    public ChangeEventOptions? ChangeEvents { get; init; } = new();

    /// <summary>How long a connect is held while there is no event to tell (Streaming API: 110 seconds).</summary>
    public TimeSpan StreamConnectTimeout { get; init; } = TimeSpan.FromSeconds(110);

    /// <summary>A streaming client that has not called for this long is forgotten (Streaming API: 40 seconds).</summary>
    public TimeSpan StreamIdleMax { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Streaming clients at a time (Streaming API: 2,000 in the largest editions, 20 in a Developer Edition).</summary>
    public int StreamClientsMax { get; init; } = 2_000;

    /// <summary>Adds nulledFields and diffFields to the headers of change events, as the Pub/Sub API has them; CometD leaves them out.</summary>
    public bool StreamNamesNulledFields { get; init; }

    /// <summary>Time of the org, of latencies and of limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Consumer key of the connected app.</summary>
    public string ClientId { get; init; } = "3MVG9.actorsync.simulator";

    /// <summary>Consumer secret of the connected app.</summary>
    public string ClientSecret { get; init; } = "simulator-secret";

    /// <summary>Refresh token of the integration user.</summary>
    public string RefreshToken { get; init; } = "5Aep861.actorsync.simulator.refresh";

    /// <summary>
    /// Certificate of the connected app in PEM, or its RSA public key alone: what the assertions of the JWT bearer grant are verified with. Null: the app takes none. The
    /// integration user is pre-authorized, nobody else.
    /// </summary>
    public string? JwtCertificate { get; init; }

    /// <summary>Password of the integration user, for SOAP login() and the password grant.</summary>
    public string Password { get; init; } = "simulator-password";
}
