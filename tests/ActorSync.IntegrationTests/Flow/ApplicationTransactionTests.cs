using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Whatever the application does in its transactions, nothing is lost and nothing is overwritten.</summary>
public sealed class ApplicationTransactionTests
{
    [Fact]
    public async Task A_transaction_that_is_rolled_back_leaves_nothing()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        var writes = sync.Org.WrittenBySync().Count();
        await using (var connection = await sync.Application.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.RunAsync($"""
                insert into salesforce.account(name) values ('Never');
                update salesforce.account set name = 'Never' where actorsync_id__c = '{id}';
                delete from salesforce.account where sfid = '{(await sync.LoadedAccountAsync(1)).Sfid}'
                """);
            await transaction.RollbackAsync();
        }

        // What comes after it in the log has passed it.
        var after = await sync.InsertAccountAsync("After");
        await sync.ConvergedAsync();

        sync.Org.WrittenBySync().Skip(writes).ShouldHaveSingleItem().ExternalId.ShouldBe(after.ToString());
        sync.Org.Model.Query("SELECT Id FROM Account WHERE Name = 'Never'", includeDeleted: true).Rows.ShouldBeEmpty();
        (await sync.AccountAsync(id, "sfid")).ShouldBe(sfid);
    }

    [Fact]
    public async Task A_row_updated_ten_times_in_one_transaction_is_written_once()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, _) = await sync.LoadedAccountAsync();
        var writes = sync.Org.WrittenBySync(id).Count;

        await sync.ExecuteAsync(string.Join(';', Enumerable.Range(1, 10).Select(i =>
            $"update salesforce.account set name = 'Name {i}', numberofemployees = {i}{(i == 5 ? ", phone = '+1 555 99'" : "")} where actorsync_id__c = '{id}'")));
        await sync.ConvergedAsync();

        sync.Org.WrittenBySync(id).Skip(writes)
            .Select(write => string.Join(", ", write.After.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}")))
            .ShouldBe(["Name=Name 10, NumberOfEmployees=10, Phone=+1 555 99"]);
    }

    [Fact]
    [Trait("Invariant", "I10")]
    public async Task A_locked_row_waits_and_the_others_flow()
    {
        await using var sync = await RunningSync.StartAsync();
        var (locked, lockedSfid) = await sync.LoadedAccountAsync(0);
        var (free, freeSfid) = await sync.LoadedAccountAsync(1);
        await using var connection = await sync.Application.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await connection.RunAsync($"select from salesforce.account where actorsync_id__c = '{locked}' for update");

        sync.Org.Update("Account", lockedSfid, ("Name", "Theirs"));
        await sync.EveryoneElseFlowsAsync(free, freeSfid);
        (await sync.AccountAsync(locked, "name")).ShouldBe("Plain 0");
        await connection.RunAsync($"update salesforce.account set phone = 'ours' where actorsync_id__c = '{locked}'");
        await transaction.CommitAsync();
        await sync.ConvergedAsync();

        (await sync.AccountAsync(locked, "name || phone")).ShouldBe("Theirsours");
    }

    [Fact]
    public async Task A_locked_row_that_is_rolled_back_takes_what_Salesforce_said()
    {
        await using var sync = await RunningSync.StartAsync();
        var (locked, lockedSfid) = await sync.LoadedAccountAsync(0);
        var (free, freeSfid) = await sync.LoadedAccountAsync(1);
        await using var connection = await sync.Application.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await connection.RunAsync($"delete from salesforce.account where actorsync_id__c = '{locked}'");

        sync.Org.Update("Account", lockedSfid, ("Name", "Theirs"));
        await sync.EveryoneElseFlowsAsync(free, freeSfid);
        await transaction.RollbackAsync();
        await sync.ConvergedAsync();

        (await sync.AccountAsync(locked, "name")).ShouldBe("Theirs");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_uncommitted_insert_of_a_key_that_Salesforce_sends_too_delays_only_that_row(bool commit)
    {
        await using var sync = await RunningSync.StartAsync();
        var (free, freeSfid) = await sync.LoadedAccountAsync(1);
        var id = Guid.Parse("6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11");
        await using var connection = await sync.Application.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await connection.RunAsync($"insert into salesforce.account(actorsync_id__c, name, phone) values ('{id}', 'Ours', 'ours')");

        sync.Org.Create("Account", ("ActorSync_Id__c", id.ToString()), ("Name", "Theirs"), ("Website", "theirs"));
        await sync.EveryoneElseFlowsAsync(free, freeSfid);
        await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        await sync.ConvergedAsync();

        (await sync.AccountAsync(id, "website")).ShouldBe("theirs");
        sync.Org.Account(id, "Website").ShouldBe("theirs");
        sync.Org.ShouldHoldNothingTwice();
    }

    [Fact]
    public async Task A_row_lock_and_an_uncommitted_insert_held_for_a_minute_delay_only_their_rows()
    {
        await using var sync = await RunningSync.StartAsync();
        var ((locked, lockedSfid), (free, freeSfid)) = (await sync.LoadedAccountAsync(0), await sync.LoadedAccountAsync(1));
        var id = Guid.Parse("6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c14");
        await using var connection = await sync.Application.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await connection.RunAsync($"select from salesforce.account where actorsync_id__c = '{locked}' for update");
        await connection.RunAsync($"insert into salesforce.account(actorsync_id__c, name) values ('{id}', 'Ours')");
        var held = TimeProvider.System.GetTimestamp();

        sync.Org.Update("Account", lockedSfid, ("Name", "Theirs"));
        sync.Org.Create("Account", ("ActorSync_Id__c", id.ToString()), ("Name", "Theirs"), ("Website", "theirs"));
        for (var round = 1; TimeProvider.System.GetElapsedTime(held) < TimeSpan.FromMinutes(1); round++)
        {
            sync.Org.Update("Account", freeSfid, ("Website", $"theirs {round}"));
            await sync.SetAsync(free, $"phone = 'ours {round}'");
            await Eventually.HoldsAsync($"round {round} of the free row to flow", async () =>
                await sync.AccountAsync(free, "website") == $"theirs {round}" && sync.Org.Account(free, "Phone") == $"ours {round}");
        }

        (await sync.AccountAsync(locked, "name")).ShouldBe("Plain 0");
        await transaction.CommitAsync();
        await sync.ConvergedAsync();

        (await sync.AccountAsync(locked, "name")).ShouldBe("Theirs");
        (await sync.AccountAsync(id, "website")).ShouldBe("theirs");
        sync.Org.ShouldHoldNothingTwice();
    }

    // Salesforce's record says nothing of the phone: there is nothing to choose between.
    [Fact]
    public async Task What_only_the_application_said_survives_a_birth_of_the_same_key_on_both_sides()
    {
        await using var sync = await RunningSync.StartAsync();
        var (free, freeSfid) = await sync.LoadedAccountAsync(1);
        var id = Guid.Parse("6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c13");
        await using var connection = await sync.Application.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await connection.RunAsync($"insert into salesforce.account(actorsync_id__c, name, phone) values ('{id}', 'Ours', 'ours')");

        sync.Org.Create("Account", ("ActorSync_Id__c", id.ToString()), ("Name", "Theirs"), ("Website", "theirs"));
        await sync.EveryoneElseFlowsAsync(free, freeSfid);
        await transaction.CommitAsync();
        await sync.ConvergedAsync();

        (await sync.AccountAsync(id, "website || ' ' || phone")).ShouldBe("theirs ours");
    }

    [Fact]
    public async Task An_update_of_an_unmapped_column_sends_nothing_and_loses_nothing()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.ExecuteAsync("alter table salesforce.account add column note text");
        var writes = sync.Org.WrittenBySync().Count();

        await sync.ExecuteAsync($"update salesforce.account set note = 'mine' where actorsync_id__c = '{id}'");
        sync.Org.Update("Account", sfid, ("Name", "Theirs"));
        await sync.ExecuteAsync($"update salesforce.account set note = note || '!' where actorsync_id__c = '{id}'");
        await sync.ConvergedAsync();

        (await sync.AccountAsync(id, "name || ' ' || note")).ShouldBe("Theirs mine!");
        sync.Org.WrittenBySync().Count().ShouldBe(writes);
    }

    [Fact]
    public async Task A_set_to_the_same_value_sends_nothing_and_loses_nothing()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        var writes = sync.Org.WrittenBySync().Count();

        await sync.ExecuteAsync("update salesforce.account set name = name");
        sync.Org.Update("Account", sfid, ("Name", "Theirs"));
        await sync.ExecuteAsync("update salesforce.account set phone = phone, name = name");
        await sync.ConvergedAsync();

        (await sync.AccountAsync(id, "name")).ShouldBe("Theirs");
        sync.Org.WrittenBySync().Count().ShouldBe(writes);
    }

    [Fact]
    public async Task What_an_AFTER_trigger_of_the_application_adds_is_sent_too()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.ExecuteAsync("""
            create function public.describe() returns trigger language plpgsql as $$ begin
              update salesforce.account set description = 'now ' || new.name where actorsync_id__c = new.actorsync_id__c and description is distinct from 'now ' || new.name;
              return null; end $$;
            create trigger describe after insert or update on salesforce.account for each row execute function public.describe()
            """);

        await sync.ExecuteAsync($"update salesforce.account set name = 'Ours' where actorsync_id__c = '{id}'");
        await sync.ConvergedAsync();
        sync.Org.Account(id, "Description").ShouldBe("now Ours");

        sync.Org.Update("Account", sfid, ("Name", "Theirs"));
        await sync.ConvergedAsync();
        sync.Org.Account(id, "Description").ShouldBe("now Theirs");
        sync.Org.Account(await sync.InsertConvergedAsync("New"), "Description").ShouldBe("now New");
    }

    [Fact]
    public async Task What_a_BEFORE_trigger_of_the_application_makes_of_a_value_stands_on_both_sides()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.ExecuteAsync("""
            create function public.shout() returns trigger language plpgsql as $$ begin new.name := upper(new.name); return new; end $$;
            create trigger shout before insert or update on salesforce.account for each row execute function public.shout()
            """);

        await sync.ExecuteAsync($"update salesforce.account set name = 'ours' where actorsync_id__c = '{id}'");
        await sync.ConvergedAsync();
        sync.Org.Account(id, "Name").ShouldBe("OURS");

        sync.Org.Update("Account", sfid, ("Name", "theirs"));
        await sync.ConvergedAsync();
        sync.Org.Account(id, "Name").ShouldBe("THEIRS");
    }

    [Fact]
    public async Task What_a_BEFORE_trigger_makes_of_a_value_when_we_write_only_the_status_of_its_row_stands_on_both_sides()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.ExecuteAsync("""
            create function public.shout() returns trigger language plpgsql as $$ begin new.name := upper(new.name); return new; end $$;
            create trigger shout before update on salesforce.account for each row
              when (new._hc_lastop = 'SYNCED' and new.phone = old.phone) execute function public.shout()
            """);
        var name = await sync.AccountAsync(id, "name");

        await sync.ExecuteAsync($"update salesforce.account set phone = '+41 44 000 00 00' where actorsync_id__c = '{id}'");
        await sync.ConvergedAsync();
        // A poll may have shown our phone before its answer was taken, and shows nothing new then: another edit in Salesforce, which changes no field, does.
        sync.Org.Update("Account", sfid, ("Phone", sync.Org.Account(id, "Phone")));
        await Eventually.PassesAsync("the trigger to fire at a write of the status", async () => (await sync.AccountAsync(id, "name")).ShouldBe(name!.ToUpperInvariant()));
        await sync.ConvergedAsync();

        sync.Org.Account(id, "Name").ShouldBe(name!.ToUpperInvariant());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_deleted_and_inserted_again_under_its_UUID_is_another_record(bool inOneTransaction)
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        var delete = $"delete from salesforce.account where actorsync_id__c = '{id}'";
        var insert = $"insert into salesforce.account(actorsync_id__c, name) values ('{id}', 'Again')";
        if (inOneTransaction)
        {
            await sync.ExecuteAsync($"{delete}; {insert}");
        }
        else
        {
            await sync.ExecuteAsync(delete);
            await sync.ExecuteAsync(insert);
        }

        await sync.ConvergedAsync();

        (await sync.AccountAsync(id, "name")).ShouldBe("Again");
        (await sync.AccountAsync(id, "sfid")).ShouldNotBe(sfid);
        sync.Org.Account(id, "Name").ShouldBe("Again");
        sync.Org.Accounts(id, "Name", withDeleted: true).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_row_inserted_deleted_and_inserted_again_in_one_transaction_is_born_once()
    {
        await using var sync = await RunningSync.StartAsync();
        var id = Guid.Parse("6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c12");
        var insert = "insert into salesforce.account(actorsync_id__c, name) values ";

        await sync.ExecuteAsync($"{insert}('{id}', 'One'); delete from salesforce.account where actorsync_id__c = '{id}'; {insert}('{id}', 'Two')");
        await sync.ConvergedAsync();

        sync.Org.Accounts(id, "Name", withDeleted: true).ShouldHaveSingleItem().Fields[0].Value.ShouldBe("Two");
    }
}
