using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Postgres;
using ActorSync.TestKit.Time;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A PostgreSQL that goes wrong under a node at work: sync pauses, nothing is lost, sent twice or parked, and it goes on by itself.</summary>
public sealed class PostgresTroubleTests
{
    [Fact]
    public async Task A_server_that_takes_no_writes_for_a_while_pauses_sync_and_is_said_once()
    {
        await using var sync = await RunningSync.StartAsync();
        var account = await sync.InsertAccountAsync("before");
        await sync.ConvergedAsync();
        await SetReadOnlyAsync(sync, isReadOnly: true);

        await SaysAsync(sync, "PostgreSQL takes no writes");
        sync.Org.Create("Account", ("Name", "meanwhile"));
        await SetReadOnlyAsync(sync, isReadOnly: false);
        await sync.ExecuteAsync($"update salesforce.account set name = 'after' where actorsync_id__c = '{account}'");

        await sync.ConvergedAsync();
        sync.Org.Account(account, "Name").ShouldBe("after");
        sync.Org.ShouldHoldNothingTwice();
        sync.Log.Split("PostgreSQL takes no writes").Length.ShouldBe(2, sync.Log);
    }

    /// <summary>Each error is raised by the server itself, in the statement that a turn cannot do without.</summary>
    [Fact]
    public async Task Errors_of_the_server_in_any_statement_of_a_turn_are_waited_out()
    {
        await using var sync = await RunningSync.StartAsync();
        var account = await sync.InsertAccountAsync("first");
        await sync.ConvergedAsync();
        var sfid = (await sync.AccountAsync(account, "sfid"))!;
        await sync.ExecuteAsync("create function public.trouble() returns trigger language plpgsql as $$ begin raise exception using errcode = tg_argv[0], message = tg_argv[1]; end $$");
        (string State, string Table, string When)[] troubles =
        [
            ("53100", "actorsync.journal", "insert"), ("53200", "actorsync.actor", "insert or update"), ("40001", "actorsync.offer", "insert or delete"), ("40P01", "actorsync.mailbox", "insert or delete"),
            ("53100", "actorsync.submission", "insert or update"), ("57014", "actorsync.lease", "update"), ("53100", "salesforce.account", "update"),
        ];
        for (var i = 0; i < troubles.Length; i++)
        {
            var (state, table, when) = troubles[i];
            await sync.ExecuteAsync($"create trigger trouble before {when} on {table} for each row {(table == "salesforce.account" ? "when (pg_trigger_depth() = 0 and current_setting('actorsync.origin', true) <> '')" : "")} execute function public.trouble('{state}', 'trouble {i}')");
            await sync.ExecuteAsync($"update salesforce.account set phone = 'here {i}' where actorsync_id__c = '{account}'");
            sync.Org.Update("Account", sfid, ("Website", $"there{i}.example"));
            await SaysAsync(sync, $"{state}: trouble {i}");
            await sync.ExecuteAsync($"drop trigger trouble on {table}");
            await sync.ConvergedAsync();
            sync.Org.Account(account, "Phone").ShouldBe($"here {i}");
            (await sync.AccountAsync(account, "website")).ShouldBe($"there{i}.example");
        }

        sync.Org.ShouldHoldNothingTwice();
        (await sync.QueryAsync<long>("select count(*) from actorsync.actor where parked")).ShouldBe(0);
        (await sync.QueryAsync<long>("select count(*) from actorsync.journal where type in ('record-parked', 'unexpected')")).ShouldBe(0);
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_given_up_and_run_again()
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings { Configuration = "actorsync.postgres.command-timeout = 1s" });
        var account = await sync.InsertAccountAsync("first");
        await sync.ConvergedAsync();
        await using (var other = await sync.Application.OpenConnectionAsync())
        await using (var transaction = await other.BeginTransactionAsync())
        {
            await using (var slow = new NpgsqlCommand("lock table actorsync.journal in exclusive mode", other))
            {
                await slow.ExecuteNonQueryAsync();
            }

            await sync.ExecuteAsync($"update salesforce.account set name = 'second' where actorsync_id__c = '{account}'");
            await SaysAsync(sync, "a turn failed, nothing was changed, it is run again");
        }

        await sync.ConvergedAsync();
        sync.Org.Account(account, "Name").ShouldBe("second");
        sync.Org.ShouldHoldNothingTwice();
    }

    /// <summary>The server is the test's own: it crashes, and it runs out of connections.</summary>
    [Fact]
    public async Task A_crash_of_the_server_under_load_and_a_server_without_a_free_connection_are_pauses()
    {
        await using var server = await OwnPostgres.StartAsync();
        await using var sync = await RunningSync.StartAsync(new FlowSettings { Database = server.ConnectionString });
        var traffic = new TwoSidedTraffic(sync, new Random(7));
        await traffic.BeginAsync();
        await traffic.EditAsync(20);
        using (var answer = sync.Server.Faults.HoldNext(new CallMatch("update", "Account"), HoldPoint.AfterEffect))
        {
            await traffic.EditAsync(20);
            await answer.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
            await server.CrashAsync();
            sync.Application.Clear();
        }

        await traffic.EditAsync(20);
        await sync.ConvergedAsync();
        sync.Org.ShouldHoldNothingTwice();

        await server.FillAsync();
        await SaysAsync(sync, "53300");
        sync.Org.Create("Account", ("Name", "while it was full"));
        await server.MakeRoomAsync();
        sync.Application.Clear();
        await traffic.EditAsync(20);
        await sync.ConvergedAsync();
        sync.Org.ShouldHoldNothingTwice();
        (await sync.QueryAsync<long>("select count(*) from actorsync.failover")).ShouldBe(0, "a crash loses no commit");
    }

    private static Task SaysAsync(RunningSync sync, string text) =>
        Eventually.PassesAsync($"the node to say '{text}'", () =>
        {
            sync.Log.ShouldContain(text);
            return Task.CompletedTask;
        });

    private static async Task SetReadOnlyAsync(RunningSync sync, bool isReadOnly)
    {
        var name = new NpgsqlConnectionStringBuilder(sync.ConnectionString).Database;
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(sync.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await using (var set = server.CreateCommand($"alter database {name} {(isReadOnly ? "set default_transaction_read_only = on" : "reset default_transaction_read_only")}"))
        {
            await set.ExecuteNonQueryAsync();
        }

        // Sessions keep what was set when they began.
        await using (var end = server.CreateCommand($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"))
        {
            await end.ExecuteNonQueryAsync();
        }

        sync.Application.Clear();
    }
}
