using ActorSync.Commands;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Commands;

public sealed class NodeChoiceTests
{
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly NodeStatus First = Node("0199c1d2-7b1e-7000-8000-000000000001", "node-1") with { Shards = 12, Coordinator = true, Feeds = 2 };
    private static readonly NodeStatus Second = Node("0199c1d2-7b1e-7000-8000-000000000002", "node-2") with { Feeds = 1 };
    private static readonly NodeStatus Twin = Node("0199c1d3-0000-7000-8000-000000000003", "node-2");
    private static readonly NodeStatus Dead = Node("0199c1d0-0000-7000-8000-000000000004", "node-1") with { Alive = false };

    [Theory]
    [InlineData("node-1", 0)]
    [InlineData("node-2", 1)]
    [InlineData("0199c1d2-7b1e-7000-8000-000000000002", 1)]
    [InlineData("0199C1D2-7B1E-7000-8000-000000000001", 0)]
    public void A_node_is_meant_by_its_name_or_its_id(string said, int meant)
    {
        NodeStatus[] nodes = [First, Second, Dead];
        NodeChoice.Of(nodes, said).ShouldBe(nodes[meant]);
    }

    [Fact]
    public void The_beginning_of_an_id_will_do_while_it_is_the_only_one() => NodeChoice.Of([First, Second, Twin], "0199c1d3").ShouldBe(Twin);

    [Fact]
    public void Nodes_of_one_name_are_told_apart_by_what_they_hold() => Refusal([First, Second, Twin], "node-2").ShouldBe((
        ExitCode.Usage,
        $"node-2 is said of 2 nodes; write the id of one: node-2 {Second.NodeId} (holds 1 feeds), node-2 {Twin.NodeId} (holds nothing)"));

    [Fact]
    public void The_beginning_of_several_ids_is_refused() => Refusal([First, Second], "0199c1d2").ShouldBe((
        ExitCode.Usage,
        $"0199c1d2 is said of 2 nodes; write the id of one: node-1 {First.NodeId} (holds 12 shards, the coordinator, 2 feeds), node-2 {Second.NodeId} (holds 1 feeds)"));

    [Fact]
    public void An_unknown_name_is_answered_with_the_ones_there_are() => Refusal([First, Dead], "node-7").ShouldBe((
        ExitCode.NotFound, $"there is no node node-7; write node-1. There is: node-1 {First.NodeId} (holds 12 shards, the coordinator, 2 feeds)"));

    [Fact]
    public void A_dead_node_has_nothing_to_drain() => Refusal([Dead], "node-1").ShouldBe((
        ExitCode.NotFound, "node-1 is dead since 2030-01-02 03:04:11Z: the other nodes take over what it held, there is nothing to drain"));

    [Fact]
    public void Where_none_runs_nobody_is_listed() => Refusal([], "node-1").ShouldBe((ExitCode.NotFound, "there is no node node-1: none is running"));

    [Fact]
    public void A_node_is_alive_until_it_is_asked_to_drain_and_dead_is_dead()
    {
        First.State.ShouldBe("alive");
        (First with { DrainAskedAt = At }).State.ShouldBe("draining");
        (Dead with { DrainAskedAt = At }).State.ShouldBe("dead");
    }

    private static NodeStatus Node(string id, string name) => new(Guid.Parse(id), name, "0.1.0", At, At.AddSeconds(6), true, null, 0, false, 0);

    private static (ExitCode Code, string Message) Refusal(NodeStatus[] nodes, string said)
    {
        var refusal = Should.Throw<CommandException>(() => NodeChoice.Of(nodes, said));
        return (refusal.Code, refusal.Message);
    }
}
