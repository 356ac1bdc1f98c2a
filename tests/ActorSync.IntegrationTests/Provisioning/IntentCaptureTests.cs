using ActorSync.Configuration;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>What capture logs of fields of intent (name and phone here): the values the application's statement names, changed or not, in the one row of each revision.</summary>
public sealed class IntentCaptureTests
{
    private const string Insert = "insert into salesforce.account(name, phone, annualrevenue) values ('Ada', '1', 5)";
    private const string InEngine = "begin; set local actorsync.origin = '0198aaaa-0000-7000-8000-000000000007'; ";

    [Theory]
    [InlineData("phone = '1'", """{"phone": "1"}""", """{"phone": "1"}""")]
    [InlineData("phone = phone, name = 'Ada'", """{"name": "Ada", "phone": "1"}""", """{"name": "Ada", "phone": "1"}""")]
    [InlineData("phone = '2'", """{"phone": "1"}""", """{"phone": "2"}""")]
    [InlineData("phone = '1', name = 'Eve'", """{"name": "Ada", "phone": "1"}""", """{"name": "Eve", "phone": "1"}""")]
    [InlineData("annualrevenue = 5", "{}", "{}")]
    [InlineData("annualrevenue = 6, phone = '1'", """{"phone": "1", "annualrevenue": "5.00"}""", """{"phone": "1", "annualrevenue": "6.00"}""")]
    public async Task Statement_is_logged_once_with_the_values_it_names(string set, string old, string @new)
    {
        await using var database = await WithIntentAsync();
        await database.AsApplicationAsync($"update salesforce.account set {set}");
        var change = (await database.ChangesAsync()).ShouldHaveSingleItem();
        (change.Operation, change.Revision, change.Old, change.New).ShouldBe(('U', 2L, old, @new));
    }

    [Fact]
    public async Task Every_row_of_a_statement_has_its_own_values_and_the_next_statement_none_of_them()
    {
        await using var database = await WithIntentAsync();
        await database.AsApplicationAsync("""
            insert into salesforce.account(name, phone) values ('Bob', '2'), ('Cid', null);
            begin;
            update salesforce.account set phone = case when name = 'Bob' then 'new' else phone end;
            update salesforce.account set annualrevenue = annualrevenue;
            commit
            """);

        var changes = (await database.ChangesAsync()).Where(change => change.Operation == 'U').ToList();
        changes.Where(change => change.Revision == 2).Select(change => change.New).ShouldBe(
            ["""{"phone": "1"}""", """{"phone": "new"}""", """{"phone": null}"""], ignoreOrder: true);
        changes.Where(change => change.Revision == 3).Select(change => change.New).ShouldBe(["{}", "{}", "{}"]);
    }

    [Fact]
    public async Task Statement_rolled_back_to_a_savepoint_leaves_nothing_behind()
    {
        await using var database = await WithIntentAsync();

        // It fails between the note and the capture.
        await database.ExecuteAsync("""
            create function fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
            create trigger "!actorsync_b" after update of phone on salesforce.account for each row when (new.annualrevenue = 5) execute function fail()
            """);
        await database.AsApplicationAsync("""
            do $$ begin
              begin update salesforce.account set phone = '1'; exception when raise_exception then null; end;
              update salesforce.account set annualrevenue = 7;
            end $$
            """);
        (await database.ChangesAsync()).ShouldHaveSingleItem().New.ShouldBe("""{"annualrevenue": "7.00"}""");
    }

    [Fact]
    public async Task Upsert_that_finds_its_row_says_what_it_sets()
    {
        await using var database = await WithIntentAsync();
        await database.AsApplicationAsync(
            "insert into salesforce.account(actorsync_id__c, phone) select actorsync_id__c, '1' from salesforce.account on conflict (actorsync_id__c) do update set phone = excluded.phone");
        (await database.ChangesAsync()).ShouldHaveSingleItem().New.ShouldBe("""{"phone": "1"}""");
    }

    [Fact]
    public async Task Column_that_only_a_before_trigger_touches_is_not_what_the_statement_said()
    {
        await using var database = await WithIntentAsync();
        await database.ExecuteAsync("""
            create function same() returns trigger language plpgsql as $$ begin new.phone := old.phone; return new; end $$;
            create trigger same before update on salesforce.account for each row execute function same()
            """);
        await database.AsApplicationAsync("update salesforce.account set name = 'Eve'");
        (await database.ChangesAsync()).ShouldHaveSingleItem().New.ShouldBe("""{"name": "Eve"}""");
    }

    [Fact]
    public async Task Revisions_stay_a_chain_when_the_applications_triggers_update_the_row_again()
    {
        await using var database = await WithIntentAsync();
        await database.ExecuteAsync("""
            create function nested() returns trigger language plpgsql as $$
            begin update salesforce.account set phone = phone where id = new.id; return null; end $$;
            create trigger "#nested" after update on salesforce.account for each row when (pg_trigger_depth() < 1) execute function nested()
            """);
        await database.AsApplicationAsync("update salesforce.account set name = name; update salesforce.account set annualrevenue = 6");

        (await database.ChangesAsync()).Select(change => (change.Revision, change.New)).ShouldBe([
            (2L, """{"name": "Ada"}"""), (3L, """{"phone": "1"}"""), (4L, """{"annualrevenue": "6.00"}"""), (5L, """{"phone": "1"}""")]);
    }

    [Fact]
    public async Task Engines_write_and_what_triggers_make_of_it_are_no_intent()
    {
        await using var database = await WithIntentAsync();
        await database.ExecuteAsync("""
            create function nested() returns trigger language plpgsql as $$
            begin update salesforce.account set name = name where id = new.id; return null; end $$;
            create trigger nested after update on salesforce.account for each row when (pg_trigger_depth() < 1) execute function nested()
            """);
        await database.ExecuteAsync($"{InEngine} update salesforce.account set phone = phone, annualrevenue = 6; commit");

        (await database.ChangesAsync()).Select(change => (change.Revision, change.New)).ShouldBe([(3L, "{}")]);
    }

    [Fact]
    public async Task Engines_login_without_an_origin_means_what_it_says()
    {
        await using var database = await WithIntentAsync();
        await database.ExecuteAsync("update salesforce.account set phone = phone");
        (await database.ChangesAsync()).ShouldHaveSingleItem().New.ShouldBe("""{"phone": "1"}""");
    }

    [Fact]
    public async Task Mapping_without_intent_has_no_trigger_for_it_and_a_mapping_that_drops_it_loses_it()
    {
        const string Triggers = "select count(*) from pg_trigger where tgrelid = 'salesforce.account'::regclass and tgname like '!actorsync_asserts%'";
        await using var database = await WithIntentAsync();
        (await database.QueryAsync<long>(Triggers)).ShouldBe(2);
        var before = await database.QueryAsync<long>("select max(oid::bigint) from pg_trigger");
        await database.ApplyAsync(Intent());
        (await database.QueryAsync<long>("select max(oid::bigint) from pg_trigger")).ShouldBe(before, "what is right already is not touched");

        await database.ApplyAsync(MappedDatabase.Account());
        (await database.QueryAsync<long>(Triggers)).ShouldBe(0);
        await database.AsApplicationAsync("update salesforce.account set phone = '1'");
        (await database.ChangesAsync()).ShouldHaveSingleItem().New.ShouldBe("{}");
    }

    private static MappingConfig Intent()
    {
        var account = MappedDatabase.Account();
        return account with { Fields = [.. account.Fields.Select(field => field with { Intent = field.Name is "Name" or "Phone" })] };
    }

    private static async Task<MappedDatabase> WithIntentAsync()
    {
        var database = await MappedDatabase.CreateAsync(Intent());
        await database.AsApplicationAsync(Insert);
        await database.ForgetChangesAsync();
        return database;
    }
}
