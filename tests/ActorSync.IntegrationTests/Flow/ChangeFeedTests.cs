using System.Globalization;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Mappings with <c>feed = cdc</c>, with polls so rare that nothing here can come by one.</summary>
public sealed class ChangeFeedTests
{
    /// <summary>Change events alone.</summary>
    internal const string StreamOnly = """
        actorsync.feed { interval = 1h, overlap = 1h, overlap-interval = 1h, deleted-interval = 1h, cdc { fallback-interval = 1h, read-interval = 20ms } }
        actorsync.mappings = [
          { object = Account, feed = cdc, fields = [Name, Phone, Website, Industry, AnnualRevenue, { name = NumberOfEmployees, policy = counter }, Description, Parent.ActorSync_Id__c] }
          { object = Contact, feed = cdc, fields = [FirstName, LastName, Email, Title, Birthdate, Account.ActorSync_Id__c] }
        ]
        """;

    [Fact]
    public async Task What_people_do_in_Salesforce_comes_by_the_stream()
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings { Configuration = StreamOnly });
        var (id, sfid) = await sync.LoadedAccountAsync();

        sync.Org.Update("Account", sfid, ("Phone", "+1 555 1000"));
        await Eventually.HoldsAsync("the change", async () => await sync.AccountAsync(id, "phone") == "+1 555 1000");

        var born = sync.Org.Create("Account", ("Name", "Born there"));
        await Eventually.HoldsAsync("the new record", async () => await sync.QueryAsync<long>($"select count(*) from salesforce.account where sfid = '{born}'") == 1);

        sync.Org.Delete(born);
        await Eventually.HoldsAsync("the deletion", async () => await sync.QueryAsync<long>($"select count(*) from salesforce.account where sfid = '{born}'") == 0);
        await sync.ConvergedAsync();
    }

    [Fact]
    public async Task Counter_sums_what_both_sides_add()
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings { Configuration = StreamOnly });
        var (id, sfid) = await sync.LoadedAccountAsync();
        sync.Org.Update("Account", sfid, ("NumberOfEmployees", "0"));
        await Eventually.HoldsAsync("the start", async () => await sync.AccountAsync(id, "numberofemployees") == "0");

        for (var i = 1; i <= 30; i++)
        {
            await sync.ExecuteAsync($"update salesforce.account set numberofemployees = numberofemployees + 1 where actorsync_id__c = '{id}'");
            sync.Org.Update("Account", sfid, ("NumberOfEmployees", (int.Parse(sync.Org.Account(id, "NumberOfEmployees")!, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture)));
        }

        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "numberofemployees")).ShouldBe("60", sync.Log);
        sync.Org.Account(id, "NumberOfEmployees").ShouldBe("60");
    }
}
