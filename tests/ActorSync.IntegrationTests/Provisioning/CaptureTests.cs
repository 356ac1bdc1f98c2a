using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>What the capture trigger of a mapped table logs, statement by statement, through the application's own login.</summary>
public sealed class CaptureTests
{
    private const string Ada = "aaaaaaaa-0000-4000-8000-000000000001";
    private const string InsertAda = $"insert into salesforce.account(actorsync_id__c, name) values ('{Ada}', 'Ada')";

    private static string Update(string assignment) => $"update salesforce.account set {assignment} where actorsync_id__c = '{Ada}'";

    [Fact]
    public async Task Insert_logs_all_mapped_columns_and_begins_a_life_at_revision_1()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(InsertAda);

        var change = (await database.ChangesAsync()).ShouldHaveSingleItem();
        change.ShouldSatisfyAllConditions(
            () => change.Operation.ShouldBe('I'),
            () => change.Mapping.ShouldBe((short)1),
            () => change.ExternalId.ShouldBe(Guid.Parse(Ada)),
            () => change.Birth.ShouldBeGreaterThan(0),
            () => change.Revision.ShouldBe(1),
            () => change.Origin.ShouldBeNull(),
            () => change.Old.ShouldBeNull(),
            () => change.New.ShouldBe("""{"name": "Ada", "phone": null, "active__c": null, "founded__c": null, "followup__c": null, "annualrevenue": null}"""));
    }

    [Fact]
    public async Task Insert_without_an_external_id_draws_one()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync("insert into salesforce.account(name) values ('Ada')");

        var drawn = await database.QueryAsync<Guid>("select actorsync_id__c from salesforce.account");
        (await database.ChangesAsync()).ShouldHaveSingleItem().ExternalId.ShouldBe(drawn);
    }

    [Fact]
    public async Task Update_logs_old_and_new_of_what_changed()
    {
        var change = await LastChangeAfterAsync(Update("name = 'Ada', phone = '1', annualrevenue = 12.5"));
        change.Operation.ShouldBe('U');
        change.Revision.ShouldBe(2);
        change.Old.ShouldBe("""{"phone": null, "annualrevenue": null}""");
        change.New.ShouldBe("""{"phone": "1", "annualrevenue": "12.50"}""");
    }

    [Fact]
    public async Task Update_to_the_same_value_counts_the_revision_with_an_empty_difference()
    {
        var change = await LastChangeAfterAsync(Update("name = name"));
        (change.Operation, change.Revision, change.Old, change.New).ShouldBe(('U', 2L, "{}", "{}"));
    }

    [Fact]
    public async Task Update_of_an_unmapped_column_counts_the_revision_with_an_empty_difference()
    {
        var change = await LastChangeAfterAsync("alter table salesforce.account add column note text", Update("note = 'x'"));
        (change.Operation, change.Revision, change.Old, change.New).ShouldBe(('U', 2L, "{}", "{}"));
    }

    [Fact]
    public async Task Delete_logs_the_row_as_it_was()
    {
        var change = await LastChangeAfterAsync("delete from salesforce.account");
        (change.Operation, change.ExternalId, change.Revision, change.New).ShouldBe(('D', Guid.Parse(Ada), 1L, null));
        change.Old.ShouldNotBeNull().ShouldContain("\"name\": \"Ada\"");
    }

    [Fact]
    public async Task Delete_and_insert_of_the_same_external_id_is_another_life()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync($"{InsertAda}; delete from salesforce.account; {InsertAda}");

        var changes = await database.ChangesAsync();
        changes.Select(change => (change.Operation, change.Revision)).ShouldBe([('I', 1L), ('D', 1L), ('I', 1L)]);
        changes[1].Birth.ShouldBe(changes[0].Birth);
        changes[2].Birth.ShouldBeGreaterThan(changes[1].Birth);
    }

    [Fact]
    public async Task Statement_cannot_choose_birth_and_revision()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync("insert into salesforce.account(name, _asy_birth, _asy_rev) values ('Ada', -5, 900)");
        await database.AsApplicationAsync("update salesforce.account set _asy_birth = -6, _asy_rev = 900");

        var changes = await database.ChangesAsync();
        changes.Select(change => change.Revision).ShouldBe([1L, 2L]);
        changes.ShouldAllBe(change => change.Birth > 0);
    }

    [Fact]
    public async Task Transaction_that_rolls_back_logs_nothing()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync($"begin; {InsertAda}; {Update("name = 'Eve'")}; rollback");
        (await database.ChangesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ten_updates_in_a_transaction_are_ten_changes_in_order()
    {
        await using var database = await MappedDatabase.CreateAsync();
        var updates = string.Join(';', Enumerable.Range(1, 10).Select(i => Update($"name = 'v{i}'")));
        await database.AsApplicationAsync($"begin; {InsertAda}; {updates}; commit");

        var changes = await database.ChangesAsync();
        changes.Select(change => change.Revision).ShouldBe(Enumerable.Range(1, 11).Select(i => (long)i));
        changes.Select(change => change.Birth).Distinct().ShouldHaveSingleItem();
        changes[^1].Old.ShouldBe("""{"name": "v9"}""");
        changes[^1].New.ShouldBe("""{"name": "v10"}""");
    }

    [Fact]
    public async Task Change_of_a_nested_application_trigger_is_logged_after_what_caused_it()
    {
        await using var database = await MappedDatabase.CreateAsync();

        // "#" sorts before every letter and digit: as early as a trigger's name is likely to be.
        await database.ExecuteAsync("""
            create function nested() returns trigger language plpgsql as $$
            begin update salesforce.account set phone = 'nested' where id = new.id; return null; end $$;
            create trigger "#nested" after insert or update on salesforce.account for each row when (new.phone is distinct from 'nested') execute function nested()
            """);
        await database.AsApplicationAsync(InsertAda);
        await database.AsApplicationAsync(Update("phone = '2'"));

        var changes = await database.ChangesAsync();
        changes.Select(change => (change.Operation, change.Revision)).ShouldBe([('I', 1L), ('U', 2L), ('U', 3L), ('U', 4L)]);
        changes[3].New.ShouldBe("""{"phone": "nested"}""");
    }

    [Fact]
    public async Task Change_of_a_before_trigger_is_part_of_the_change()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync("""
            create function shout() returns trigger language plpgsql as $$ begin new.name := upper(new.name); return new; end $$;
            create trigger shout before insert or update on salesforce.account for each row execute function shout()
            """);
        await database.AsApplicationAsync(InsertAda);
        (await database.ChangesAsync()).ShouldHaveSingleItem().New.ShouldNotBeNull().ShouldContain("\"name\": \"ADA\"");
    }

    [Fact]
    public async Task Delete_by_cascade_is_logged_for_every_row()
    {
        await using var database = await MappedDatabase.CreateAsync(
            MappedDatabase.Account(), MappedDatabase.Mapping("Contact", "LastName", "Account.ActorSync_Id__c"));
        await database.ExecuteAsync(
            "alter table salesforce.contact add foreign key (account__actorsync_id__c) references salesforce.account(actorsync_id__c) on delete cascade");
        await database.AsApplicationAsync($"{InsertAda}; insert into salesforce.contact(lastname, account__actorsync_id__c) values ('A', '{Ada}'), ('B', '{Ada}')");
        await database.ForgetChangesAsync();

        await database.AsApplicationAsync("delete from salesforce.account");
        var changes = await database.ChangesAsync();
        changes.ShouldAllBe(change => change.Operation == 'D');
        changes.Select(change => change.Mapping).ShouldBe([(short)1, (short)2, (short)2], ignoreOrder: true);
    }

    [Fact]
    public async Task On_conflict_logs_the_update_or_nothing_but_never_the_insert_that_did_not_happen()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(InsertAda);
        await database.AsApplicationAsync($"{InsertAda} on conflict (actorsync_id__c) do update set phone = '7'");
        await database.AsApplicationAsync($"{InsertAda} on conflict do nothing");

        var changes = await database.ChangesAsync();
        changes.Select(change => (change.Operation, change.Revision, change.New)).Skip(1).ShouldBe([('U', 2L, """{"phone": "7"}""")]);
    }

    [Fact]
    public async Task Copy_is_logged_row_by_row()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await using var login = database.ApplicationLogin();
        await using var connection = await login.OpenConnectionAsync();
        await using (var copy = await connection.BeginTextImportAsync("copy salesforce.account(name) from stdin"))
        {
            await copy.WriteAsync("A\nB\nC\n");
        }

        (await database.ChangesAsync()).Select(change => change.Operation).ShouldBe(['I', 'I', 'I']);
    }

    [Fact]
    public async Task Session_with_german_dates_and_tokyo_time_logs_the_same_text()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(
            "insert into salesforce.account(followup__c, founded__c, active__c, annualrevenue) values ('02.01.2030 03:04:05', '24.12.2029', 'ja'::text = 'ja', 1234567.5)",
            "-c datestyle=German,DMY -c timezone=Asia/Tokyo -c extra_float_digits=-10 -c lc_numeric=C");

        var change = (await database.ChangesAsync()).ShouldHaveSingleItem();
        change.New.ShouldBe("""{"name": null, "phone": null, "active__c": "t", "founded__c": "2029-12-24", "followup__c": "2030-01-01 18:04:05+00", "annualrevenue": "1234567.50"}""");
    }

    [Fact]
    public async Task Session_without_a_search_path_is_captured()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(InsertAda, "-c search_path=");
        (await database.ChangesAsync()).ShouldHaveSingleItem();
    }

    private static async Task<LoggedChange> LastChangeAfterAsync(params string[] statements)
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(InsertAda);
        await database.ForgetChangesAsync();
        foreach (var statement in statements[..^1])
        {
            await database.ExecuteAsync(statement);
        }

        await database.AsApplicationAsync(statements[^1]);
        return (await database.ChangesAsync()).ShouldHaveSingleItem();
    }
}
