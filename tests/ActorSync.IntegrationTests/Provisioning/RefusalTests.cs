using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>What a mapped table refuses, and what it marks.</summary>
public sealed class RefusalTests
{
    private const string Insert = "insert into salesforce.account(name) values ('Ada')";

    [Fact]
    public async Task Truncate_is_refused()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(Insert);
        (await RefusalAsync(database, "truncate salesforce.account")).ShouldBe("TRUNCATE of the mapped table salesforce.account is refused: no record of it would be captured");
    }

    [Fact]
    public async Task Change_of_the_external_id_is_refused()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(Insert);
        (await RefusalAsync(database, "update salesforce.account set actorsync_id__c = gen_random_uuid()"))
            .ShouldBe("the external id of a mapped record cannot change (salesforce.account, column actorsync_id__c)");
        await database.AsApplicationAsync("update salesforce.account set actorsync_id__c = actorsync_id__c");
    }

    // A BEFORE trigger changes columns that the statement does not name.
    [Fact]
    public async Task Change_of_the_external_id_by_a_trigger_is_refused()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(Insert);
        await database.ExecuteAsync("""
            create function rekey() returns trigger language plpgsql as $$ begin new.actorsync_id__c := gen_random_uuid(); return new; end $$;
            create trigger rekey before update on salesforce.account for each row execute function rekey()
            """);
        (await RefusalAsync(database, "update salesforce.account set name = 'Eve'")).ShouldStartWith("the external id of a mapped record cannot change");
    }

    [Theory]
    [InlineData("insert into salesforce.account(name) values ('Eve')")]
    [InlineData("update salesforce.account set name = 'Eve'")]
    [InlineData("delete from salesforce.account")]
    public async Task Read_only_mapping_refuses_the_applications_writes(string sql)
    {
        await using var database = await ReadOnlyWithARowAsync();
        (await RefusalAsync(database, sql)).ShouldBe("table salesforce.account is mapped read_only: its mapped columns change only in Salesforce");
        (await database.QueryAsync<string>("select name from salesforce.account")).ShouldBe("Ada");
    }

    [Fact]
    public async Task Read_only_mapping_takes_changes_of_unmapped_columns_and_no_changes()
    {
        await using var database = await ReadOnlyWithARowAsync();
        await database.ExecuteAsync("alter table salesforce.account add column note text");
        await database.AsApplicationAsync("update salesforce.account set name = name, note = 'x'");
        (await database.QueryAsync<string>("select note from salesforce.account")).ShouldBe("x");
    }

    [Fact]
    public async Task Read_only_mapping_takes_the_engines_writes()
    {
        await using var database = await ReadOnlyWithARowAsync();
        await database.ExecuteAsync(AsEngine("update salesforce.account set name = 'Eve'"));
        (await database.QueryAsync<string>("select name from salesforce.account")).ShouldBe("Eve");
        await database.ExecuteAsync(AsEngine("delete from salesforce.account"));
        (await database.QueryAsync<long>("select count(*) from salesforce.account")).ShouldBe(0);
    }

    [Fact]
    public async Task Pending_is_marked_by_an_insert()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync("insert into salesforce.account(name, _hc_lastop, _hc_err) values ('Ada', 'SYNCED', 'x')");
        (await StatusAsync(database)).ShouldBe("PENDING/-");
    }

    [Theory]
    [InlineData("name = 'Eve'", "PENDING/-")]
    [InlineData("name = null", "PENDING/-")]
    [InlineData("name = name, phone = phone", "FAILED/x")]
    [InlineData("note = 'y'", "FAILED/x")]
    public async Task Pending_is_marked_only_when_a_mapped_column_changes(string assignment, string status)
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync("alter table salesforce.account add column note text");
        await database.ExecuteAsync(AsEngine("insert into salesforce.account(name, _hc_lastop, _hc_err) values ('Ada', 'FAILED', 'x')"));
        await database.AsApplicationAsync($"update salesforce.account set {assignment}");
        (await StatusAsync(database)).ShouldBe(status);
    }

    [Fact]
    public async Task Pending_is_marked_when_a_trigger_changes_a_mapped_column_that_the_statement_does_not_name()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync("""
            alter table salesforce.account add column note text;
            create function derive() returns trigger language plpgsql as $$ begin new.phone := new.note; return new; end $$;
            create trigger derive before update on salesforce.account for each row execute function derive()
            """);
        await database.ExecuteAsync(AsEngine("insert into salesforce.account(name, _hc_lastop) values ('Ada', 'SYNCED')"));
        await database.AsApplicationAsync("update salesforce.account set note = '5'");
        (await StatusAsync(database)).ShouldBe("PENDING/-");
    }

    private static string AsEngine(string sql) => $"begin; set local actorsync.origin = '0198aaaa-0000-7000-8000-000000000007'; {sql}; commit";

    private static Task<string?> StatusAsync(MappedDatabase database) =>
        database.QueryAsync<string>("select _hc_lastop || '/' || coalesce(_hc_err, '-') from salesforce.account");

    private static async Task<MappedDatabase> ReadOnlyWithARowAsync()
    {
        var database = await MappedDatabase.CreateAsync(MappedDatabase.ReadOnlyAccount());
        await database.ExecuteAsync(AsEngine("insert into salesforce.account(name) values ('Ada')"));
        return database;
    }

    private static async Task<string> RefusalAsync(MappedDatabase database, string sql) =>
        (await Should.ThrowAsync<PostgresException>(() => database.AsApplicationAsync(sql))).MessageText;
}
