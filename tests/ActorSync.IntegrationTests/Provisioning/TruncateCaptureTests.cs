using ActorSync.Configuration;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>TRUNCATE of a mapped table: refused, or a delete of every row.</summary>
public sealed class TruncateCaptureTests
{
    private const string Three = "insert into salesforce.account(name) values ('Cid'), ('Ada'), ('Bob'); update salesforce.account set phone = '1' where name = 'Ada'";

    private static MappingConfig Deleting(MappingConfig mapping) => mapping with { Truncate = TruncateConfig.Delete };

    [Fact]
    public async Task Truncate_is_refused_unless_the_mapping_says_otherwise()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(Three);
        var refused = await Should.ThrowAsync<PostgresException>(() => database.AsApplicationAsync("truncate salesforce.account"));
        refused.MessageText.ShouldBe("TRUNCATE of the mapped table salesforce.account is refused: no record of it would be captured");
        refused.Hint.ShouldNotBeNull().ShouldContain("truncate = delete");
        (await database.QueryAsync<long>("select count(*) from salesforce.account")).ShouldBe(3);
    }

    [Fact]
    public async Task Truncate_logs_a_delete_of_every_row_as_it_was_in_the_order_of_their_ids()
    {
        await using var database = await MappedDatabase.CreateAsync(Deleting(MappedDatabase.Account("Name", "Phone")));
        await database.AsApplicationAsync(Three);
        var born = (await database.ChangesAsync()).Where(change => change.Operation == 'I').ToList();
        await database.ForgetChangesAsync();

        // The lowest id was changed last: the table holds it behind the others.
        await database.AsApplicationAsync("update salesforce.account set phone = '2' where name = 'Cid'");
        await database.ForgetChangesAsync();
        await database.AsApplicationAsync("truncate salesforce.account", "-c datestyle=German -c timezone=Asia/Tokyo");

        var changes = await database.ChangesAsync();
        changes.Select(change => (change.Operation, change.Mapping, change.Birth, change.ExternalId)).ShouldBe(born.Select(row => ('D', (short)1, row.Birth, row.ExternalId)));
        changes.Select(change => (change.Revision, change.Origin, change.Old, change.New)).ShouldBe([
            (2L, null, """{"name": "Cid", "phone": "2"}""", null),
            (2L, null, """{"name": "Ada", "phone": "1"}""", null),
            (1L, null, """{"name": "Bob", "phone": null}""", null)]);
        (await database.QueryAsync<long>("select count(*) from salesforce.account")).ShouldBe(0);
    }

    [Fact]
    public async Task Truncate_that_rolls_back_logs_nothing()
    {
        await using var database = await MappedDatabase.CreateAsync(Deleting(MappedDatabase.Account()));
        await database.AsApplicationAsync(Three);
        await database.ForgetChangesAsync();
        await database.AsApplicationAsync("begin; truncate salesforce.account; rollback");
        (await database.ChangesAsync()).ShouldBeEmpty();
    }

    // The row is committed between the snapshot and the TRUNCATE, which would empty it unseen.
    [Theory]
    [InlineData("repeatable read")]
    [InlineData("serializable")]
    public async Task Truncate_that_may_not_see_every_row_is_refused(string isolation)
    {
        await using var database = await MappedDatabase.CreateAsync(Deleting(MappedDatabase.Account()));
        await database.AsApplicationAsync(Three);
        await using var login = database.ApplicationLogin();
        await using var connection = await login.OpenConnectionAsync();
        await RunAsync(connection, $"begin isolation level {isolation}; select count(*) from salesforce.account");
        await database.AsApplicationAsync("insert into salesforce.account(name) values ('Eve')");

        var refused = await Should.ThrowAsync<PostgresException>(() => RunAsync(connection, "truncate salesforce.account"));
        refused.MessageText.ShouldContain($"is refused in a {isolation.ToUpperInvariant()} transaction");
        await RunAsync(connection, "rollback");
    }

    [Fact]
    public async Task Truncate_in_read_committed_logs_rows_committed_since_the_transaction_began()
    {
        await using var database = await MappedDatabase.CreateAsync(Deleting(MappedDatabase.Account()));
        await using var login = database.ApplicationLogin();
        await using var connection = await login.OpenConnectionAsync();
        await RunAsync(connection, "begin; select 1");
        await database.AsApplicationAsync(Three);
        await database.ForgetChangesAsync();
        await RunAsync(connection, "truncate salesforce.account; commit");
        (await database.ChangesAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Truncate_that_cascades_asks_every_table()
    {
        const string Cascade = "truncate salesforce.account cascade";
        var contact = MappedDatabase.Mapping("Contact", "LastName", "Account.ActorSync_Id__c");
        var account = Deleting(MappedDatabase.Account());
        await using var database = await MappedDatabase.CreateAsync(account, contact);
        await database.ExecuteAsync("alter table salesforce.contact add foreign key (account__actorsync_id__c) references salesforce.account(actorsync_id__c)");
        await database.AsApplicationAsync($"{Three}; insert into salesforce.contact(lastname, account__actorsync_id__c) select 'Of ' || name, actorsync_id__c from salesforce.account");
        await database.ForgetChangesAsync();
        (await Should.ThrowAsync<PostgresException>(() => database.AsApplicationAsync(Cascade))).MessageText.ShouldContain("salesforce.contact is refused");
        (await database.ChangesAsync()).ShouldBeEmpty();

        await database.ApplyAsync(account, Deleting(contact));
        await database.AsApplicationAsync(Cascade);
        (await database.ChangesAsync()).CountBy(change => (change.Operation, change.Mapping)).ShouldBe(
            [KeyValuePair.Create(('D', (short)1), 3), KeyValuePair.Create(('D', (short)2), 3)], ignoreOrder: true);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
