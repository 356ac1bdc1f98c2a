namespace ActorSync.Runtime.Sharding;

/// <summary>The nodes that live and who holds what, as the store has it at one moment.</summary>
/// <param name="Nodes">Those that have not expired.</param>
/// <param name="Owners">Every address with the node that holds it; null where nobody who lives does.</param>
public sealed record ClusterView(IReadOnlyList<ClusterNode> Nodes, IReadOnlyDictionary<int, Guid?> Owners);

/// <summary>A node that lives.</summary>
/// <param name="IsDraining">It was asked to give everything away.</param>
/// <param name="Kinds">The kinds of actors it knows.</param>
public sealed record ClusterNode(Guid Id, bool IsDraining, IReadOnlyCollection<short> Kinds);
