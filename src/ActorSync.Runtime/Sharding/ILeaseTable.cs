namespace ActorSync.Runtime.Sharding;

/// <summary>Nodes and leases as rows; every time in here is the store's clock.</summary>
public interface ILeaseTable
{
    /// <summary>Adds the addresses that do not exist yet.</summary>
    Task EnsureAsync(IReadOnlyCollection<int> addresses, CancellationToken stop);

    /// <summary>A new node: one per process start and per lost term.</summary>
    Task RegisterAsync(Guid node, string name, string version, TimeSpan ttl, CancellationToken stop);

    /// <summary>Lives on; false when the node has expired and is dead for ever.</summary>
    Task<bool> HeartbeatAsync(Guid node, TimeSpan ttl, CancellationToken stop);

    /// <summary>Takes every free address by compare-and-set on its epoch.</summary>
    Task<IReadOnlyList<HeldLease>> AcquireAsync(Guid node, CancellationToken stop);

    /// <summary>Gives everything back and ends the node, so that the next one need not wait for its expiry.</summary>
    Task ReleaseAsync(Guid node, CancellationToken stop);
}
