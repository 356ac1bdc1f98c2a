using ActorSync.Commands;
using ActorSync.IntegrationTests.Flow;
using ActorSync.Provisioning;
using ActorSync.TestKit.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Rights;

/// <summary>pgbouncer between a node and its database.</summary>
public sealed class PoolerTests
{
    [PgBouncerFact]
    public async Task Through_a_pooler_in_session_mode_everything_works()
    {
        await using var guarded = await GuardedDatabase.CreateAsync();
        await using var pooler = await PgBouncer.StartAsync(guarded.NodeLogin, "session");
        await using var sync = await RunningSync.PrepareAsync(new FlowSettings(), guarded.Database, pooler.ConnectionString);
        await sync.StartNode().SaysAsync("mapped: ");
        await sync.ConvergedAsync();
        await guarded.AsApplicationAsync("insert into salesforce.account(name) values ('Ada')");
        await guarded.AsApplicationAsync("update salesforce.account set phone = '+44 1' where name like 'Plain 1'");
        sync.Org.Update("Account", (await sync.LoadedAccountAsync(2)).Sfid, ("Phone", "+33 1"));
        await sync.ConvergedAsync();
        (await sync.QueryAsync<long>($"select count(*) from pg_stat_activity where usename = '{guarded.Node}' and query not like '%pg_stat_activity%'")).ShouldBeGreaterThan(0);
        await sync.StopNodeAsync();
        sync.StartNode();
        await guarded.AsApplicationAsync("delete from salesforce.account where name like 'Plain 1'");
        await sync.ConvergedAsync();
    }

    // Whatever the pooler's idle sessions are and in which order it gives them.
    [PgBouncerTheory]
    [InlineData("transaction", "")]
    [InlineData("transaction", "default_pool_size = 1")]
    [InlineData("transaction", "server_round_robin = 1\nmin_pool_size = 3")]
    [InlineData("statement", "")]
    public async Task Another_mode_is_refused_at_the_start_with_what_to_do(string mode, string more)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var pooler = await PgBouncer.StartAsync(database.ConnectionString, mode, more);
        await using var login = NpgsqlDataSource.Create(pooler.ConnectionString);
        (await Should.ThrowAsync<ProvisioningException>(() => PoolerCheck.RunAsync(login, CancellationToken.None)))
            .Errors.ShouldHaveSingleItem().ShouldStartWith($"postgres.url leads to a pooler in {mode} mode");
    }

    [Fact]
    public async Task A_direct_connection_is_its_own_session()
    {
        await using var database = await TestDatabase.CreateAsync();
        await PoolerCheck.RunAsync(database.DataSource, CancellationToken.None);
        (await database.QueryAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'")).ShouldBe(0);
    }

    [PgBouncerFact]
    public async Task A_node_behind_a_pooler_in_transaction_mode_says_so_and_ends_and_commands_work_there()
    {
        await using var sync = await RunningSync.PrepareAsync();
        await using var pooler = await PgBouncer.StartAsync(sync.ConnectionString, "transaction");
        await File.AppendAllTextAsync(sync.ConfigFile, $"\nactorsync.postgres.url = \"{pooler.ConnectionString}\"\n");
        var node = sync.StartProcess();
        (await node.ExitAsync()).ShouldBe((int)ExitCode.Configuration);
        node.Output.ShouldContain(line => line.Contains("set pool_mode = session", StringComparison.Ordinal));

        var output = new StringWriter();
        (await CommandLine.RunAsync(["status", "--json", "-c", sync.ConfigFile], output, output, Stream.Null, TimeProvider.System, CancellationToken.None)).ShouldBe(0, output.ToString());
    }
}
