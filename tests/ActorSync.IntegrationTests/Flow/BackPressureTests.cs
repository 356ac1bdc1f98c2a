using ActorSync.Audit;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>More changes than Salesforce takes stay in the change log, and all of them arrive.</summary>
public sealed class BackPressureTests
{
    private const int OffersMax = 200;
    private const int TurnMessagesMax = 100;
    private const int Workers = 2;
    private const int Changes = 4 * OffersMax;
    private const int SoapRowsMax = 20;
    private const int SubmissionsMax = 2;

    [Theory]
    [InlineData("record")]
    [InlineData("log")]
    public async Task Changes_made_while_Salesforce_is_away_wait_in_the_change_log_and_arrive_when_it_is_back(string order)
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings
        {
            Configuration = $$"""
                actorsync.coordinator { order = {{order}}, offers-max = {{OffersMax}}, ready-writes-max = 100, soap-rows-max = {{SoapRowsMax}}, submissions-max = {{SubmissionsMax}} }
                actorsync.runtime.turn { messages-max = {{TurnMessagesMax}}, workers = {{Workers}} }

                """,
        });
        var outage = sync.Server.Faults.Add(new OrgFault.Refuse(Reset: false));
        await sync.ExecuteAsync($"insert into salesforce.account(name) select 'Waiting ' || i from generate_series(1, {Changes}) i");
        await Eventually.HoldsAsync("capture to wait", () => Task.FromResult(sync.Log.Contains("further changes stay in the change log", StringComparison.Ordinal)));
        for (var look = 0; look < 200; look++)
        {
            // A turn takes whole what it has begun to take; what is outside comes back as offers.
            (await sync.QueryAsync<long>("select count(*) from actorsync.offer")).ShouldBeLessThanOrEqualTo(OffersMax + (Workers * TurnMessagesMax) + (SubmissionsMax * SoapRowsMax));
        }

        (await sync.QueryAsync<long>($"select count(*) from ({ChangeLogLag.UndecidedSql}) u")).ShouldBeGreaterThan(OffersMax);
        sync.Server.Faults.Remove(outage).ShouldBeTrue();
        await sync.ConvergedAsync();
        sync.Org.Model.Query("SELECT Id FROM Account WHERE Name LIKE 'Waiting %'").Rows.Count.ShouldBe(Changes);
        sync.Org.ShouldHoldNothingTwice();
        sync.Log.Split('\n').Count(line => line.Contains("taken from the change log again", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(1);
    }
}
