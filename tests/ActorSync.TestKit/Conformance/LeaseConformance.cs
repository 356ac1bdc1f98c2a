using ActorSync.Runtime.Sharding;
using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>Nodes and leases.</summary>
public abstract class LeaseConformance : StoreConformance
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Past = TimeSpan.FromSeconds(-1);

    private ILeaseTable Leases => Turns.Leases;

    [Fact]
    public async Task Every_free_address_is_acquired_by_the_first_node_and_none_by_the_second()
    {
        var held = await HoldAsync();
        held.Select(lease => lease.Address).ShouldBe(Enumerable.Range(0, StoreWorld.ShardCount));
        held.ShouldAllBe(lease => lease.Epoch == 1 && lease.BatchNo == 0 && lease.JournalSeq == 0 && lease.Window == null && lease.WindowId == 0 && lease.Cursor == "{}");
        held.Select(lease => lease.Token).Distinct().Count().ShouldBe(held.Count);
        (await HoldAsync(901)).ShouldBeEmpty();
        (await Leases.AcquireAsync(Key(900), Stop)).ShouldBeEmpty("a node does not acquire what it has");
    }

    [Fact]
    public async Task Addresses_are_added_once()
    {
        await Leases.EnsureAsync([Addresses.Coordinator, 20_001], Stop);
        var held = await HoldAsync();
        held.Select(lease => lease.Address).TakeLast(2).ShouldBe([Addresses.Coordinator, 20_001]);
        await Leases.EnsureAsync([Addresses.Coordinator, 20_001, 20_002], Stop);
        (await HoldAsync(901)).ShouldHaveSingleItem().Address.ShouldBe(20_002);
        await TurnAsync(turn =>
        {
            turn.Advance(held[^1]);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Expired_node_loses_its_leases_to_the_next_under_a_higher_epoch_and_another_token()
    {
        var before = await HoldAsync();
        (await Leases.HeartbeatAsync(Key(900), Past, Stop)).ShouldBeTrue("it was alive");
        var after = await HoldAsync(901);
        after.Select(lease => lease.Address).ShouldBe(before.Select(lease => lease.Address));
        after.ShouldAllBe(lease => lease.Epoch == 2);
        after.Select(lease => lease.Token).Intersect(before.Select(lease => lease.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Expired_node_is_dead_for_ever()
    {
        await Leases.RegisterAsync(Key(900), new NodeProfile("node", "1", []), Hour, Stop);
        (await Leases.HeartbeatAsync(Key(900), Hour, Stop)).ShouldBeTrue();
        await Leases.HeartbeatAsync(Key(900), Past, Stop);
        (await Leases.HeartbeatAsync(Key(900), Hour, Stop)).ShouldBeFalse();
        (await Leases.HeartbeatAsync(Key(900), Hour, Stop)).ShouldBeFalse();
        (await Leases.AcquireAsync(Key(900), Stop)).ShouldBeEmpty();
        (await HoldAsync(901)).Count.ShouldBe(StoreWorld.ShardCount);
    }

    [Fact]
    public async Task Node_that_was_never_registered_neither_lives_nor_acquires()
    {
        (await Leases.HeartbeatAsync(Key(900), Hour, Stop)).ShouldBeFalse();
        (await Leases.AcquireAsync(Key(900), Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Node_is_registered_once()
    {
        await Leases.RegisterAsync(Key(900), new NodeProfile("node", "1", []), Past, Stop);
        await Should.ThrowAsync<Exception>(() => Leases.RegisterAsync(Key(900), new NodeProfile("node", "1", []), Hour, Stop));
        (await Leases.HeartbeatAsync(Key(900), Hour, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task Released_leases_are_free_at_once_and_the_node_has_ended()
    {
        await HoldAsync();
        await Leases.ReleaseAsync(Key(900), Stop);
        (await Leases.HeartbeatAsync(Key(900), Hour, Stop)).ShouldBeFalse();
        (await HoldAsync(901)).ShouldAllBe(lease => lease.Epoch == 2);
    }

    [Fact]
    public async Task Release_of_one_node_leaves_the_leases_of_another()
    {
        await HoldAsync();
        await Leases.RegisterAsync(Key(901), new NodeProfile("node", "1", []), Hour, Stop);
        await Leases.ReleaseAsync(Key(901), Stop);
        (await HoldAsync(902)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Some_addresses_are_acquired_and_given_back_while_the_node_lives_on()
    {
        await Leases.RegisterAsync(Key(900), new NodeProfile("node", "1", []), Hour, Stop);
        await Leases.RegisterAsync(Key(901), new NodeProfile("node", "1", []), Hour, Stop);
        (await Leases.AcquireAsync(Key(900), [0, 1], Stop)).Select(lease => lease.Address).Order().ShouldBe([0, 1]);
        (await Leases.AcquireAsync(Key(901), [1, 2], Stop)).ShouldHaveSingleItem().Address.ShouldBe(2, "what another holds is not free");

        await Leases.ReleaseAsync(Key(900), [1, 2], Stop);
        (await Leases.AcquireAsync(Key(901), [1], Stop)).ShouldHaveSingleItem().Epoch.ShouldBe(2);
        var view = await Leases.ViewAsync(Stop);
        (view.Owners[0], view.Owners[1], view.Owners[2]).ShouldBe((Key(900), Key(901), Key(901)));
        (await Leases.HeartbeatAsync(Key(900), Hour, Stop)).ShouldBeTrue();
    }

    [Fact]
    public async Task Lease_whose_answer_was_lost_is_acquired_anew_by_its_own_node()
    {
        await Leases.RegisterAsync(Key(900), new NodeProfile("node", "1", []), Hour, Stop);
        var lost = (await Leases.AcquireAsync(Key(900), [0], Stop)).ShouldHaveSingleItem();
        var anew = (await Leases.AcquireAsync(Key(900), [0], Stop)).ShouldHaveSingleItem();
        (anew.Epoch, anew.Token == lost.Token).ShouldBe((2, false));
    }

    [Fact]
    public async Task Released_lease_commits_nothing_more()
    {
        var held = await HoldAsync();
        await Leases.ReleaseAsync(Key(900), [held[0].Address], Stop);
        await Should.ThrowAsync<StaleLeaseException>(() => TurnAsync(turn =>
        {
            turn.Advance(held[0]);
            return Task.CompletedTask;
        }));
    }

    [Fact]
    public async Task View_shows_who_lives_what_he_knows_and_who_drains()
    {
        await Leases.RegisterAsync(Key(900), new NodeProfile("node", "1", [1, 2]), Hour, Stop);
        await Leases.RegisterAsync(Key(901), new NodeProfile("node", "1", [1]), Hour, Stop);
        await Leases.RegisterAsync(Key(902), new NodeProfile("node", "1", [1]), Past, Stop);
        await Leases.DrainAsync(Key(901), Stop);
        await Leases.HeartbeatAsync(Key(901), Hour, Stop);
        var nodes = (await Leases.ViewAsync(Stop)).Nodes.OrderBy(node => node.Id).ToArray();
        nodes.Select(node => (node.Id, node.IsDraining)).ShouldBe([(Key(900), false), (Key(901), true)]);
        nodes.Select(node => string.Join(' ', node.Kinds)).ShouldBe(["1 2", "1"]);
    }

    [Fact]
    public async Task Node_of_an_older_format_is_outdated_as_soon_as_a_newer_one_holds_something_and_for_ever()
    {
        await Leases.RegisterAsync(Key(900), new NodeProfile("old", "1", []), Hour, Stop);
        await Leases.RegisterAsync(Key(901), new NodeProfile("new", "2", [], Format: 2), Hour, Stop);
        (await Leases.ViewAsync(Stop)).Nodes.ShouldAllBe(node => !node.IsOutdated, "it has written nothing");
        await Leases.AcquireAsync(Key(901), [0], Stop);
        (await Leases.ViewAsync(Stop)).Nodes.OrderBy(node => node.Id).Select(node => node.IsOutdated).ShouldBe([true, false]);
        await Leases.ReleaseAsync(Key(901), Stop);
        (await Leases.ViewAsync(Stop)).Nodes.ShouldHaveSingleItem().IsOutdated.ShouldBeTrue("what the other has written is still there");
    }

    [Fact]
    public async Task View_shows_no_owner_who_has_expired()
    {
        await HoldAsync();
        await Leases.HeartbeatAsync(Key(900), Past, Stop);
        var view = await Leases.ViewAsync(Stop);
        view.Nodes.ShouldBeEmpty();
        view.Owners.Values.ShouldAllBe(owner => owner == null);
    }

    [Fact]
    public async Task Address_begins_behind_what_was_committed_when_it_was_added()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "before")));
        await Leases.EnsureAsync([20_001], Stop);
        await ApplicationAsync(session => session.InsertAsync(Key(2), ("Name", "after")));
        var lease = (await HoldAsync())[^1];
        (await WindowAsync(lease.Snap)).Changes.ShouldHaveSingleItem().Entity.ShouldBe(Key(2));
    }
}
