namespace ActorSync.Runtime.Sharding;

/// <summary>The nodes that live and who holds what, as the store has it at one moment.</summary>
/// <param name="Nodes">Those that have not expired.</param>
/// <param name="Owners">Every address with the node that holds it; null where nobody who lives does.</param>
public sealed record ClusterView(IReadOnlyList<ClusterNode> Nodes, IReadOnlyDictionary<int, Guid?> Owners);

/// <summary>A node that lives.</summary>
/// <param name="IsDraining">It was asked to give everything away.</param>
/// <param name="Kinds">The kinds of actors it knows.</param>
/// <param name="IsOutdated">States and events may have been written that it cannot read.</param>
public sealed record ClusterNode(Guid Id, bool IsDraining, IReadOnlyCollection<short> Kinds, bool IsOutdated = false);

/// <summary>What a node says of itself when it joins.</summary>
/// <param name="Kinds">The kinds of actors it knows.</param>
/// <param name="Format">What it writes of states and events: raised whenever an older program could not read them, or would lose of them.</param>
public sealed record NodeProfile(string Name, string Version, IReadOnlyCollection<short> Kinds, int Format = 1);
