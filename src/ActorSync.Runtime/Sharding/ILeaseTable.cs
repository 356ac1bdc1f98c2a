namespace ActorSync.Runtime.Sharding;

/// <summary>Nodes and leases as rows; every time in here is the store's clock.</summary>
public interface ILeaseTable
{
    /// <summary>Adds the addresses that do not exist yet.</summary>
    Task EnsureAsync(IReadOnlyCollection<int> addresses, CancellationToken stop);

    /// <summary>A new node: one per process start and per lost term.</summary>
    Task RegisterAsync(Guid node, NodeProfile profile, TimeSpan ttl, CancellationToken stop);

    /// <summary>Lives on; false when the node has expired and is dead for ever.</summary>
    Task<bool> HeartbeatAsync(Guid node, TimeSpan ttl, CancellationToken stop);

    /// <summary>The nodes that live and who holds what.</summary>
    Task<ClusterView> ViewAsync(CancellationToken stop);

    /// <summary>Takes every free address by compare-and-set on its epoch. From the first one on nodes of a lower format are outdated, for ever.</summary>
    Task<IReadOnlyList<HeldLease>> AcquireAsync(Guid node, CancellationToken stop);

    /// <summary>Takes those of these addresses that are free, or are the node's own without its knowing: an answer was lost.</summary>
    Task<IReadOnlyList<HeldLease>> AcquireAsync(Guid node, IReadOnlyCollection<int> addresses, CancellationToken stop);

    /// <summary>Gives some addresses back: another node may take them at once. Those that the node does not hold stay as they are.</summary>
    Task ReleaseAsync(Guid node, IReadOnlyCollection<int> addresses, CancellationToken stop);

    /// <summary>Asks a node to give everything away: from now on it is assigned nothing.</summary>
    Task DrainAsync(Guid node, CancellationToken stop);

    /// <summary>Gives everything back and ends the node, so that the next one need not wait for its expiry.</summary>
    Task ReleaseAsync(Guid node, CancellationToken stop);
}
