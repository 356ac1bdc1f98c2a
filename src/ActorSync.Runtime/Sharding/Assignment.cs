namespace ActorSync.Runtime.Sharding;

/// <summary>Which node is to hold which address: a pure function of what every node sees, so that nobody has to lead. It moves as little as possible: who has his share keeps what he has,
/// and only what is above it, or held by nobody, goes to others.</summary>
public static class Assignment
{
    /// <summary>The holder of each address; empty where no node may hold any. Shards are shared evenly. The coordinator stays where it is while its holder may hold it, and so do the feeds, which stay
    /// together: one stream of changes is heard and the loads of a connection know of each other.</summary>
    public static IReadOnlyDictionary<int, Guid> Of(ClusterView view)
    {
        var nodes = Candidates(view.Nodes);
        var holders = new Dictionary<int, Guid>(view.Owners.Count);
        if (nodes.Count == 0)
        {
            return holders;
        }

        var addresses = view.Owners.Keys.Order().ToArray();
        ShareShards([.. addresses.Where(address => address < Addresses.Coordinator)], view, nodes, holders);
        var coordinator = AssignTogether([.. addresses.Where(address => address == Addresses.Coordinator)], view, nodes, taken: null, holders);
        AssignTogether([.. addresses.Where(address => address >= Addresses.FeedBase)], view, nodes, coordinator, holders);
        return holders;
    }

    /// <summary>The nodes that may hold anything, by id: not those that drain, nor those of an older version than has written states, nor those that do not know a kind of actor that others know.
    /// A change of such a kind would be lost on them: they have yet to be given the configuration of the others. Where nobody knows all kinds, those that know what the youngest node knows.</summary>
    private static List<Guid> Candidates(IReadOnlyList<ClusterNode> nodes)
    {
        var willing = nodes.Where(node => !node.IsDraining && !node.IsOutdated).OrderBy(node => node.Id).ToList();
        var all = willing.SelectMany(node => node.Kinds).ToHashSet();
        var able = willing.Where(node => all.IsSubsetOf(node.Kinds)).ToList();
        if (able.Count == 0 && willing.Count > 0)
        {
            able = willing.Where(node => willing[^1].Kinds.ToHashSet().IsSubsetOf(node.Kinds)).ToList();
        }

        return [.. able.Select(node => node.Id)];
    }

    private static void ShareShards(int[] shards, ClusterView view, List<Guid> nodes, Dictionary<int, Guid> holders)
    {
        var held = nodes.ToDictionary(node => node, node => shards.Where(shard => view.Owners[shard] == node).ToArray());
        var rest = shards.Length % nodes.Count;
        var missing = new Queue<Guid>();
        var free = new List<int>(shards.Where(shard => view.Owners[shard] is not { } owner || !held.ContainsKey(owner)));
        // Where the shares cannot be equal, who has most has the larger one.
        foreach (var (node, index) in nodes.OrderByDescending(node => held[node].Length).ThenBy(node => node).Select((node, index) => (node, index)))
        {
            var share = (shards.Length / nodes.Count) + (index < rest ? 1 : 0);
            foreach (var shard in held[node].Take(share))
            {
                holders[shard] = node;
            }

            free.AddRange(held[node].Skip(share));
            for (var i = held[node].Length; i < share; i++)
            {
                missing.Enqueue(node);
            }
        }

        foreach (var shard in free.Order())
        {
            holders[shard] = missing.Dequeue();
        }
    }

    // All of them to whoever holds most of them, or to one who is not taken yet: to the youngest, which nodes that are restarted one after the other reach last.
    private static Guid? AssignTogether(int[] addresses, ClusterView view, List<Guid> nodes, Guid? taken, Dictionary<int, Guid> holders)
    {
        if (addresses.Length == 0)
        {
            return null;
        }

        var holder = nodes.OrderByDescending(node => addresses.Count(address => view.Owners[address] == node)).ThenBy(node => node == taken).ThenByDescending(node => node).First();
        foreach (var address in addresses)
        {
            holders[address] = holder;
        }

        return holder;
    }
}
