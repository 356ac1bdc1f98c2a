using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A record born in Salesforce is given our UUID; until that is known to have happened its children cannot name it.</summary>
public sealed class AdoptionTests
{
    [Fact]
    public async Task A_child_of_a_record_whose_adoption_is_in_doubt_waits_for_it()
    {
        await using var sync = await RunningSync.StartAsync();
        using var hold = sync.Server.Faults.HoldNext(new CallMatch("update", "Account"), HoldPoint.BeforeEffect);
        var sfid = sync.Org.Create("Account", ("Name", "Parent"));
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        hold.Drop();
        var parent = await sync.QueryAsync<Guid>($"select actorsync_id__c from salesforce.account where sfid = '{sfid}'");

        await sync.ExecuteAsync($"insert into salesforce.contact(lastname, account__actorsync_id__c) values ('Child', '{parent}')");
        await sync.ConvergedAsync();

        (await sync.ListAsync("select state::text from actorsync.actor where parked")).ShouldBeEmpty();
    }
}
