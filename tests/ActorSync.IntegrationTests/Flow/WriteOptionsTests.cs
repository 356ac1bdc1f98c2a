using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What a mapping asks Salesforce for, from its configuration to the org and back into its table.</summary>
public sealed class WriteOptionsTests
{
    // Accounts ask for everything, contacts for nothing, in one run.
    [Fact]
    public async Task Duplicates_are_saved_and_texts_cut_where_the_mapping_asks_for_it_and_elsewhere_refused()
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings
        {
            Org = new OrgServerOptions { OrgOptions = new OrgOptions { DuplicateRules = [new DuplicateRule("Account", "Name"), new DuplicateRule("Contact", "LastName")] } },
            Configuration = """
                actorsync.mappings = [
                  { object = Account, duplicate-rules = allow-save, field-truncation = allow
                    fields = [Name, Phone, Website, Industry, AnnualRevenue, NumberOfEmployees, Description, Parent.ActorSync_Id__c] }
                  { object = Contact, fields = [FirstName, LastName, Email, Title, Birthdate, Account.ActorSync_Id__c] }
                ]
                """,
        });
        sync.Log.ShouldContain(
            "inserts and updates of Account stay with SOAP, however many there are: Bulk API 2.0 has no counterpart of duplicate-rules = allow-save, field-truncation = allow");
        sync.Log.ShouldNotContain("inserts and updates of Contact");

        await sync.ExecuteAsync("""
            insert into salesforce.account(name, description) values ('Twin', repeat('x', 32010)), ('Twin', null);
            insert into salesforce.contact(lastname) values ('Twin'), ('Twin')
            """);

        await Eventually.HoldsAsync("both accounts to be there and one contact to be parked", async () => await sync.QueryAsync<bool>("""
            select (select count(*) = 2 and max(length(description)) = 32000 from salesforce.account where name = 'Twin' and sfid is not null)
              and (select count(*) filter (where sfid is not null) = 1 and count(*) filter (where _hc_lastop = 'FAILED') = 1 from salesforce.contact where lastname = 'Twin')
            """));
        sync.Org.Model.Query("SELECT Id FROM Account WHERE Name = 'Twin'").Rows.Count.ShouldBe(2);
        sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'Twin'").Rows.ShouldHaveSingleItem();
        (await sync.ListAsync("select _hc_err from salesforce.contact where _hc_lastop = 'FAILED'")).ShouldHaveSingleItem().ShouldContain("DUPLICATES_DETECTED");
        sync.Org.ShouldHoldNothingTwice();
    }
}
