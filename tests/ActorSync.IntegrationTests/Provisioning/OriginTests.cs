using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>Whose change a change is: an origin counts for the engine's login and for its own statement only, and what it counts for is not logged.</summary>
public sealed class OriginTests
{
    private static readonly Guid Submission = Guid.Parse("0198aaaa-0000-7000-8000-000000000007");

    private static string WithOrigin(string sql) => $"begin; set local actorsync.origin = '{Submission}'; {sql}; commit";

    [Fact]
    public async Task Engines_write_is_not_logged_and_not_pending()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync(WithOrigin("insert into salesforce.account(name, _hc_lastop) values ('Ada', 'SYNCED')"));
        await database.ExecuteAsync(WithOrigin("update salesforce.account set name = 'Eve', _hc_lastop = 'SYNCED'"));

        (await database.QueryAsync<string>("select _hc_lastop || _asy_rev from salesforce.account")).ShouldBe("SYNCED2");
        await database.ExecuteAsync(WithOrigin("delete from salesforce.account"));
        (await database.ChangesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Engine_login_without_an_origin_is_a_local_change()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync("insert into salesforce.account(name) values ('Ada')");
        (await database.ChangesAsync()).ShouldHaveSingleItem().Origin.ShouldBeNull();
        (await database.QueryAsync<string>("select _hc_lastop from salesforce.account")).ShouldBe("PENDING");
    }

    [Fact]
    public async Task Origin_is_gone_with_its_transaction()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await using var connection = await database.Engine.OpenConnectionAsync();
        foreach (var sql in new[] { WithOrigin("insert into salesforce.account(name) values ('Ada')"), "update salesforce.account set name = 'Eve'" })
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        (await database.ChangesAsync()).Select(change => (change.Operation, change.Revision, change.Origin)).ShouldBe([('U', 2L, (Guid?)null)]);
    }

    [Fact]
    public async Task Spoofed_origin_of_another_login_is_ignored()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync(WithOrigin("insert into salesforce.account(name) values ('Ada')"));
        (await database.ChangesAsync()).ShouldHaveSingleItem().Origin.ShouldBeNull();
    }

    // A SECURITY DEFINER function of the engine's login changes current_user, not who signed in.
    [Fact]
    public async Task Origin_is_not_lent_by_a_function_that_the_engines_login_owns()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync($$"""
            create function public.lend() returns void language sql security definer as $f$
              select set_config('actorsync.origin', '{{Submission}}', true); insert into salesforce.account(name) values ('Ada') $f$
            """);
        await database.AsApplicationAsync("select public.lend()");
        (await database.ChangesAsync()).ShouldHaveSingleItem().Origin.ShouldBeNull();
    }

    [Fact]
    public async Task Change_of_a_trigger_nested_in_the_engines_write_has_no_origin_and_is_pending()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync("""
            create function nested() returns trigger language plpgsql as $$
            begin update salesforce.account set phone = 'nested' where id = new.id; return null; end $$;
            create trigger nested after insert on salesforce.account for each row execute function nested()
            """);
        await database.ExecuteAsync(WithOrigin("insert into salesforce.account(name) values ('Ada')"));

        var changes = await database.ChangesAsync();
        changes.Select(change => (change.Operation, change.Revision, change.Origin)).ShouldBe([('U', 2L, (Guid?)null)]);
        (await database.QueryAsync<string>("select _hc_lastop from salesforce.account")).ShouldBe("PENDING");
    }
}
