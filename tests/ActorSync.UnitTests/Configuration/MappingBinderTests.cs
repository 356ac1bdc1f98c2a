using ActorSync.Configuration;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.ConfigFixture;

namespace ActorSync.UnitTests.Configuration;

/// <summary>actorsync.mappings: what is filled in, and every way to get one wrong.</summary>
public sealed class MappingBinderTests
{
    [Fact]
    public void Mapping_takes_over_what_it_does_not_say()
    {
        var config = Valid($$"""
            {{Minimal}}
            actorsync {
              conflict { policy = postgres-wins, tie-break = postgres-wins }
              mapping-defaults { access = read_only, external-id = Ext__c }
              mappings = [
                { object = Invoice__c, fields = [ Total__c, { name = Owner__r.Ext__c } ] }
                { object = Lead, table = leads, access = read_write, external-id = Own__c, policy = latest-wins, tie-break = salesforce-wins, mode = merged, feed = polling, truncate = delete
                  fields = [ { name = Rating, policy = salesforce-wins, intent = true }, Email, { name = Phone, intent = false } ] }
              ]
            }
            """);

        var invoice = config.Mappings[0];
        (invoice.Object, invoice.Table, invoice.Access, invoice.ExternalId, invoice.ExternalIdColumn).ShouldBe(("Invoice__c", "invoice__c", MappingAccess.ReadOnly, "Ext__c", "ext__c"));
        (invoice.Policy, invoice.TieBreak).ShouldBe((ConflictPolicyConfig.PostgresWins, TieBreakConfig.PostgresWins));
        invoice.Fields.Select(f => (f.Column, f.Policy)).ShouldBe([("total__c", ConflictPolicyConfig.PostgresWins), ("owner__r__ext__c", ConflictPolicyConfig.PostgresWins)]);
        invoice.Fields[0].Parent.ShouldBeNull();
        invoice.Fields[1].Parent.ShouldBe(new ParentFieldConfig("Owner__r", "Ext__c"));

        var lead = config.Mappings[1];
        (lead.Table, lead.Access, lead.ExternalId, lead.TieBreak).ShouldBe(("leads", MappingAccess.ReadWrite, "Own__c", TieBreakConfig.SalesforceWins));
        lead.Fields.Select(f => f.Policy).ShouldBe([ConflictPolicyConfig.SalesforceWins, ConflictPolicyConfig.LatestWins, ConflictPolicyConfig.LatestWins]);
        (invoice.Truncate, lead.Truncate).ShouldBe((TruncateConfig.Refuse, TruncateConfig.Delete));
        lead.Fields.Select(f => f.Intent).ShouldBe([true, false, false]);
    }

    [Fact]
    public void Mappings_can_be_added_to_included_ones() =>
        Valid($"{Minimal}\nactorsync.mappings += {{ object = Lead, fields = [Email] }}").Mappings.Select(m => m.Object).ShouldBe(["Account", "Lead"]);

    [Fact]
    public void Mode_delete_and_manual_are_taken_from_the_mapping_and_else_from_the_defaults()
    {
        var mappings = Valid($$"""
            {{Minimal}}
            actorsync.mapping-defaults { mode = ordered, delete = soft-delete }
            actorsync.mappings = [ { object = Account, fields = [Name] }, { object = Lead, mode = merged, delete = delete-loses, policy = manual, fields = [Email] } ]
            """).Mappings;
        (mappings[0].Mode, mappings[0].Delete, mappings[0].Policy).ShouldBe((WriteModeConfig.Ordered, DeletePolicyConfig.SoftDelete, ConflictPolicyConfig.LatestWins));
        (mappings[1].Mode, mappings[1].Delete, mappings[1].Fields[0].Policy).ShouldBe((WriteModeConfig.Merged, DeletePolicyConfig.DeleteLoses, ConflictPolicyConfig.Manual));
    }

    [Theory]
    [InlineData("Account", "mappings[0]: is a text, not a block; write { object = Account, fields = [Name, Phone] }")]
    [InlineData("{ fields = [Name] }", "mappings[0].object: is missing, it has no default; write object = Account, the API name of the object in the block actorsync.mappings[0]")]
    [InlineData("{ object = Account }", "mappings[0].fields: is missing, it has no default; write fields = [Name, Phone] in the block actorsync.mappings[0]")]
    [InlineData("{ object = Account, fields = [] }", "mappings[0].fields: is empty; write fields = [Name, Phone]")]
    [InlineData("{ object = Account, fields = Name }", "mappings[0].fields: is a text, not a list; write fields = [Name, Phone]")]
    [InlineData("{ object = \"My Object\", fields = [Name], table = x }", "mappings[0].object: \"My Object\" holds more than letters, digits and _; write object = Account, the API name of the object")]
    [InlineData("{ object = Account, field = [Name], fields = [Name] }", "mappings[0].field: there is no such key; write fields")]
    [InlineData("{ object = Account, access = read-write, fields = [Name] }", "mappings[0].access: \"read-write\" is none of the choices; write read_write; the choices are read_write or read_only")]
    [InlineData("{ object = Account, fields = [{ name = Total__c, policy = counter }] }", "mappings[0].fields[0].policy: counter needs change events: only they show what a write of ours overwrote; write feed = cdc in the mapping, or latest-wins, salesforce-wins, postgres-wins or manual")]
    [InlineData("{ object = Account, feed = cdc, policy = counter, fields = [Total__c] }", "mappings[0].policy: counter is a policy of single number fields, { name = Total__c, policy = counter } in a mapping with feed = cdc; write latest-wins, salesforce-wins, postgres-wins or manual")]
    [InlineData("{ object = Account, mode = orderd, fields = [Name] }", "mappings[0].mode: \"orderd\" is none of the choices; write ordered; the choices are merged or ordered")]
    [InlineData("{ object = Account, delete = delete-lose, fields = [Name] }", "mappings[0].delete: \"delete-lose\" is none of the choices; write delete-loses; the choices are delete-wins, delete-loses or soft-delete")]
    [InlineData("{ object = Account, feed = cdcs, fields = [Name] }", "mappings[0].feed: \"cdcs\" is none of the choices; write cdc; the choices are polling or cdc")]
    [InlineData("{ object = Account, truncate = drop, fields = [Name] }", "mappings[0].truncate: \"drop\" is none of the choices; write refuse or delete")]
    [InlineData("{ object = Account, access = read_only, truncate = delete, fields = [Name] }", "mappings[0].truncate: the mapping is read_only, its rows are deleted in Salesforce only; write truncate = refuse in the mapping")]
    [InlineData("{ object = Account, table = Account, fields = [Name] }", "mappings[0].table: \"Account\" does not begin with a lower-case letter; write table = a name of lower-case letters, digits and _, at most 63 bytes")]
    [InlineData("{ object = Account, external-id = Id, fields = [Name] }", "mappings[0].external-id: \"Id\" is no external id field; write the API name of an external id field")]
    [InlineData("{ object = Account, fields = [Name, id] }", "mappings[0].fields[1]: id is always mapped, as the column sfid; remove it from fields")]
    [InlineData("{ object = Account, fields = [Name, ActorSync_ID__c] }", "mappings[0].fields[1]: ActorSync_ID__c is always mapped, as the column actorsync_id__c; remove it from fields")]
    [InlineData("{ object = Account, fields = [Name, Phone, Name] }", "mappings[0].fields[2]: Name is named twice, first at conf/my.conf:10; remove one of them")]
    [InlineData("{ object = Account, fields = [P.X__c, P__X__c] }", "mappings[0].fields[1]: P__X__c and P.X__c would both be the column p__x__c, first at conf/my.conf:10; remove one of them")]
    [InlineData("{ object = Account, fields = [A.B.C__c] }", "mappings[0].fields[0]: \"A.B.C__c\" goes further than the direct parent; write a field such as Phone, { name = Phone, policy = salesforce-wins }, or a parent's external id such as Account.ActorSync_Id__c")]
    [InlineData("{ object = Account, fields = [[Name]] }", "mappings[0].fields[0]: is a list, not a field; write a field such as Phone, { name = Phone, policy = salesforce-wins }, or a parent's external id such as Account.ActorSync_Id__c")]
    [InlineData("{ object = Account, fields = [{ name = Name, intent = yes }] }", "mappings[0].fields[0].intent: \"yes\" is neither true nor false; write true or false")]
    [InlineData("{ object = Account, access = read_only, fields = [{ name = Name, intent = true }] }", "mappings[0].fields[0].intent: the mapping is read_only, nothing is said to Salesforce; remove it, or write access = read_write in the mapping")]
    [InlineData("{ object = Account, fields = [{ name = Name, polic = x }] }", "mappings[0].fields[0].polic: there is no such key; write policy")]
    [InlineData("{ object = Account, fields = [{ policy = latest-wins }] }", "mappings[0].fields[0].name: is missing, it has no default; write name = Phone, the API name of the field in the block actorsync.mappings[0].fields[0]")]
    [InlineData("{ object = Account, fields = [Name] }, { object = account, fields = [Name] }", "mappings[1].object: the object account is mapped already at conf/my.conf:10; join the two mappings")]
    [InlineData("{ object = Account, fields = [Name] }, { object = Lead, table = account, fields = [Name] }", "mappings[1].table: the table account is mapped already at conf/my.conf:10; write another table")]
    public void Wrong_mapping_is_one_error(string mappings, string expected) =>
        ErrorsOfMinimalAnd($"actorsync.mappings = [ {mappings} ]").ShouldBe([$"conf/my.conf:10: actorsync.{expected}"]);

    [Fact]
    public void Names_that_PostgreSQL_would_cut_are_refused()
    {
        var name = new string('A', 60) + "__c";
        var longer = "A" + name;
        Valid($"{Minimal}\nactorsync.mappings = [ {{ object = {name}, fields = [{name}] }} ]");
        var errors = ErrorsOfMinimalAnd($"actorsync.mappings = [ {{ object = {longer}, fields = [{longer}, Parent__r.{name}] }} ]");
        errors.Length.ShouldBe(3);
        errors.ShouldAllBe(e => e.Contains("PostgreSQL cuts names at 63", StringComparison.Ordinal));
    }
}
