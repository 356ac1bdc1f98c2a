using ActorSync.Audit;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A bulk change of one object delays nobody else.</summary>
public sealed class BacklogTests
{
    private const int Backlog = 20_000;

    [Fact]
    public async Task Fresh_change_of_another_object_arrives_while_thousands_of_one_that_Salesforce_does_not_take_wait()
    {
        await using var sync = await RunningSync.StartAsync(Narrow);
        sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.FromSeconds(1))), new CallMatch("upsert", "Account"));
        await sync.ExecuteAsync($"insert into salesforce.account(name) select 'Backlog ' || i from generate_series(1, {Backlog}) i");
        await Eventually.HoldsAsync("accounts to wait", () => Task.FromResult(sync.Log.Contains("Account: more than 150 writes wait for Salesforce", StringComparison.Ordinal)));
        for (var i = 0; i < 3; i++)
        {
            await sync.ExecuteAsync($"insert into salesforce.contact(lastname) values ('Fresh {i}')");
            await Eventually.HoldsAsync("the contact to arrive", () => Task.FromResult(sync.Org.Model.Query($"SELECT Id FROM Contact WHERE LastName = 'Fresh {i}'").Rows.Count == 1));
        }

        (await sync.QueryAsync<long>($"select count(*) from ({ChangeLogLag.UndecidedSql}) u where mapping = (select mapping from actorsync.mapping where object = 'Account')"))
            .ShouldBeGreaterThan(Backlog * 3 / 4);
        (await sync.QueryAsync<long>($"select count(*) from ({ChangeLogLag.UndecidedSql}) u where mapping = (select mapping from actorsync.mapping where object = 'Contact')"))
            .ShouldBeLessThan(10);
    }

    // The birth of the account stands in the change log behind thousands: sent before it, the contact would be refused.
    [Fact]
    public async Task Child_of_a_record_that_stands_in_the_backlog_waits_for_its_birth()
    {
        await using var sync = await RunningSync.StartAsync(Narrow);
        sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.FromMilliseconds(100))), new CallMatch("upsert", "Account"));
        await sync.ExecuteAsync("insert into salesforce.account(name) select 'Backlog ' || i from generate_series(1, 1500) i");
        await sync.ExecuteAsync("insert into salesforce.contact(lastname, account__actorsync_id__c) select 'Child', actorsync_id__c from salesforce.account where name = 'Backlog 1500'");
        await sync.ExecuteAsync("insert into salesforce.contact(lastname) values ('Fresh')");
        await Eventually.HoldsAsync("the contact without an account to arrive", () => Task.FromResult(sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'Fresh'").Rows.Count == 1));
        sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'Child'").Rows.ShouldBeEmpty();
        await sync.ConvergedAsync();
        sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'Child' AND Account.Name = 'Backlog 1500'").Rows.Count.ShouldBe(1);
        (await sync.QueryAsync<long>("select count(*) from actorsync.journal where type = 'write-rejected'")).ShouldBe(0);
        sync.Org.ShouldHoldNothingTwice();
    }

    private static FlowSettings Narrow => new()
    {
        Configuration = """
            actorsync.coordinator { offers-max = 1000, ready-writes-max = 200, soap-rows-max = 20, submissions-max = 3, bulk.jobs-max = 0 }
            actorsync.runtime.turn.messages-max = 200

            """,
    };
}
