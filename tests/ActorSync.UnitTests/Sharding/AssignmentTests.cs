using ActorSync.Runtime.Sharding;
using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Sharding;

public sealed class AssignmentTests
{
    private static readonly Guid A = Id(1), B = Id(2), C = Id(3);

    [Fact]
    public void The_only_node_is_assigned_everything()
    {
        var assigned = Assignment.Of(View([Node(A)], Free(4, feeds: 2)));
        assigned.Count.ShouldBe(7);
        assigned.Values.ShouldAllBe(holder => holder == A);
    }

    [Fact]
    public void Nobody_is_assigned_anything_where_every_node_drains() =>
        Assignment.Of(View([Node(A) with { IsDraining = true }], Held(A, 4, feeds: 1))).ShouldBeEmpty();

    [Fact]
    public void A_node_that_joins_gets_its_share_and_only_that_moves()
    {
        var before = Held(A, 8, feeds: 2);
        var assigned = Assignment.Of(View([Node(A), Node(B)], before));
        Shards(assigned, A).Count().ShouldBe(4);
        Shards(assigned, B).Count().ShouldBe(4);
        assigned.Where(entry => entry.Key >= Addresses.Coordinator).ShouldAllBe(entry => entry.Value == A, "neither the coordinator nor the feeds move for the sake of balance");
    }

    [Fact]
    public void What_a_drained_node_held_is_shared_by_the_others_who_keep_what_they_have()
    {
        var owners = Held(A, 9, feeds: 1);
        foreach (var shard in new[] { 3, 4, 5 })
        {
            owners[shard] = B;
        }

        foreach (var shard in new[] { 6, 7, 8 })
        {
            owners[shard] = C;
        }

        var assigned = Assignment.Of(View([Node(A) with { IsDraining = true }, Node(B), Node(C)], owners));
        Shards(assigned, B).ShouldBeSubsetOf([0, 1, 2, 3, 4, 5]);
        Shards(assigned, B).Count().ShouldBe(5);
        Shards(assigned, C).Count().ShouldBe(4);
        assigned[Addresses.Coordinator].ShouldNotBe(assigned[Addresses.FeedBase + 1], "the coordinator and the feeds go to two nodes where there are two");
    }

    // A change of an object that a node does not know would be lost on it.
    [Fact]
    public void A_node_that_does_not_know_what_another_knows_is_assigned_nothing()
    {
        var assigned = Assignment.Of(View([Node(A, 1), Node(B, 1, 2)], Held(A, 4, feeds: 2)));
        assigned.Values.ShouldAllBe(holder => holder == B);
    }

    [Fact]
    public void Where_nobody_knows_everything_the_youngest_node_says_what_is_to_be_known()
    {
        var assigned = Assignment.Of(View([Node(A, 1, 2), Node(B, 2, 3)], Held(A, 4, feeds: 2)));
        assigned.Values.ShouldAllBe(holder => holder == B);
    }

    [Fact]
    public void Feeds_that_several_nodes_hold_come_together_where_most_are()
    {
        var owners = Free(2, feeds: 3);
        (owners[Addresses.FeedBase + 1], owners[Addresses.FeedBase + 2], owners[Addresses.FeedBase + 3]) = (A, B, B);
        Assignment.Of(View([Node(A), Node(B)], owners)).Where(entry => entry.Key >= Addresses.FeedBase).ShouldAllBe(entry => entry.Value == B);
    }

    [Fact]
    public void Whatever_is_held_every_address_gets_one_holder_shares_are_even_and_as_little_moves_as_can() => Seeded.Check(300, random =>
    {
        var (nodes, owners) = Any(random);
        var view = View(nodes, owners);
        var assigned = Assignment.Of(view);
        var able = nodes.Where(node => !node.IsDraining).Select(node => node.Id).ToArray();
        if (able.Length == 0)
        {
            assigned.ShouldBeEmpty();
            return;
        }

        assigned.Keys.Order().ShouldBe(owners.Keys.Order());
        assigned.Values.ShouldBeSubsetOf(able);
        var shares = able.Select(node => Shards(assigned, node).Count()).ToArray();
        (shares.Max() - shares.Min()).ShouldBeLessThanOrEqualTo(1);

        // The fewest moves that lead to even shares: what each has above its share, the larger shares given to those who have most.
        var shards = owners.Keys.Count(address => address < Addresses.Coordinator);
        var held = able.Select(node => owners.Count(entry => entry.Key < Addresses.Coordinator && entry.Value == node)).OrderDescending().ToArray();
        var least = held.Select((count, index) => Math.Max(0, count - ((shards / able.Length) + (index < shards % able.Length ? 1 : 0)))).Sum();
        var moved = owners.Count(entry => entry.Key < Addresses.Coordinator && entry.Value is { } owner && able.Contains(owner) && assigned[entry.Key] != owner);
        moved.ShouldBe(least);
    });

    [Fact]
    public void Every_node_that_follows_it_in_its_own_time_comes_to_rest_at_the_same_place() => Seeded.Check(100, random =>
    {
        var (nodes, owners) = Any(random);
        var able = nodes.Where(node => !node.IsDraining).ToArray();
        for (var step = 0; step < 60; step++)
        {
            // A node looks, gives what is another's, takes what is free and its own.
            var node = nodes[random.Next(nodes.Count)].Id;
            var assigned = Assignment.Of(View(nodes, owners));
            foreach (var address in owners.Keys.ToArray())
            {
                var holder = assigned.TryGetValue(address, out var to) ? to : default(Guid?);
                owners[address] = owners[address] == node && holder != node ? null : owners[address] is null && holder == node ? node : owners[address];
            }
        }

        foreach (var node in nodes)
        {
            foreach (var address in owners.Keys.ToArray())
            {
                owners[address] ??= Assignment.Of(View(nodes, owners)).TryGetValue(address, out var to) && to == node.Id ? to : null;
            }
        }

        if (able.Length > 0)
        {
            Assignment.Of(View(nodes, owners)).ShouldAllBe(entry => owners[entry.Key] == entry.Value, "nothing moves any more");
        }
    });

    private static (List<ClusterNode> Nodes, Dictionary<int, Guid?> Owners) Any(Random random)
    {
        var nodes = Enumerable.Range(1, random.Next(1, 6)).Select(n => Node(Id((byte)n)) with { IsDraining = random.Next(5) == 0 }).ToList();
        var owners = Free(1 << random.Next(0, 6), random.Next(0, 4));
        foreach (var address in owners.Keys.ToArray())
        {
            owners[address] = random.Next(4) == 0 ? null : nodes[random.Next(nodes.Count)].Id;
        }

        return (nodes, owners);
    }

    private static IEnumerable<int> Shards(IReadOnlyDictionary<int, Guid> assigned, Guid node) =>
        assigned.Where(entry => entry.Key < Addresses.Coordinator && entry.Value == node).Select(entry => entry.Key);

    private static ClusterView View(IReadOnlyList<ClusterNode> nodes, Dictionary<int, Guid?> owners) => new(nodes, owners);

    private static ClusterNode Node(Guid id, params short[] kinds) => new(id, IsDraining: false, kinds);

    private static Dictionary<int, Guid?> Free(int shards, int feeds) => Enumerable.Range(0, shards).Append(Addresses.Coordinator)
        .Concat(Enumerable.Range(1, feeds).Select(feed => Addresses.FeedBase + feed)).ToDictionary(address => address, _ => default(Guid?));

    private static Dictionary<int, Guid?> Held(Guid node, int shards, int feeds) => Free(shards, feeds).ToDictionary(entry => entry.Key, _ => (Guid?)node);

    private static Guid Id(byte n) => new([.. new byte[15], n]);
}
