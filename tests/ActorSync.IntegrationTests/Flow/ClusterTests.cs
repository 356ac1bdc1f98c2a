using ActorSync.OrgSimulator.Http;
using ActorSync.Records;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Several nodes on one database.</summary>
public sealed class ClusterTests
{
    private const string Holders = "select count(distinct owner) from actorsync.lease where address < 10000 and owner is not null";
    private const string Free = "select count(*) from actorsync.lease where owner is null";

    [Fact]
    public async Task Nodes_that_join_share_the_shards_and_together_they_write_every_change_once()
    {
        await using var sync = await RunningSync.StartAsync();
        sync.StartNode();
        sync.StartNode();
        await SharedAsync(sync, 3);

        var ids = new List<Guid>();
        for (var i = 0; i < 12; i++)
        {
            ids.Add(await sync.InsertAccountAsync($"Shared {i}"));
        }

        await sync.ExecuteAsync("update salesforce.account set phone = 'by all' where name like 'Shared %'");
        await sync.ConvergedAsync();
        sync.Org.ShouldHoldNothingTwice();
        ids.ShouldAllBe(id => sync.Org.Accounts(id).Count == 1);
        (await sync.QueryAsync<long>("select max(epoch) from actorsync.lease where address >= 10000")).ShouldBe(1, "neither the coordinator nor a feed has moved");
    }

    [Fact]
    public async Task A_node_that_stops_hands_over_at_once_and_the_others_go_on()
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings { Configuration = LongLeases });
        var first = sync.StartNode();
        sync.StartNode();
        await SharedAsync(sync, 3);
        await sync.StopNodeAsync();
        await SharedAsync(sync, 2);
        await sync.InsertConvergedAsync("By those who stayed");
        await first.StopAsync();
        await Eventually.HoldsAsync("one to hold everything", async () => await sync.QueryAsync<long>($"select ({Holders}) * 1000 + ({Free})") == 1000);
        await sync.InsertConvergedAsync("By the one who stayed");
        sync.Org.ShouldHoldNothingTwice();
    }

    [Fact]
    public async Task A_node_that_is_asked_to_drain_hands_over_and_exits_0()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var leaving = sync.StartProcess();
        await leaving.LineAsync("; running");
        sync.StartNode();
        await SharedAsync(sync, 2);
        await sync.ExecuteAsync("update actorsync.node set drain_asked_at = now() where node_id = (select owner from actorsync.lease where address = 10000)");
        (await leaving.ExitAsync()).ShouldBe(0);
        await sync.InsertConvergedAsync("By the other");
    }

    [Fact]
    [Trait("Invariant", "I8")]
    public async Task What_a_killed_node_held_is_taken_over_when_its_lease_has_expired()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var killed = sync.StartProcess();
        await killed.LineAsync("; running");
        sync.StartNode();
        await SharedAsync(sync, 2);
        var edits = await ThreeEdits.MakeAsync(sync);
        await killed.KillAsync();
        await sync.ConvergedAsync();
        edits.ShouldHaveHappenedOnce();
        (await sync.QueryAsync<long>(Holders)).ShouldBe(1);
    }

    // A change of an object that only one of them maps is not passed over by the other, whoever reads it first.
    [Fact]
    [Trait("Invariant", "I1")]
    public async Task An_object_that_is_added_while_other_nodes_run_loses_no_change()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var before = sync.StartNode(configure: config => config with { Mappings = [.. config.Mappings.Where(mapping => mapping.Object == "Account")] });
        await before.SaysAsync("; running");
        var after = sync.StartNode();
        await Eventually.HoldsAsync("the new table to be there", () => sync.QueryAsync<bool>("select to_regclass('salesforce.contact') is not null"));
        await sync.ExecuteAsync("insert into salesforce.contact(lastname) select 'Early ' || n from generate_series(1, 20) n");
        await after.SaysAsync("; running");
        await sync.ConvergedAsync();
        await before.SaysAsync("that the configuration of this node does not have");
        sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName LIKE 'Early %'").Rows.Count.ShouldBe(20);
        (await sync.QueryAsync<long>("select count(*) from actorsync.lease l join actorsync.node n on n.node_id = l.owner where not n.kinds @> array[2::smallint]")).ShouldBe(0);
        sync.Org.ShouldHoldNothingTwice();
    }

    // The older node reads nothing that the newer one has written: no state loses what only the newer one knows.
    [Fact]
    public async Task A_node_of_a_newer_version_takes_everything_over_under_traffic_and_no_older_one_takes_it_back()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var older = sync.StartNode();
        await older.SaysAsync("; running");
        await sync.InsertAccountAsync("Journaled by the older");
        var newer = sync.StartNode(options => options with { Format = options.Format + 1 });
        var id = await sync.InsertAccountAsync("In between");
        await Eventually.HoldsAsync("the newer version to hold everything", async () =>
            await sync.QueryAsync<long>($"select count(*) from actorsync.lease l join actorsync.node n on n.node_id = l.owner where n.format = {RecordCodec.Format} or l.owner is null") == 0);
        await sync.ExecuteAsync($"update salesforce.account set phone = 'newer' where actorsync_id__c = '{id}'");
        await sync.ConvergedAsync();
        await older.SaysAsync("a newer version has written here");
        await newer.StopAsync();
        (await sync.QueryAsync<long>("select count(*) from actorsync.lease where owner is not null")).ShouldBe(0);
        await older.StopAsync();

        sync.StartNode(options => options with { Format = options.Format + 1 });
        await sync.InsertConvergedAsync("Journaled by the newer");
        sync.Org.ShouldHoldNothingTwice();
    }

    // Taken out of the configuration on purpose: nobody waits for a node that knows it.
    [Fact]
    public async Task An_object_that_was_taken_out_of_the_configuration_holds_up_nothing()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var node = sync.StartNode(configure: config => config with { Mappings = [.. config.Mappings.Where(mapping => mapping.Object == "Account")] });
        await node.SaysAsync("; running");
        await sync.ExecuteAsync("insert into salesforce.contact(lastname) values ('Nobody')");
        var id = await sync.InsertAccountAsync("Behind it");
        await Eventually.HoldsAsync("the account to be written", () => Task.FromResult(sync.Org.Accounts(id).Count == 1));
        (await sync.QueryAsync<long>("select count(*) from actorsync.mapping where retired_at is not null")).ShouldBe(1);
    }

    private const string LongLeases = "actorsync.runtime.lease { ttl = 40s, renew = 1s, margin = 2s }";

    private static Task SharedAsync(RunningSync sync, int nodes) => Eventually.HoldsAsync(
        $"{nodes} nodes to share the shards", async () => await sync.QueryAsync<long>($"select ({Holders}) * 1000 + ({Free})") == nodes * 1000);
}
