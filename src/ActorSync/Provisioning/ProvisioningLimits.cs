namespace ActorSync.Provisioning;

/// <summary>How long provisioning waits for others.</summary>
internal sealed record ProvisioningLimits
{
    /// <summary>Longest wait for the lock of a table. While it waits, everybody else's statements on the table wait behind it.</summary>
    public TimeSpan TableLockWaitMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a table's lock is asked for before the session that holds it is reported.</summary>
    public int TableLockTriesMax { get; init; } = 5;

    /// <summary>Time between two tries, for the statements that queued behind the last one.</summary>
    public TimeSpan TableLockPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for another node that is provisioning.</summary>
    public TimeSpan OtherNodeWaitMax { get; init; } = TimeSpan.FromMinutes(1);
}
