using ActorSync.IntegrationTests.Flow;
using ActorSync.Runtime.Postgres;
using ActorSync.TestKit.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Rights;

/// <summary>A node and an application with the rights of docs/roles.sql and no others.</summary>
public sealed class LeastPrivilegeTests
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    [Fact]
    public async Task Node_and_application_have_all_they_need_from_the_roles_file_and_nothing_else()
    {
        await using var guarded = await GuardedDatabase.CreateAsync("create schema shop; create table shop.orders(id int)");
        await using var sync = await RunningSync.PrepareAsync(new FlowSettings(), guarded.Database, guarded.NodeLogin);
        await sync.StartNode().SaysAsync("mapped: ");
        await sync.ConvergedAsync();

        var id = (Guid)(await guarded.AsApplicationAsync("insert into salesforce.account(name, phone) values ('Ada', '1') returning actorsync_id__c"))!;
        var (changed, sfid) = await sync.LoadedAccountAsync();
        await guarded.AsApplicationAsync($"update salesforce.account set phone = '+44 1' where actorsync_id__c = '{changed}'");
        var (gone, _) = await sync.LoadedAccountAsync(1);
        await guarded.AsApplicationAsync($"delete from salesforce.account where actorsync_id__c = '{gone}'");
        var (there, thereSfid) = await sync.LoadedAccountAsync(2);
        sync.Org.Update("Account", thereSfid, ("Phone", "+33 1"));
        await sync.ConvergedAsync();
        sync.Org.Accounts(id).Count.ShouldBe(1);
        (await guarded.AsApplicationAsync($"select phone from salesforce.account where actorsync_id__c = '{there}'")).ShouldBe("+33 1");

        // A second start finds everything as it should be; what happened meanwhile is taken up.
        await sync.StopNodeAsync();
        await guarded.RunRolesFileAsync();
        await guarded.AsApplicationAsync($"update salesforce.account set name = 'Eve' where actorsync_id__c = '{id}'");
        sync.Org.Delete(sfid);
        await sync.StartNode().SaysAsync("engine schema is up to date");
        await sync.ConvergedAsync();
        sync.Org.Accounts(id).ShouldHaveSingleItem();
        (await sync.AccountAsync(changed, "name")).ShouldBeNull();

        await ShouldOwnNothingElseAsync(guarded);
        await ShouldBeRefusedAsync(guarded);
    }

    [Theory]
    [InlineData("drop schema actorsync", "create schema actorsync authorization {0}")]
    [InlineData("drop extension hstore", "create extension hstore;")]
    public async Task What_is_missing_and_cannot_be_created_is_named_with_the_statement_to_run(string broken, string remedy)
    {
        await using var guarded = await GuardedDatabase.CreateAsync();
        await guarded.Database.ExecuteAsync(broken);
        await using var sync = await RunningSync.PrepareAsync(new FlowSettings(), guarded.Database, guarded.NodeLogin);
        var node = sync.StartProcess();

        (await node.ExitAsync()).ShouldBe(4);
        node.Output.ShouldHaveSingleItem().ShouldContain($"in database {guarded.Database.Name}: {string.Format(null, remedy, guarded.Node)}");
    }

    // Snapshots of transaction ids are kept; on a server that has not reached them its own changes would seem decided.
    [Fact]
    public async Task Engine_tables_of_a_server_that_was_further_are_refused()
    {
        await using var sync = await RunningSync.PrepareAsync();
        await sync.ExecuteAsync("update actorsync.lease set snap = '999999999999:999999999999:' where address = 1");

        (await Should.ThrowAsync<InvalidOperationException>(() => new SchemaMigrator(sync.Application).MigrateAsync(RunningSync.ShardCount, CancellationToken.None)))
            .Message.ShouldContain("Restore a physical backup");
    }

    private static async Task ShouldOwnNothingElseAsync(GuardedDatabase guarded)
    {
        // The schema of what depends on its owner, by the catalog's own list of owners; "database" and the like for what is in none.
        (await ListAsync(guarded.Database, $"""
            select distinct coalesce(nullif((pg_identify_object(d.classid, d.objid, d.objsubid)).schema, 'pg_toast'), (pg_identify_object(d.classid, d.objid, d.objsubid)).identity)
            from pg_shdepend d where d.deptype = 'o' and d.refobjid = '{guarded.Node}'::regrole and (pg_identify_object(d.classid, d.objid, d.objsubid)).type not in ('toast table', 'toast table column', 'default acl')
            """)).ShouldBe(["actorsync", "salesforce"], ignoreOrder: true);
        (await ListAsync(guarded.Database, $"select c.relname::text from pg_class c where c.relnamespace = 'salesforce'::regnamespace and c.relkind = 'r' and c.relowner = '{guarded.Node}'::regrole"))
            .ShouldBe(["account", "contact"], ignoreOrder: true);
        (await guarded.Database.QueryAsync<bool>($"""
            select bool_or(rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls or exists (select from pg_auth_members m where m.member = r.oid))
            from pg_roles r where rolname in ('{guarded.Node}', '{guarded.Application}')
            """)).ShouldBeFalse();
    }

    private static async Task ShouldBeRefusedAsync(GuardedDatabase guarded)
    {
        foreach (var sql in new[] { "select * from shop.orders", "create schema other", "create database other", "create role other", "create table shop.other(a int)", "drop schema salesforce" })
        {
            (await GuardedDatabase.RefusalAsync(guarded.NodeLogin, sql)).ShouldBe(Denied, sql);
        }

        foreach (var sql in new[] { "select * from actorsync.journal", "select actorsync.shard_of(gen_random_uuid())", "truncate salesforce.account", "alter table salesforce.account add column a int", "create table salesforce.other(a int)" })
        {
            (await GuardedDatabase.RefusalAsync(guarded.ApplicationLogin, sql)).ShouldBe(Denied, sql);
        }
    }

    private static async Task<List<string>> ListAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync())
        {
            list.Add(reader.GetString(0));
        }

        return list;
    }
}
