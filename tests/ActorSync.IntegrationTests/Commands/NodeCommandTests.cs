using System.Text.Json;
using ActorSync.Commands;
using ActorSync.IntegrationTests.Flow;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Commands;

public sealed class NodeCommandTests
{
    private const string First = "0199c1d2-7b1e-7000-8000-000000000001";
    private const string Dead = "0199c1d0-0000-7000-8000-000000000004";

    [Fact]
    public async Task List_tells_of_each_node_what_it_holds_and_whether_it_lives()
    {
        await using var database = await TwoNodesAsync();
        var (people, scripts) = (new CommandRunner(), new CommandRunner());
        var address = await CommandRunner.AddressOfAsync(database);

        (await people.RunAsync("node", "list", "--postgres", address)).ShouldBe(ExitCode.Ok, people.Error);
        (await scripts.RunAsync("node", "list", "--postgres", address, "--json")).ShouldBe(ExitCode.Ok, scripts.Error);

        var lines = people.Output.Split('\n');
        lines.Single(line => line.Contains(First, StringComparison.Ordinal)).ShouldMatch(@"node-1 .* alive .* 0\.1\.0 .* 2 .* yes .* 1 ");
        lines.Single(line => line.Contains(Dead, StringComparison.Ordinal)).ShouldMatch(@"node-1 .* dead .* 0\.1\.0 .* 0 .* 0 ");
        var nodes = JsonDocument.Parse(scripts.Output).RootElement;
        nodes.EnumerateArray().Select(node => node.GetProperty("state").GetString()).ShouldBe(["dead", "alive"]);
        nodes[1].GetProperty("shards").GetInt32().ShouldBe(2);
        nodes[1].GetProperty("expiresAt").GetDateTimeOffset().ShouldBeGreaterThan(nodes[0].GetProperty("expiresAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Drain_asks_the_node_once_and_list_and_status_say_so()
    {
        await using var database = await TwoNodesAsync();
        var address = await CommandRunner.AddressOfAsync(database);
        var (first, again, status) = (new CommandRunner(), new CommandRunner(), new CommandRunner());

        (await first.RunAsync("node", "drain", "node-1", "--postgres", address)).ShouldBe(ExitCode.Ok, first.Error);
        var asked = await database.QueryAsync<DateTime>($"select drain_asked_at from actorsync.node where node_id = '{First}'");
        (await again.RunAsync("node", "drain", First, "--postgres", address)).ShouldBe(ExitCode.Ok, again.Error);

        first.Output.Trim().ShouldBe($"node-1 {First} is asked to drain; it holds 2 shards, the coordinator, 1 feeds");
        again.Output.Trim().ShouldBe($"node-1 {First} has been asked to drain already; it holds 2 shards, the coordinator, 1 feeds");
        (await database.QueryAsync<DateTime>($"select drain_asked_at from actorsync.node where node_id = '{First}'")).ShouldBe(asked);
        (await database.QueryAsync<long>($"select count(*) from actorsync.node where node_id = '{Dead}' and drain_asked_at is null")).ShouldBe(1);
        (await status.RunAsync("status", "--postgres", address)).ShouldBe(ExitCode.Ok, status.Error);
        status.Output.Split('\n').Single(line => line.Contains(First, StringComparison.Ordinal)).ShouldContain(" draining ");
    }

    [Fact]
    public async Task Wait_ends_when_the_node_is_gone()
    {
        await using var database = await TwoNodesAsync();
        var runner = new CommandRunner();
        var drained = runner.RunAsync("node", "drain", "node-1", "--wait", "--postgres", await CommandRunner.AddressOfAsync(database));
        await Eventually.HoldsAsync("the node to be asked", async () => await database.QueryAsync<long>("select count(*) from actorsync.node where drain_asked_at is not null") == 1);
        drained.IsCompleted.ShouldBeFalse();

        await database.ExecuteAsync($"update actorsync.lease set owner = null; delete from actorsync.node where node_id = '{First}'");

        (await drained).ShouldBe(ExitCode.Ok, runner.Error);
        runner.Output.ShouldContain("node-1 has handed over everything and is gone");
    }

    [Fact]
    public async Task Wait_fails_at_its_limit_and_when_the_node_dies_instead()
    {
        await using var database = await TwoNodesAsync();
        var address = await CommandRunner.AddressOfAsync(database);
        var (late, dies) = (new CommandRunner(), new CommandRunner());

        (await late.RunAsync("node", "drain", "node-1", "--wait=10ms", "--postgres", address)).ShouldBe(ExitCode.Failed);
        late.Error.Trim().ShouldBe("actorsync: node-1 is not gone after 10ms and holds 2 shards, the coordinator, 1 feeds; it goes on draining");

        var drained = dies.RunAsync("node", "drain", "node-1", "--wait=1m", "--postgres", address);
        await database.ExecuteAsync($"update actorsync.node set expires_at = clock_timestamp() + interval '300 ms' where node_id = '{First}'");
        (await drained).ShouldBe(ExitCode.Failed);
        dies.Error.ShouldContain("node-1 has died, or lost its lease, before it was drained");
    }

    [Theory]
    [InlineData("node-2", "there is no node node-2; write node-1. There is: node-1 " + First)]
    [InlineData(Dead, Dead + " is dead since ")]
    public async Task A_node_that_is_not_there_cannot_be_asked(string said, string message)
    {
        await using var database = await TwoNodesAsync();
        var runner = new CommandRunner();

        (await runner.RunAsync("node", "drain", said, "--postgres", await CommandRunner.AddressOfAsync(database))).ShouldBe(ExitCode.NotFound);

        runner.Error.ShouldContain(message);
        (await database.QueryAsync<long>("select count(*) from actorsync.node where drain_asked_at is not null")).ShouldBe(0);
    }

    [Fact]
    public async Task A_running_process_is_listed_with_everything_it_holds_and_ends_when_it_is_drained()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var process = sync.StartProcess();

        await Eventually.PassesAsync("the node to hold everything", async () =>
        {
            var node = (await new NodeTable(sync.Application).ListAsync(CancellationToken.None)).ShouldHaveSingleItem();
            (node.Name, node.State, node.Shards, node.Coordinator, node.Feeds).ShouldBe(("flow", "alive", RunningSync.ShardCount, true, 2));
        });

        var runner = new CommandRunner();
        (await runner.RunAsync("node", "drain", "flow", "--wait", "--postgres", sync.ConnectionString)).ShouldBe(ExitCode.Ok, runner.Error);
        runner.Output.ShouldContain("flow has handed over everything and is gone");
        (await process.ExitAsync()).ShouldBe(0);
    }

    private static async Task<MappedDatabase> TwoNodesAsync()
    {
        var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync($"""
            insert into actorsync.node(node_id, name, version, started_at, expires_at) values
              ('{Dead}', 'node-1', '0.1.0', clock_timestamp() - interval '2 hours', clock_timestamp() - interval '1 hour'),
              ('{First}', 'node-1', '0.1.0', clock_timestamp() - interval '1 hour', clock_timestamp() + interval '1 hour');
            insert into actorsync.lease(address) values (10000), (20001) on conflict do nothing;
            update actorsync.lease set owner = '{First}' where address in (0, 1, 10000, 20001)
            """);
        return database;
    }
}
