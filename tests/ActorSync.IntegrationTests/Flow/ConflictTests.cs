using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Both sides change one field while nothing of it has been sent: an earlier write of the record is still on its way.</summary>
public sealed class ConflictTests
{
    // Past the clock tolerance of one second, and Salesforce cuts its stamps to seconds.
    private static readonly TimeSpan ClearlyLater = TimeSpan.FromSeconds(2.2);

    [Theory]
    [InlineData("latest-wins", Side.Postgres, "Ours")]
    [InlineData("latest-wins", Side.Salesforce, "Theirs")]
    [InlineData("salesforce-wins", Side.Postgres, "Theirs")]
    [InlineData("postgres-wins", Side.Salesforce, "Ours")]
    [Trait("Rule", "5")]
    public async Task A_field_changed_on_both_sides_goes_by_the_policy(string policy, Side later, string winner)
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings { Policy = policy });
        var (id, sfid) = await sync.LoadedAccountAsync();
        using (var write = sync.Server.Faults.HoldNext(new CallMatch("update", "Account"), HoldPoint.OnTheWay))
        {
            await sync.SetAsync(id, "phone = 'first'");
            await write.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
            if (later == Side.Salesforce)
            {
                await sync.SetAsync(id, "name = 'Ours'");
                await PassAsync(ClearlyLater);
                sync.Org.Update("Account", sfid, ("Name", "Theirs"));
            }
            else
            {
                using var read = sync.Server.Faults.HoldNext(new CallMatch("queryAll", "Account"), HoldPoint.OnTheWay);
                await read.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
                sync.Org.Update("Account", sfid, ("Name", "Theirs"));
                await PassAsync(ClearlyLater);
                await sync.SetAsync(id, "name = 'Ours'");
            }

            await Eventually.HoldsAsync("the conflict to be decided", async () =>
                await sync.QueryAsync<long>($"select count(*) from actorsync.journal where external_id = '{id}' and type = 'conflict-resolved'") > 0);
        }

        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name || ' ' || phone")).ShouldBe($"{winner} first");
    }

    [Fact]
    public async Task Different_fields_changed_on_both_sides_are_no_conflict()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.SetAsync(id, "name = 'Ours'");
        sync.Org.Update("Account", sfid, ("Phone", "theirs"));

        sync.StartNode();
        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name || ' ' || phone")).ShouldBe("Ours theirs");
        (await sync.QueryAsync<long>("select count(*) from actorsync.journal where type = 'conflict-resolved'")).ShouldBe(0);
    }

    public enum Side
    {
        Postgres,
        Salesforce,
    }

    private static Task PassAsync(TimeSpan time)
    {
        var began = TimeProvider.System.GetTimestamp();
        return Eventually.HoldsAsync("time to pass", () => Task.FromResult(TimeProvider.System.GetElapsedTime(began) > time));
    }
}
