using System.Text.Json;
using ActorSync.Commands;
using ActorSync.EmbeddedPostgres;
using ActorSync.IntegrationTests.Commands;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Postgres;
using ActorSync.TestKit.Time;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A primary that dies with commits its standby never got, under a node that has sent them. What survived of each record's way (decided, offered, sent, answered) is brought
/// about by holding calls in the org; the judge compares the rows that were promoted with those at the end, and reads the org's arrival log.</summary>
public sealed class FailoverTests
{
    private const string Rows = "select jsonb_build_array(actorsync_id__c, name, phone, website, description)::text from salesforce.account";

    [Fact]
    public async Task A_standby_promoted_with_the_last_commits_lost_is_noticed_and_every_record_that_is_corrected_from_Salesforce_is_reported()
    {
        await using var pair = await PostgresPair.StartAsync();
        await using var sync = await RunningSync.StartAsync(new FlowSettings
        {
            Database = pair.ConnectionString,
            Configuration = "actorsync { salesforce { request-deadline = 2s, connect-timeout = 1s }, coordinator.submissions-max = 2 }",
        });
        var known = new List<Guid>();
        for (var i = 0; i < 8; i++)
        {
            known.Add(await sync.InsertAccountAsync($"known {i}"));
        }

        await sync.ConvergedAsync();
        var (sent, born) = await LeaveOnTheWayAsync(sync, known, pair);

        await LoseCommitsAsync(sync, known, sent, born);
        pair.KillPrimary();
        await pair.PromoteAsync();
        var survived = await RowsAsync(pair.StandbyConnectionString, Rows);
        var arrived = sync.Org.Model.Arrivals().Count;
        sync.Application.Clear();
        pair.LeadToStandby();

        await Eventually.HoldsAsync("the node to notice", () => Task.FromResult(sync.Log.Contains("goes on with another history", StringComparison.Ordinal)));
        await sync.ConvergedAsync();
        var corrected = await sync.ListAsync("select external_id::text from actorsync.failover_correction order by external_id");
        corrected.ShouldBe(Different(survived, await RowsAsync(sync.ConnectionString, Rows)), sync.Log);
        corrected.Count.ShouldBeGreaterThan(5);

        var (code, told) = await ToldAsync(sync, "failover");
        code.ShouldBe(ExitCode.Ok);
        corrected.ShouldAllBe(id => told.Contains(id));
        told.ShouldContain($"Account {known[3]} Website: ");
        (await ToldAsync(sync, "status")).Text.ShouldContain($"0 submissions still in doubt, {corrected.Count} records corrected");

        sync.Org.ShouldHoldNothingTwice();
        sync.Org.Model.Arrivals().Skip(arrived).Where(arrival => arrival.Client?.StartsWith("actorsync", StringComparison.Ordinal) == true).ShouldBeEmpty("everything had been sent before");
        (await sync.AccountAsync(known[0], "name")).ShouldBe("lost");
        (await sync.AccountAsync(born, "name")).ShouldBeNull("somebody deleted it in Salesforce");

        var later = await sync.InsertAccountAsync("later");
        await sync.ConvergedAsync();
        sync.Org.Account(later, "Name").ShouldBe("later");
    }

    /// <summary>The backup is a copy of the database; it is put in the place of the original when that has gone on. The server's timeline stays as it was.</summary>
    [Fact]
    public async Task A_backup_that_is_restored_and_declared_sends_nothing_again_that_was_sent_since_it_was_taken()
    {
        await using var sync = await RunningSync.LoadedAsync(new FlowSettings { Configuration = "actorsync.salesforce { request-deadline = 2s, connect-timeout = 1s }" });
        var (known, _) = await sync.LoadedAccountAsync();
        await sync.ExecuteAsync($"update salesforce.account set name = 'before', phone = 'before' where actorsync_id__c = '{known}'");
        var born = await sync.InsertAccountAsync("born");
        var server = await TestPostgres.ServerAsync();
        var name = new NpgsqlConnectionStringBuilder(sync.ConnectionString).Database!;
        await CopyAsync(server, sync, name, $"{name}_backup");

        sync.StartNode();
        await sync.ConvergedAsync();
        await sync.ExecuteAsync($"update salesforce.account set name = 'since' where actorsync_id__c = '{known}'");
        sync.Org.Delete((await sync.AccountAsync(born, "sfid"))!);
        await sync.ConvergedAsync();
        await sync.StopNodeAsync();
        var arrived = sync.Org.Model.Arrivals().Count;
        await server.DropDatabaseAsync(name, CancellationToken.None);
        await CopyAsync(server, sync, $"{name}_backup", name);
        await server.DropDatabaseAsync($"{name}_backup", CancellationToken.None);

        (await ToldAsync(sync, "failover", "--declare")).Code.ShouldBe(ExitCode.Ok);
        sync.StartNode();
        await sync.ConvergedAsync();
        sync.Org.ShouldHoldNothingTwice();
        sync.Org.Model.Arrivals().Count.ShouldBe(arrived, "everything had been sent before");
        (await sync.AccountAsync(known, "name")).ShouldBe("since");
        (await sync.AccountAsync(born, "name")).ShouldBeNull("somebody deleted it in Salesforce");
        (await sync.ListAsync("select external_id::text from actorsync.failover_correction order by 1")).ShouldBe(new[] { known, born }.Select(id => id.ToString()).Order(StringComparer.Ordinal));
    }

    // A write that is outside and another behind it, a birth that is outside, and writes of each kind that are offered: all of that survives.
    private static async Task<(CallHold Sent, Guid Born)> LeaveOnTheWayAsync(RunningSync sync, List<Guid> known, PostgresPair pair)
    {
        var update = sync.Server.Faults.HoldNext(new CallMatch("update", "Account"), HoldPoint.OnTheWay);
        using var upsert = sync.Server.Faults.HoldNext(new CallMatch("upsert", "Account"), HoldPoint.OnTheWay);
        await sync.ExecuteAsync($"update salesforce.account set name = 'outside' where actorsync_id__c = '{known[0]}'");
        await update.Arrived;
        var born = await sync.InsertAccountAsync("born");
        await upsert.Arrived;
        await sync.ExecuteAsync($"update salesforce.account set name = 'behind' where actorsync_id__c = '{known[0]}'");
        await sync.ExecuteAsync($"delete from salesforce.account where actorsync_id__c = '{known[1]}'");
        await sync.ExecuteAsync($"update salesforce.account set phone = 'offered' where actorsync_id__c = '{known[2]}'");
        known.Add(await sync.InsertAccountAsync("offered"));
        await Eventually.HoldsAsync("three offers", async () => await sync.QueryAsync<long>("select count(*) from actorsync.offer") == 3);
        await pair.StopReplicationAsync();
        return (update, born);
    }

    // All of it goes on as if nothing were to be lost, and so does everything else.
    private static async Task LoseCommitsAsync(RunningSync sync, List<Guid> known, CallHold sent, Guid born)
    {
        var began = TimeProvider.System.GetTimestamp();
        sent.Dispose();
        await sync.ConvergedAsync();
        sync.Org.Delete((await sync.AccountAsync(born, "sfid"))!);
        await sync.ExecuteAsync($"delete from salesforce.account where actorsync_id__c = '{known[4]}'");
        await sync.ExecuteAsync("insert into salesforce.account(name) values ('lost too')");
        sync.Org.Update("Account", (await sync.AccountAsync(known[5], "sfid"))!, ("Website", "by.a.person"));
        sync.Org.Create("Account", ("Name", "of a person"));
        for (var i = 0; i < 3 || TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(5); i++)
        {
            await sync.ExecuteAsync($"update salesforce.account set name = 'lost {i}', description = 'lost {i}' where actorsync_id__c = '{known[6]}'");
            await sync.ExecuteAsync($"update salesforce.account set website = 'lost{i}.example' where actorsync_id__c = '{known[3]}'");
            await sync.ConvergedAsync();
        }

        await sync.ExecuteAsync($"update salesforce.account set name = 'lost' where actorsync_id__c = '{known[0]}'");
        await sync.ConvergedAsync();
    }

    private static async Task CopyAsync(PostgresServer server, RunningSync sync, string from, string to)
    {
        // A database that somebody uses cannot be copied.
        sync.Application.Clear();
        await server.CreateDatabaseAsync(to, from, CancellationToken.None);
    }

    private static async Task<(ExitCode Code, string Text)> ToldAsync(RunningSync sync, params string[] command)
    {
        var runner = new CommandRunner();
        return (await runner.RunAsync([.. command, "-c", sync.ConfigFile]), runner.Output);
    }

    private static async Task<Dictionary<string, string>> RowsAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            rows[JsonSerializer.Deserialize<string[]>(reader.GetString(0))![0]] = reader.GetString(0);
        }

        return rows;
    }

    private static List<string> Different(Dictionary<string, string> one, Dictionary<string, string> other) =>
        [.. one.Keys.Union(other.Keys).Where(id => one.GetValueOrDefault(id) != other.GetValueOrDefault(id)).Order(StringComparer.Ordinal)];
}
