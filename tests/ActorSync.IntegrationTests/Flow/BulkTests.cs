using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Many writes at once go as Bulk jobs, from the application's tables to the org and back.</summary>
public sealed class BulkTests
{
    private const int RowsMin = 200;
    private const int Many = 500;

    // Accounts and contacts that are there at the start: each is given its external id.
    private const int Loaded = 15;
    private static readonly CallMatch Jobs = new(Api: "bulk");

    [Fact]
    public async Task Inserts_updates_and_deletes_of_many_records_go_as_jobs_and_few_by_SOAP()
    {
        await using var sync = await LoadedAsync();
        await InsertAsync(sync, Many);
        await RunAsync(sync);
        Written(sync, "upsert").ShouldBe((Many, 0));
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name like 'Many %' and sfid is not null")).ShouldBe(Many);

        // A parent in its own column, a null, and texts that CSV has to quote.
        await sync.ExecuteAsync("""
            update salesforce.account set phone = null, description = E'a,"b"\nc', website = 'http://' || id,
              parent__actorsync_id__c = (select actorsync_id__c from salesforce.account where name like 'Plain %' order by name limit 1)
            where name like 'Many %'
            """);
        await RunAsync(sync);
        Written(sync, "update").ShouldBe((Many, Loaded));
        await sync.ExecuteAsync("update salesforce.account set parent__actorsync_id__c = null where name like 'Many %'");
        await RunAsync(sync);
        Written(sync, "update").ShouldBe((2 * Many, Loaded));

        await sync.ExecuteAsync("delete from salesforce.account where name like 'Many %'");
        await RunAsync(sync);
        Written(sync, "delete").ShouldBe((Many, 0));
        sync.Org.Model.Query("SELECT Id FROM Account WHERE Name LIKE 'Many %'").Rows.ShouldBeEmpty();

        await InsertAsync(sync, RowsMin - 1);
        await RunAsync(sync);
        Written(sync, "upsert").ShouldBe((Many, RowsMin - 1));
        sync.Org.ShouldHoldNothingTwice();
    }

    // Some are refused for good, some because of a lock: neither holds back the others.
    [Fact]
    public async Task Records_that_a_job_refuses_are_parked_or_go_again_and_hold_back_nobody()
    {
        await using var sync = await LoadedAsync();
        await InsertAsync(sync, Many);
        var invalid = sync.Server.Faults.Add(new OrgFault.RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not: like this", ["Name"], 0.1), Jobs, hitsMax: 1);
        var locked = sync.Server.Faults.Add(new OrgFault.RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", [], 0.5), Jobs, hitsMax: 2);
        sync.StartNode();
        await Eventually.HoldsAsync("each to be in the org or parked", async () => await sync.QueryAsync<bool>("""
            select count(*) filter (where sfid is null) = (select count(*) from actorsync.actor where parked) and not exists (select from actorsync.offer)
              and not exists (select from actorsync.submission where finished_at is null) and count(*) filter (where sfid is not null) > 0
            from salesforce.account where name like 'Many %'
            """));
        (sync.Server.Faults.Hits(invalid), sync.Server.Faults.Hits(locked)).ShouldBe((1, 2), "chunks of the first job");
        var refused = sync.Org.Model.Arrivals().Where(arrival => arrival is { Api: "bulkapi", Error: not null }).ToLookup(arrival => arrival.Error!.StatusCode);
        refused["UNABLE_TO_LOCK_ROW"].Count().ShouldBeGreaterThan(100);
        refused["FIELD_CUSTOM_VALIDATION_EXCEPTION"].Count().ShouldBeGreaterThan(5);
        (await sync.ListAsync("select _hc_err from salesforce.account where _hc_lastop = 'FAILED'")).Count(error => error.Contains("Not: like this", StringComparison.Ordinal))
            .ShouldBe(refused["FIELD_CUSTOM_VALIDATION_EXCEPTION"].Count());
        Written(sync, "upsert").ShouldSatisfyAllConditions(
            written => (written.ByJobs + written.BySoap).ShouldBe(Many - refused["FIELD_CUSTOM_VALIDATION_EXCEPTION"].Count()), written => written.ByJobs.ShouldBeGreaterThan(Many / 2));
        sync.Org.ShouldHoldNothingTwice();
    }

    // Contacts of three accounts share a job; those that could not get their account's lock go again in one submission per account, each account in its own time.
    [Fact]
    public async Task Records_that_contended_for_a_parent_go_again_together()
    {
        await using var sync = await LoadedAsync();
        var locked = sync.Server.Faults.Add(new OrgFault.RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", [], 0.5), Jobs, hitsMax: 1);
        await sync.ExecuteAsync($"""
            insert into salesforce.contact(actorsync_id__c, lastname, account__actorsync_id__c)
            select {OneShard}, 'Many ' || i, (select actorsync_id__c from salesforce.account where name = 'Plain ' || (i % 3)) from generate_series(1, 300) i
            """);
        await RunAsync(sync);
        sync.Server.Faults.Hits(locked).ShouldBe(1);
        var refused = sync.Org.Model.Arrivals().Count(arrival => arrival is { Api: "bulkapi", Error: not null });
        Written(sync, "upsert").ShouldBe((300 - refused, refused), "those that go again are too few for a job");
        var again = await sync.ListAsync("""
            select c.account__actorsync_id__c::text || ' ' || count(distinct s.seq) filter (where s.number > 1) || ' ' || count(*) filter (where s.number > 1)
            from (select j.seq, (w->>'entity')::uuid as entity, row_number() over (partition by w->>'entity' order by j.seq) as number
                  from actorsync.journal j, json_array_elements(j.body->'writes') w where j.type = 'submission-started' and j.body->>'operation' = 'Insert') s
            join salesforce.contact c on c.actorsync_id__c = s.entity group by c.account__actorsync_id__c
            """);
        again.Count.ShouldBe(3);
        again.ShouldAllBe(parent => parent.Split(' ')[1] == "1" && int.Parse(parent.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture) > 10, "one submission for what could not get the lock");
        sync.Org.ShouldHoldNothingTwice();
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(0, "InvalidBatch : Field name not found : Phone")]
    public async Task Records_that_a_failed_job_has_not_reached_go_again(int afterChunks, string? message)
    {
        await using var sync = await LoadedAsync();
        var failure = message is null ? new OrgFault.FailJob(afterChunks) : new OrgFault.FailJob(afterChunks, message);
        var failed = sync.Server.Faults.Add(failure, Jobs, hitsMax: 1);
        await InsertAsync(sync, Many);
        await RunAsync(sync);
        sync.Server.Faults.Hits(failed).ShouldBe(1);
        Written(sync, "upsert").ShouldBe(message is null ? (Many, 0) : (0, Many), "what is wrong with records that no job takes, SOAP says");
        sync.Org.ShouldHoldNothingTwice();
    }

    [Fact]
    public async Task Object_that_Bulk_refuses_goes_by_SOAP_without_a_second_try()
    {
        await using var sync = await LoadedAsync();
        var refused = sync.Server.Faults.Add(new OrgFault.Error("INVALIDENTITY", "Entity 'Account' is not supported by the Bulk API."), new CallMatch("createJob", Api: "bulk"));
        await InsertAsync(sync, Many);
        await RunAsync(sync);
        sync.Server.Faults.Hits(refused).ShouldBe(1);
        Written(sync, "upsert").ShouldBe((0, Many));
        sync.Org.ShouldHoldNothingTwice();
    }

    [Fact]
    public async Task Records_of_a_job_that_an_administrator_aborts_go_again()
    {
        await using var sync = await LoadedAsync();
        await InsertAsync(sync, Many);
        using var chunk = sync.Server.Faults.HoldNext(new CallMatch("upsert", Api: "bulk"), HoldPoint.AfterEffect);
        sync.StartNode();
        await chunk.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        (await sync.AbortJobsAsync()).ShouldBe(1);
        await sync.ConvergedAsync();
        Written(sync, "upsert").ShouldBe((Many, 0));
        sync.Org.ShouldHoldNothingTwice();
    }

    // The answer to each call about the job is lost once, after it took effect.
    [Fact]
    public async Task Lost_answers_about_a_job_leave_no_doubt()
    {
        await using var sync = await LoadedAsync();
        string[] operations = ["createJob", "upload", "closeJob", "job", "successfulResults", "failedResults", "unprocessedRecords", "abortJob"];
        var lost = operations.ToDictionary(operation => operation, operation => sync.Server.Faults.Add(new OrgFault.DropAnswer(), new CallMatch(operation, Api: "bulk"), hitsMax: 1));

        await InsertAsync(sync, Many);
        await RunAsync(sync);
        lost.Where(fault => sync.Server.Faults.Hits(fault.Value) != 1).Select(fault => fault.Key).ShouldBeEmpty("calls whose answer was not lost");
        Written(sync, "upsert").ShouldBe((Many, 0));
        (await sync.QueryAsync<long>("select count(*) from actorsync.submission where doubtful_since is not null")).ShouldBe(0);
        sync.Org.ShouldHoldNothingTwice();
    }

    [Fact]
    public async Task With_an_API_version_without_jobs_everything_goes_by_SOAP_and_the_node_says_so()
    {
        await using var sync = await RunningSync.LoadedAsync(Settings("actorsync.salesforce.api-version = \"40.0\""));
        await InsertAsync(sync, RowsMin);
        var node = sync.StartNode();
        await node.SaysAsync("salesforce.api-version 40.0 has no Bulk API 2.0, which begins with 41.0: everything goes by SOAP");
        await sync.ConvergedAsync();
        Written(sync, "upsert").ShouldBe((0, RowsMin));
    }

    private static FlowSettings Settings(string more = "") => new()
    {
        Org = new OrgServerOptions { BulkChunkTime = TimeSpan.Zero },
        Configuration = $$"""
            actorsync.coordinator.bulk { rows-min = {{RowsMin}}, linger = 100ms, poll-interval = 20ms, poll-interval-max = 100ms }
            {{more}}

            """,
    };

    private static Task<RunningSync> LoadedAsync() => RunningSync.LoadedAsync(Settings());

    // The node is started behind the transaction, so that it finds all of it at once.
    private static async Task RunAsync(RunningSync sync)
    {
        sync.StartNode();
        await sync.ConvergedAsync();
        await sync.StopNodeAsync();
    }

    // Of one shard: one turn decides all that a statement does to them, however busy the machine is, and the coordinator sees all their writes at once.
    private const string OneShard = "(left(gen_random_uuid()::text, 32) || '0000')::uuid";

    private static Task InsertAsync(RunningSync sync, int count, string phone = "'1'") =>
        sync.ExecuteAsync($"insert into salesforce.account(name, phone, actorsync_id__c) select 'Many ' || i, {phone}, {OneShard} from generate_series(1, {count}) i");

    private static (int ByJobs, int BySoap) Written(RunningSync sync, string operation)
    {
        var written = sync.Org.WrittenBySync().Where(arrival => arrival.Operation == operation).ToLookup(arrival => arrival.Api);
        return (written["bulkapi"].Count(), written["soap"].Count());
    }
}
