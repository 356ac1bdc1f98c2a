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
        await using var sync = await RunningSync.StartAsync(new FlowSettings
        {
            Configuration = """
                actorsync.coordinator { offers-max = 1000, ready-writes-max = 200, soap-rows-max = 20, submissions-max = 3, bulk.jobs-max = 0 }
                actorsync.runtime.turn.messages-max = 200
                
                """,
        });
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
}
