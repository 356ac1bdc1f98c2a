using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Records that are refused, born, deleted and brought back, and trouble on the way to Salesforce.</summary>
public sealed class LifeCycleTests
{
    [Fact]
    [Trait("Rule", "3")]
    [Trait("Invariant", "I10")]
    public async Task A_refused_update_parks_its_record_until_it_is_corrected()
    {
        await using var sync = await RunningSync.StartAsync();
        var id = await sync.QueryAsync<Guid>("select actorsync_id__c from salesforce.contact order by sfid limit 1");
        await sync.ExecuteAsync($"update salesforce.contact set email = 'no address', title = 'Kept' where actorsync_id__c = '{id}'");
        await FailedAsync(sync, id);

        (await sync.QueryAsync<string>($"select _hc_err::jsonb->>'op' || ' ' || (_hc_err::jsonb->>'msg') from salesforce.contact where actorsync_id__c = '{id}'"))
            .ShouldNotBeNull().ShouldContain("no address");
        (await sync.QueryAsync<string>($"select email from salesforce.contact where actorsync_id__c = '{id}'")).ShouldBe("no address");
        var other = await sync.InsertAccountAsync("Flows");
        await Eventually.HoldsAsync("another record to flow", () => Task.FromResult(sync.Org.Accounts(other).Count == 1));

        await sync.ExecuteAsync($"update salesforce.contact set email = 'an@address.example' where actorsync_id__c = '{id}'");
        await sync.ConvergedAsync();
        (await sync.QueryAsync<string>($"select concat_ws(' ', email, title, _hc_err) from salesforce.contact where actorsync_id__c = '{id}'"))
            .ShouldBe("an@address.example Kept");
    }

    [Fact]
    public async Task A_refused_insert_is_born_once_when_it_is_corrected()
    {
        await using var sync = await RunningSync.StartAsync();
        var id = await sync.QueryAsync<Guid>("insert into salesforce.contact(lastname, email) values ('Hopper', 'no address') returning actorsync_id__c");
        await FailedAsync(sync, id);

        await sync.ExecuteAsync($"update salesforce.contact set email = 'an@address.example' where actorsync_id__c = '{id}'");
        await sync.ConvergedAsync();
        (await sync.QueryAsync<long>($"select count(*) from salesforce.contact where actorsync_id__c = '{id}' and _hc_lastop in ('INSERTED', 'SYNCED') and _hc_err is null")).ShouldBe(1);
        sync.Org.ShouldHoldNothingTwice();
    }

    [Fact]
    [Trait("Rule", "7")]
    public async Task A_record_deleted_in_Salesforce_goes_and_one_undeleted_comes_back()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        sync.Org.Delete(sfid);
        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name")).ShouldBeNull();

        sync.Org.Undelete(sfid);
        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "sfid || ' ' || name")).ShouldBe($"{sfid} Plain 0");
    }

    [Fact]
    public async Task A_record_deleted_in_Salesforce_and_out_of_the_bin_goes_too()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        sync.Org.Delete(sfid);
        sync.Org.EmptyBin(sfid);
        sync.StartNode();
        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name")).ShouldBeNull();
    }

    [Fact]
    public async Task A_record_born_in_Salesforce_is_adopted_under_one_UUID()
    {
        await using var sync = await RunningSync.StartAsync();
        var sfid = sync.Org.Create("Account", ("Name", "  Born there  "), ("AnnualRevenue", "12"));
        await sync.ConvergedAsync();

        var id = await sync.QueryAsync<Guid>($"select actorsync_id__c from salesforce.account where sfid = '{sfid}'");
        sync.Org.Account(id, "Name").ShouldBe("Born there");
        sync.Org.WrittenBySync(id).ShouldHaveSingleItem().After.Keys.ShouldBe(["ActorSync_Id__c"]);
    }

    [Fact]
    public async Task A_child_inserted_together_with_its_parent_finds_it()
    {
        await using var sync = await RunningSync.StartAsync();
        var parent = Guid.Parse("6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c15");
        await sync.ExecuteAsync($"""
            insert into salesforce.contact(lastname, account__actorsync_id__c) values ('Child', '{parent}');
            insert into salesforce.account(actorsync_id__c, name) values ('{parent}', 'Parent')
            """);
        await sync.ConvergedAsync();

        sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'Child' AND Account.Name = 'Parent'").Rows.Count.ShouldBe(1);
        (await sync.QueryAsync<long>("select count(*) from actorsync.actor where parked")).ShouldBe(0);
        sync.Org.ShouldHoldNothingTwice();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_outage_of_the_org_queues_everything_and_loses_nothing(bool reset)
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync(0);
        var (gone, _) = await sync.LoadedAccountAsync(1);
        sync.Server.Faults.Add(new FaultRule(new OrgFault.Refuse(reset), CallMatch.Any, Window: TimeSpan.FromSeconds(2)));

        await sync.SetAsync(id, "name = 'Ours'");
        sync.Org.Update("Account", sfid, ("Phone", "theirs"));
        await sync.ExecuteAsync($"delete from salesforce.account where actorsync_id__c = '{gone}'");
        await sync.ExecuteAsync("insert into salesforce.account(name) select 'Queued ' || i from generate_series(1, 30) i");
        await sync.ConvergedAsync();

        (await sync.AccountAsync(id, "name || ' ' || phone")).ShouldBe("Ours theirs");
        sync.Org.Accounts(gone).ShouldBeEmpty();
        sync.Org.Model.Query("SELECT Id FROM Account WHERE Name LIKE 'Queued %'").Rows.Count.ShouldBe(30);
        sync.Org.ShouldHoldNothingTwice();
    }

    [Fact]
    [Trait("Rule", "8")]
    [Trait("Invariant", "I9")]
    public async Task Lost_answers_of_every_kind_of_write_are_looked_up_and_not_repeated()
    {
        await using var sync = await RunningSync.StartAsync();
        sync.Server.Faults.Add(new OrgFault.DropAnswer(), new CallMatch("upsert"), hitsMax: 1);
        sync.Server.Faults.Add(new OrgFault.DropAnswer(AfterHalf: true), new CallMatch("update"), hitsMax: 1);
        sync.Server.Faults.Add(new OrgFault.DropAnswer(), new CallMatch("delete"), hitsMax: 1);
        var edits = await ThreeEdits.MakeAsync(sync);
        await sync.ConvergedAsync();
        edits.ShouldHaveHappenedOnce();
    }

    [Fact]
    public async Task A_late_commit_with_an_earlier_stamp_is_not_missed()
    {
        await using var sync = await RunningSync.StartAsync();
        sync.Org.Create("Account", ("Name", "In time"));
        await sync.ConvergedAsync();
        sync.Org.Model.CommitLate(TimeSpan.FromSeconds(30));
        var sfid = sync.Org.Create("Account", ("Name", "Late"));
        await sync.ConvergedAsync();
        (await sync.QueryAsync<string>($"select name from salesforce.account where sfid = '{sfid}'")).ShouldBe("Late");
    }

    [Fact]
    public async Task An_expired_session_is_renewed()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        sync.Server.ExpireSessions();
        await sync.SetAsync(id, "name = 'Ours'");
        sync.Org.Update("Account", sfid, ("Phone", "theirs"));
        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name || ' ' || phone")).ShouldBe("Ours theirs");
        sync.Org.ShouldHoldNothingTwice();
    }

    private static Task FailedAsync(RunningSync sync, Guid contact) => Eventually.HoldsAsync("the row to say FAILED", async () =>
        await sync.QueryAsync<string>($"select _hc_lastop from salesforce.contact where actorsync_id__c = '{contact}'") == "FAILED");
}
