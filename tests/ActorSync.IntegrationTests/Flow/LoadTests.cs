using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>The initial load by query jobs, while both sides go on.</summary>
public sealed class LoadTests
{
    private const int Killed = 128 + 9;

    private static readonly TimeSpan DiesWithin = TimeSpan.FromSeconds(60);
    private static readonly CallMatch CreateJob = new("createQueryJob");
    private static readonly CallMatch AccountJob = new("runQueryJob", "Account");
    private static readonly CallMatch ContactJob = new("runQueryJob", "Contact");

    // The rows of a job are as old as the job, however late they are taken: what a poll has told meanwhile, and what became of it here, is newer.
    [Fact]
    [Trait("Invariant", "I2")]
    public async Task What_happened_since_the_job_ran_is_never_undone_by_its_rows()
    {
        await using var sync = await RunningSync.PrepareAsync(Settings());
        await RecordsAreOldAsync(sync);
        using var late = sync.Server.Faults.HoldNext(AccountJob, HoldPoint.AfterEffect);
        var node = sync.StartNode();
        await late.Arrived.WaitAsync(DiesWithin, TimeProvider.System);
        await sync.KeepHistoryAsync();
        (await sync.QueryAsync<long>("select count(*) from salesforce.account")).ShouldBe(0, "nothing but the job reads old records");
        var sfids = new[] { "Plain 0", "Plain 1", "Plain 2" }.Select(name => (string)sync.Org.Model.Query($"SELECT Id FROM Account WHERE Name = '{name}'").Rows.Single().Fields[0].Value!).ToArray();

        sync.Org.Update("Account", sfids[0], ("Name", "newer"));
        sync.Org.Update("Account", sfids[1], ("Website", "polled"));
        sync.Org.Delete(sfids[2]);
        await Eventually.HoldsAsync("the edits to be polled while the load waits", async () =>
            await sync.QueryAsync<long>("select count(*) from salesforce.account where name = 'newer' or website = 'polled'") == 2);
        await sync.ExecuteAsync($"update salesforce.account set name = 'ours' where sfid = '{sfids[1]}'");
        await Eventually.HoldsAsync("the application's edit to be written", () => Task.FromResult(sync.Org.Model.Query("SELECT Id FROM Account WHERE Name = 'ours'").Rows.Count == 1));
        await Eventually.HoldsAsync("the deletion to be read", async () =>
            await sync.QueryAsync<long>($"select count(*) from actorsync.link where sfid = '{sfids[2]}' and deleted_at is not null") == 1);
        late.Release();
        await node.SaysAsync("Account: ");
        await sync.ConvergedAsync();

        var history = await sync.ListAsync("select what from public.history order by n");
        history.ShouldContain("INSERT newer");
        history.ShouldNotContain(what => what.EndsWith("Plain 0", StringComparison.Ordinal), "the job's older row");
        history.ShouldNotContain(what => what.EndsWith("Plain 2", StringComparison.Ordinal), "a record that was deleted when its row came");
        history.Where(what => what.EndsWith("Plain 1", StringComparison.Ordinal) || what.EndsWith("ours", StringComparison.Ordinal)).ShouldBe(["INSERT Plain 1", "UPDATE ours"]);
    }

    // A load of hours must not begin again because a node died: the job and the place in its results are in the cursor.
    [Fact]
    [Trait("Invariant", "I8")]
    public async Task A_load_that_is_killed_goes_on_with_the_same_jobs_behind_the_last_page_taken()
    {
        await using var sync = await RunningSync.PrepareAsync(Settings(5_000));
        await RecordsAreOldAsync(sync);
        var created = sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.Zero)), CreateJob);

        // Both jobs are noted before either has rows, and the seventh page leaves rows of Contact to take, in whatever order the pages come.
        using var accounts = sync.Server.Faults.HoldNext(AccountJob, HoldPoint.BeforeEffect);
        using var contacts = sync.Server.Faults.HoldNext(ContactJob, HoldPoint.BeforeEffect);
        var doomed = sync.StartProcess("after-load-page:7");
        await Eventually.HoldsAsync("both jobs to be noted", async () => await sync.QueryAsync<long>("select count(cursor->'load'->>'job') from actorsync.lease where address >= 20000") == 2, DiesWithin);
        accounts.Release();
        contacts.Release();
        (await doomed.ExitAsync(DiesWithin)).ShouldBe(Killed);
        var before = await LoadedAsync(sync);
        before.ShouldBeGreaterThan(1_000);
        var jobs = await JobsAsync(sync);

        // Polls go on beside it, and people work on both sides.
        using var results = sync.Server.Faults.HoldNext(new CallMatch("queryResults"), HoldPoint.OnTheWay);
        sync.StartNode();
        await results.Arrived.WaitAsync(DiesWithin, TimeProvider.System);
        (await LoadedAsync(sync)).ShouldBe(before, "it begins where it was");
        (await JobsAsync(sync)).ShouldBe(jobs);
        sync.Org.Update("Account", (string)sync.Org.Model.Query("SELECT Id FROM Account WHERE Name = 'Plain 0'").Rows.Single().Fields[0].Value!, ("Name", "while it loads"));
        var ours = await sync.InsertAccountAsync("born while it loads");
        results.Release();
        await sync.ConvergedAsync();

        sync.Org.Accounts(ours).Count.ShouldBe(1);
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name = 'while it loads'")).ShouldBe(1);
        sync.Server.Faults.Hits(created).ShouldBe(2, "one job for each object, whoever takes its rows");
        (await sync.QueryAsync<bool>("select bool_and((cursor->>'loaded')::int between 1000 and 2003) from actorsync.lease where address >= 20000")).ShouldBeTrue("no row was counted twice");
    }

    [Fact]
    public async Task A_job_that_fails_or_is_gone_is_followed_by_another_and_after_a_few_by_SOAP()
    {
        await using var sync = await RunningSync.PrepareAsync(Settings());
        var created = sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.Zero)), CreateJob);
        sync.Server.Faults.Add(new OrgFault.FailJob(0), new CallMatch("runQueryJob", "Contact"), hitsMax: 1);
        sync.Server.Faults.Add(new OrgFault.FailJob(0), AccountJob);
        sync.Server.Faults.Add(new OrgFault.Refuse(Reset: false), new CallMatch("queryResults"), hitsMax: 2);
        var node = sync.StartNode();
        await sync.ConvergedAsync();

        node.Log.ShouldContain("Account: 3 jobs were lost, SOAP reads it");
        sync.Server.Faults.Hits(created).ShouldBe(5);
    }

    [Fact]
    public async Task An_object_that_no_query_job_reads_is_loaded_by_SOAP()
    {
        await using var sync = await RunningSync.PrepareAsync(Settings());
        sync.Server.Faults.Add(new OrgFault.Error("INVALIDENTITY", "Entity 'Account' is not supported by the Bulk API."), new CallMatch("createQueryJob", "Account"));
        var node = sync.StartNode();
        await sync.ConvergedAsync();

        node.Log.ShouldContain("Account: no Bulk query reads it");
    }

    /// <summary>Every object is loaded by a job, a few hundred rows at a time.</summary>
    internal static FlowSettings Settings(int records = 20, string more = "") => new()
    {
        Records = records,
        Org = new OrgServerOptions { BulkChunkTime = TimeSpan.Zero },
        Configuration = $$"""
            actorsync.coordinator.bulk { poll-interval = 20ms, poll-interval-max = 100ms }
            actorsync.feed { overlap = 1s, page-rows-max = 200, load.bulk-rows-min = 1 }
            actorsync.runtime.lease { ttl = 2s, renew = 400ms, margin = 800ms }
            actorsync.salesforce { request-deadline = 3s, connect-timeout = 2s }
            {{more}}

            """,
    };

    /// <summary>Waits until no poll looks back far enough to see the records that are there: then a load alone can read them.</summary>
    internal static Task RecordsAreOldAsync(RunningSync sync)
    {
        var stamp = sync.Org.Model.Query("SELECT SystemModstamp FROM Account ORDER BY SystemModstamp DESC LIMIT 1").Rows.Single().Fields[0].Value.ShouldBeOfType<DateTimeOffset>();
        return Eventually.HoldsAsync("the records to be older than what polls look back for", () => Task.FromResult(TimeProvider.System.GetUtcNow() - stamp > TimeSpan.FromSeconds(4.5)));
    }

    private static Task<long> LoadedAsync(RunningSync sync) => sync.QueryAsync<long>("select coalesce(sum((cursor->>'loaded')::int), 0) from actorsync.lease where address >= 20000");

    private static async Task<string?> JobsAsync(RunningSync sync) =>
        await sync.QueryAsync<string>("select string_agg(cursor->'load'->>'job', ' ' order by address) from actorsync.lease where address >= 20000");
}
