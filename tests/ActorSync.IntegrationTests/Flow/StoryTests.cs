using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>The documented anomalies of two-way sync, each played in its worst order: an echo or an answer comes when it hurts most.</summary>
public sealed class StoryTests
{
    private static readonly CallMatch Updates = new("update", "Account");

    [Fact]
    [Trait("Rule", "4")]
    [Trait("Invariant", "I2")]
    public async Task Flip_flop_the_row_never_leaves_its_second_value()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, _) = await sync.LoadedAccountAsync();
        await sync.KeepHistoryAsync();
        await sync.SetAsync(id, "name = 'v1'");
        await Eventually.HoldsAsync("v1 in Salesforce", () => Task.FromResult(sync.Org.Account(id, "Name") == "v1"));
        using (var hold = sync.Server.Faults.HoldNext(Updates, HoldPoint.OnTheWay))
        {
            await sync.SetAsync(id, "name = 'v2'");
            await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
            await sync.PolledAsync("Account");
            await sync.MailIsDecidedAsync();
        }

        await sync.ConvergedAsync();
        (await sync.HistoryAsync(id)).ShouldBe(["UPDATE v1", "UPDATE v2"]);
        sync.Org.Account(id, "Name").ShouldBe("v2");
    }

    [Fact]
    public async Task Flip_flop_of_many_quick_updates_never_turns_back()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, _) = await sync.LoadedAccountAsync();
        await sync.KeepHistoryAsync();
        for (var i = 1; i <= 40; i++)
        {
            await sync.SetAsync(id, $"name = 'v{i}'");
        }

        await sync.ConvergedAsync();
        (await sync.HistoryAsync(id)).ShouldBe(Enumerable.Range(1, 40).Select(i => $"UPDATE v{i}"));
    }

    [Fact]
    [Trait("Rule", "6")]
    [Trait("Invariant", "I3")]
    public async Task Revived_delete_the_row_stays_gone()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.KeepHistoryAsync();
        using (var hold = sync.Server.Faults.HoldNext(new CallMatch("delete"), HoldPoint.OnTheWay))
        {
            await sync.ExecuteAsync($"delete from salesforce.account where actorsync_id__c = '{id}'");
            await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
            sync.Org.Update("Account", sfid, ("Name", "Changed meanwhile"));
            await sync.PolledAsync("Account");
            await sync.MailIsDecidedAsync();
        }

        await sync.ConvergedAsync();
        (await sync.HistoryAsync(id)).ShouldBe(["DELETE Plain 0"]);
        sync.Org.Accounts(id).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Rule", "1")]
    public async Task Reinsert_merged_an_insert_and_its_delete_leave_both_sides_empty(bool inOneTransaction)
    {
        await using var sync = await RunningSync.StartAsync();
        await sync.KeepHistoryAsync();
        var id = Guid.Parse("6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c14");
        string[] statements = [$"insert into salesforce.account(actorsync_id__c, name) values ('{id}', 'Short')", $"delete from salesforce.account where actorsync_id__c = '{id}'"];
        foreach (var sql in inOneTransaction ? [string.Join(';', statements)] : statements)
        {
            await sync.ExecuteAsync(sql);
        }

        await sync.ConvergedAsync();
        (await sync.HistoryAsync(id)).ShouldBe(["INSERT Short", "DELETE Short"]);
        sync.Org.Accounts(id).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "8")]
    [Trait("Invariant", "I3")]
    public async Task Reinsert_a_birth_whose_answer_was_lost_and_that_was_deleted_meanwhile_is_not_born_again()
    {
        await using var sync = await RunningSync.StartAsync();
        using var hold = sync.Server.Faults.HoldNext(new CallMatch("upsert"), HoldPoint.AfterEffect);
        var id = await sync.InsertAccountAsync("Short");
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        sync.Org.Delete(sync.Org.Accounts(id)[0].Id);
        hold.Drop();

        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name")).ShouldBeNull();
        sync.Org.Accounts(id, withDeleted: true).Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "4")]
    public async Task Counter_three_increments_with_the_sync_between_make_three()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, _) = await sync.LoadedAccountAsync();
        await sync.SetAsync(id, "numberofemployees = 0");
        for (var i = 0; i < 3; i++)
        {
            await sync.SetAsync(id, "numberofemployees = numberofemployees + 1");
            await sync.PolledAsync("Account");
        }

        await sync.ConvergedAsync();
        sync.Org.Account(id, "NumberOfEmployees").ShouldBe("3");
    }

    [Fact]
    [Trait("Rule", "4")]
    public async Task Lost_update_a_no_op_on_a_field_that_did_not_flip_is_right()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, _) = await sync.LoadedAccountAsync();
        await sync.SetAsync(id, "phone = 'b1'");
        using (var hold = sync.Server.Faults.HoldNext(Updates, HoldPoint.AfterEffect))
        {
            await sync.SetAsync(id, "phone = 'b2'");
            await sync.PolledAsync("Account");
            await sync.MailIsDecidedAsync();
            var read = await sync.AccountAsync(id, "phone");
            await sync.SetAsync(id, $"name = 'a', phone = '{read}'");
        }

        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name || phone")).ShouldBe("ab2");
    }
}
