using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org.Changes;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Events that say only that something happened, or were told twice, late or in the wrong order.</summary>
public sealed class ChangeEventGapTests
{
    [Fact]
    public async Task Gap_events_of_changes_births_deletes_and_undeletes_are_read_without_a_poll()
    {
        await using var sync = await HeardSync.StartAsync();
        using var reads = new OrgReads(sync.Server);
        var (changed, changedSfid) = await sync.LoadedAccountAsync(0);
        var (gone, goneSfid) = await sync.LoadedAccountAsync(1);
        var (back, backSfid) = await sync.LoadedAccountAsync(2);
        sync.Server.Faults.Add(new OrgFault.LoseEvent(), new CallMatch(Type: "Account"));

        sync.Org.Update("Account", changedSfid, ("Name", "Behind a gap"));
        sync.Org.Create("Account", ("Name", "Born behind a gap"));
        sync.Org.Delete(goneSfid);
        sync.Org.Delete(backSfid);
        await sync.ConvergedAsync();
        sync.Org.Undelete(backSfid);
        await sync.ConvergedAsync();

        var kinds = sync.EventsOf("Account").Where(change => change.Gap == ChangeGap.Values).Select(change => change.Kind).ToHashSet();
        kinds.ShouldBe([ChangeKind.Update, ChangeKind.Create, ChangeKind.Delete, ChangeKind.Undelete], ignoreOrder: true);
        (await sync.AccountAsync(changed, "name")).ShouldBe("Behind a gap");
        (await sync.AccountAsync(gone, "name")).ShouldBeNull();
        (await sync.AccountAsync(back, "name")).ShouldBe("Plain 2");
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name = 'Born behind a gap'")).ShouldBe(1);
        reads.Polls.ShouldBe(0, sync.Log);
    }

    // Which records is not said, and what left for good is in no query: the object is read again, deletions too.
    [Fact]
    public async Task An_overflow_has_the_object_read_again_with_its_deletions()
    {
        await using var sync = await HeardSync.StartAsync();
        var (changed, changedSfid) = await sync.LoadedAccountAsync(0);
        var (gone, goneSfid) = await sync.LoadedAccountAsync(1);
        var (hard, hardSfid) = await sync.LoadedAccountAsync(2);
        var lost = sync.Server.Faults.Add(new OrgFault.LoseEvent(Overflow: true), new CallMatch(Type: "Account"));
        await sync.SecondPassesAsync();

        sync.Org.Update("Account", changedSfid, ("Name", "Behind an overflow"));
        sync.Org.Create("Account", ("Name", "Born behind an overflow"));
        sync.Org.Delete(goneSfid);
        sync.Org.Delete(hardSfid);
        sync.Org.EmptyBin(hardSfid);
        sync.Server.Faults.Remove(lost).ShouldBeTrue();
        await sync.ConvergedAsync();

        (await sync.AccountAsync(changed, "name")).ShouldBe("Behind an overflow");
        (await sync.AccountAsync(gone, "name")).ShouldBeNull();
        (await sync.AccountAsync(hard, "name")).ShouldBeNull();
    }

    // The row's history shows that an older event never puts an older value back.
    [Fact]
    public async Task Events_told_twice_and_in_the_opposite_order_never_turn_a_row_back()
    {
        await using var sync = await HeardSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.KeepHistoryAsync();
        sync.Server.Faults.Add(new FaultRule(new OrgFault.RepeatEvents(), CallMatch.Any, 0.5));
        sync.Server.Faults.Add(new FaultRule(new OrgFault.ReorderEvents(), CallMatch.Any, 0.5));
        for (var i = 1; i <= 100; i++)
        {
            sync.Org.Update("Account", sfid, ("Name", $"v{i}"));
            if (i % 10 == 0)
            {
                await HeardSync.PassAsync(TimeSpan.FromMilliseconds(20));
            }
        }

        await sync.ConvergedAsync();
        sync.Server.Faults.Clear();
        sync.Org.Update("Account", sfid, ("Phone", "last"));
        await sync.ConvergedAsync();
        await sync.ToldAsync();
        var values = (await sync.HistoryAsync(id)).Select(line => int.Parse(line.Split('v')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        values[^1].ShouldBe(100);
        values.ShouldBeInOrder();
    }
}
