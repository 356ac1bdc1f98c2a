using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>The application sets a field to what it was, while Salesforce has changed it and nobody here has seen that: the last story of lost updates.</summary>
public sealed class IntentTests
{
    // Past the clock tolerance of one second, and Salesforce cuts its stamps to seconds.
    private static readonly TimeSpan ClearlyLater = TimeSpan.FromSeconds(2.2);

    private static FlowSettings Website(bool intent) => new()
    {
        Configuration = $$"""
            actorsync.mappings = [
              { object = Account, fields = [Name, Phone, { name = Website, intent = {{(intent ? "true" : "false")}} }, Industry, AnnualRevenue, NumberOfEmployees, Description, Parent.ActorSync_Id__c] }
              { object = Contact, fields = [FirstName, LastName, Email, Title, Birthdate, Account.ActorSync_Id__c] }
            ]
            """,
    };

    [Theory]
    [InlineData(true, "latest-wins", "ours")]
    [InlineData(true, "salesforce-wins", "theirs")]
    [InlineData(false, "latest-wins", "theirs")]
    public async Task Value_set_to_what_it_was_meets_an_unseen_change_by_the_policy_where_it_is_intent(bool intent, string policy, string winner)
    {
        await using var sync = await RunningSync.StartAsync(Website(intent) with { Policy = policy });
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.SetAsync(id, "website = 'ours'");
        await sync.ConvergedAsync();
        using (var write = sync.Server.Faults.HoldNext(new CallMatch("update", "Account"), HoldPoint.OnTheWay))
        {
            await sync.SetAsync(id, "phone = 'first'");
            await write.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
            using (var read = sync.Server.Faults.HoldNext(new CallMatch("queryAll", "Account"), HoldPoint.OnTheWay))
            {
                await read.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
                sync.Org.Update("Account", sfid, ("Website", "theirs"));
                await PassAsync(ClearlyLater);
                await sync.SetAsync(id, "website = 'ours'");
            }

            await Eventually.HoldsAsync("Salesforce's change to be seen", async () =>
                await sync.QueryAsync<long>(
                    $"select count(*) from actorsync.journal where external_id = '{id}' and (type = 'conflict-resolved' or type = 'remote-taken' and body->'new'->>'Website' = 'theirs')") > 0);
        }

        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "website || ' ' || phone")).ShouldBe($"{winner} first");
        (await sync.QueryAsync<long>($"select count(*) from actorsync.journal where external_id = '{id}' and type = 'conflict-resolved'")).ShouldBe(intent ? 1 : 0);
    }

    [Fact]
    public async Task Value_set_to_what_it_was_is_said_once_and_the_sync_comes_to_rest()
    {
        await using var sync = await RunningSync.StartAsync(Website(intent: true));
        var (id, _) = await sync.LoadedAccountAsync();
        await sync.SetAsync(id, "website = 'ours'");
        await sync.ConvergedAsync();
        var before = sync.Org.WrittenBySync(id).Count;

        await sync.SetAsync(id, "website = 'ours'");
        await sync.SetAsync(id, "phone = phone");
        await Eventually.HoldsAsync("it to be said", () => Task.FromResult(sync.Org.WrittenBySync(id).Count > before));
        await sync.PolledAsync("Account");
        await sync.ConvergedAsync();
        sync.Org.WrittenBySync(id).Count.ShouldBe(before + 1);
    }

    private static Task PassAsync(TimeSpan time)
    {
        var began = TimeProvider.System.GetTimestamp();
        return Eventually.HoldsAsync("time to pass", () => Task.FromResult(TimeProvider.System.GetElapsedTime(began) > time));
    }
}
