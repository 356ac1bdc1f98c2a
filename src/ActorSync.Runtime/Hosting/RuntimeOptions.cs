namespace ActorSync.Runtime.Hosting;

/// <summary>Limits and times of the runtime. Where they come from: hocon/reference.conf.</summary>
public sealed record RuntimeOptions
{
    /// <summary>Engine schema.</summary>
    public const string Schema = "actorsync";

    /// <summary>Number of record shards, a power of two, fixed when the database is initialised.</summary>
    public int ShardCount { get; init; } = 32;

    /// <summary>How long a node lives without a heartbeat.</summary>
    public TimeSpan LeaseTtl { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Time between heartbeats.</summary>
    public TimeSpan LeaseRenew { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A holder stops trusting its leases this long before they expire.</summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Messages a turn takes at most.</summary>
    public int TurnMessagesMax { get; init; } = 5000;

    /// <summary>What a turn should take; the number of messages follows it.</summary>
    public TimeSpan TurnTimeBudget { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Turns that run at the same time, each of its own part of the shards.</summary>
    public int TurnWorkers { get; init; } = 1;

    /// <summary>Shortest time between two looks at the change log.</summary>
    public TimeSpan PollMin { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Longest time between two looks at the change log, when nothing happens.</summary>
    public TimeSpan PollMax { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Time between two looks of the store itself, once nothing has happened for a while.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>When an owed effect that did not land, or a message that had to wait, is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Warm actors at most.</summary>
    public int ActorsMax { get; init; } = 100_000;

    /// <summary>About what warm actors may take, in bytes.</summary>
    public long ActorBytesMax { get; init; } = 64L << 20;

    /// <summary>Cursors of shards that read nothing are written this often.</summary>
    public TimeSpan CursorWriteInterval { get; init; } = TimeSpan.FromSeconds(10);
}
