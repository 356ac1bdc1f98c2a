using ActorSync.Provisioning;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>Tables that provisioning did not make, or that somebody moved.</summary>
public sealed class ExistingTableTests
{
    [Fact]
    public async Task Empty_table_of_the_application_is_adopted_by_adding_what_is_missing()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await database.ExecuteAsync("create schema salesforce; create table salesforce.account(key bigint generated always as identity primary key, name text, note text not null default '')");
        await database.ApplyAsync(MappedDatabase.Account("Name", "Phone"));

        await database.ExecuteAsync("insert into salesforce.account(name) values ('Ada')");
        (await database.ChangesAsync()).ShouldHaveSingleItem().New.ShouldBe("""{"name": "Ada", "phone": null}""");
        (await database.QueryAsync<int>("select id from salesforce.account")).ShouldBe(1);
    }

    [Fact]
    public async Task Table_with_rows_is_refused()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await database.ExecuteAsync("create schema salesforce; create table salesforce.account(name varchar(255)); insert into salesforce.account values ('Ada')");
        (await RefusalAsync(() => database.ApplyAsync(MappedDatabase.Account("Name")))).ShouldBe(
            "mapping Account: table salesforce.account exists, has rows and was not made by actorsync, so nothing says which Salesforce records its rows are: " +
            "rename it (alter table \"salesforce\".\"account\" rename to \"account_before\"), or let actorsync create its tables in another schema (postgres.schema)");
    }

    [Fact]
    public async Task Empty_table_that_cannot_be_filled_is_refused_column_by_column()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await database.ExecuteAsync("create schema salesforce; create table salesforce.account(name varchar(255) not null, phone int, owner text not null, systemmodstamp timestamp)");
        var refusal = await Should.ThrowAsync<ProvisioningException>(() => database.ApplyAsync(MappedDatabase.Account("Name", "Phone")));
        refusal.Errors.Select(error => error.Split(": ")[1]).ShouldBe([
            "column salesforce.account.phone is integer and must be character varying(40)",
            "column salesforce.account.systemmodstamp is timestamp without time zone and must be timestamp with time zone",
            "column salesforce.account.owner is not null and has no default, so records from Salesforce could not be inserted",
            "column salesforce.account.name is not null, a mapped column must take null",
        ], ignoreOrder: true);
    }

    [Fact]
    public async Task View_is_refused()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await database.ExecuteAsync("create schema salesforce; create view salesforce.account as select 1 as name");
        (await RefusalAsync(() => database.ApplyAsync(MappedDatabase.Account("Name")))).ShouldStartWith("mapping Account: salesforce.account exists and is not a plain table: ");
    }

    [Fact]
    public async Task Renamed_table_is_followed_by_the_configuration_only()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        var renamed = MappedDatabase.Account("Name") with { Table = "accounts" };
        (await RefusalAsync(() => database.ApplyAsync(renamed))).ShouldEndWith("or move the table: alter table \"salesforce\".\"account\" rename to \"accounts\"");

        await database.ExecuteAsync("alter table salesforce.account rename to accounts");
        var mapping = (await database.ApplyAsync(renamed)).ShouldHaveSingleItem();
        (mapping.Number, mapping.Table).ShouldBe(((short)1, "accounts"));
        (await database.QueryAsync<long>("select count(*) from pg_indexes where schemaname = 'salesforce'")).ShouldBe(4);
    }

    [Fact]
    public async Task Table_of_another_mapping_is_refused()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        (await RefusalAsync(() => database.ApplyAsync(MappedDatabase.Mapping("Contact", "Email") with { Table = "account" })))
            .ShouldBe("mapping Contact: table salesforce.account holds Account (mapping 1): give one of them another table");
    }

    [Fact]
    public async Task Other_external_id_field_is_refused()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        database.Org.Put("Account", SampleOrg.Text("Name", 255), SampleOrg.Text("Key__c", 36) with { ExternalId = true, Unique = true });
        (await RefusalAsync(() => database.ApplyAsync(MappedDatabase.Account("Name") with { ExternalId = "Key__c" })))
            .ShouldEndWith("write external-id = ActorSync_Id__c");
    }

    [Fact]
    public async Task Dropped_table_is_made_again_only_while_no_record_was_synced()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        await database.ExecuteAsync("drop table salesforce.account");
        await database.ApplyAsync(MappedDatabase.Account("Name"));

        await database.ExecuteAsync("insert into actorsync.actor values (1, gen_random_uuid(), 0, 1, false, false, '{}'); drop table salesforce.account");
        (await RefusalAsync(() => database.ApplyAsync(MappedDatabase.Account("Name"))))
            .ShouldEndWith("restore the table from a backup, or give the records up with: delete from actorsync.mapping where mapping = 1");
    }

    [Fact]
    public async Task Long_table_names_get_indexes_of_their_own()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        var stem = new string('t', 61);
        await database.ApplyAsync(MappedDatabase.Account("Name") with { Table = stem + "_1" }, MappedDatabase.Mapping("Contact", "Email") with { Table = stem + "_2" });
        (await database.QueryAsync<long>("select count(*) from pg_indexes where schemaname = 'salesforce'")).ShouldBe(8);
    }

    private static async Task<string> RefusalAsync(Func<Task> apply) =>
        (await Should.ThrowAsync<ProvisioningException>(apply)).Errors.ShouldHaveSingleItem();
}
