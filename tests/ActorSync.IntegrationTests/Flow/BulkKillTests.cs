using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Nodes die around Bulk jobs. The next one asks for the job by its id, and nothing is sent twice.</summary>
public sealed class BulkKillTests
{
    private const int Killed = 128 + 9;
    private const int Rows = 20_000;
    private const int Few = 300;

    // It starts, signs in and takes over first; on a busy machine that alone takes most of the usual deadline.
    private static readonly TimeSpan DiesWithin = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Invariant", "I9")]
    public async Task Twenty_thousand_rows_arrive_once_through_kills_at_every_stage_of_their_jobs()
    {
        await using var sync = await RunningSync.LoadedAsync(Settings("rows-min = 1, linger = 500ms, poll-interval = 20ms"));
        await sync.ExecuteAsync($"insert into salesforce.account(name) select 'Bulk ' || i from generate_series(1, {Rows}) i");

        // Before there is a job, and with a job that has no records yet: nothing has happened.
        (await sync.StartProcess("after-journal").ExitAsync(DiesWithin)).ShouldBe(Killed);
        (await sync.StartProcess("after-job").ExitAsync(DiesWithin)).ShouldBe(Killed);
        sync.Org.WrittenBySync().ShouldAllBe(arrival => arrival.Operation == "update", "only what was loaded has its external id");

        // While it is written, and when it is written and has no results yet.
        await KillAtAsync(sync, new CallMatch("upsert", Api: "bulk"));
        await KillAtAsync(sync, new CallMatch("runJob"));
        sync.StartNode();
        // Cheaper to ask than whether all work is done; and there is a lot of it.
        await Eventually.HoldsAsync("all rows to have their sfid", async () => await sync.QueryAsync<bool>("select not exists (select from salesforce.account where sfid is null)"), DiesWithin);
        await sync.ConvergedAsync();

        var written = sync.Org.WrittenBySync().Where(arrival => arrival.Operation != "update").ToList();
        written.ShouldAllBe(arrival => arrival.Api == "bulkapi" && arrival.Before.Count == 0);
        written.Select(arrival => arrival.ExternalId).Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(Rows);
        written.Count.ShouldBe(Rows, "no record is written twice");
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name like 'Bulk %' and sfid is not null")).ShouldBe(Rows);
        (await sync.QueryAsync<long>("select count(*) from actorsync.submission where doubtful_since is not null")).ShouldBe(0, "the jobs tell");
    }

    // Uploaded and not closed nothing has happened; with its results read and not journaled all of it has.
    [Theory]
    [InlineData("after-upload", false)]
    [InlineData("after-answer", true)]
    [Trait("Invariant", "I9")]
    public async Task Rows_of_a_job_whose_node_dies_between_two_steps_arrive_once(string crashPoint, bool isWritten)
    {
        await using var sync = await RunningSync.LoadedAsync(Settings("rows-min = 1, linger = 1s, poll-interval = 20ms"));
        await sync.ExecuteAsync($"insert into salesforce.account(name) select 'Bulk ' || i from generate_series(1, {Few}) i");
        (await sync.StartProcess(crashPoint).ExitAsync(DiesWithin)).ShouldBe(Killed);
        var unfinished = await sync.QueryAsync<long>("select sum(records) from actorsync.submission where finished_at is null and job_id is not null");
        unfinished.ShouldBeGreaterThan(0, "the job is journaled, its outcome is not");
        sync.Org.WrittenBySync().Count(arrival => arrival is { Api: "bulkapi", Operation: "upsert" }).ShouldBe(isWritten ? (int)unfinished : 0);

        sync.StartNode();
        await sync.ConvergedAsync();
        var written = sync.Org.WrittenBySync().Where(arrival => arrival.Operation == "upsert").ToList();
        (written.Count, written.Select(arrival => arrival.ExternalId).Distinct(StringComparer.OrdinalIgnoreCase).Count()).ShouldBe((Few, Few), "no record is written twice");
        (await sync.QueryAsync<long>("select count(*) from actorsync.submission where doubtful_since is not null")).ShouldBe(0, "the job tells");
    }

    /// <summary>Short leases and limits: each kill costs the time until its node's lease has expired.</summary>
    internal static FlowSettings Settings(string bulk) => new()
    {
        Org = new OrgServerOptions { BulkChunkTime = TimeSpan.Zero },
        Configuration = $$"""
            actorsync.coordinator.bulk { {{bulk}} }
            actorsync.runtime.lease { ttl = 2s, renew = 400ms, margin = 800ms }
            actorsync.salesforce { request-deadline = 3s, connect-timeout = 2s }

            """,
    };

    /// <summary>Kills a node as soon as the org has done a step; the org goes on with what it is doing.</summary>
    internal static async Task KillAtAsync(RunningSync sync, CallMatch call)
    {
        using var hold = sync.Server.Faults.HoldNext(call, HoldPoint.AfterEffect);
        var node = sync.StartProcess();
        await hold.Arrived.WaitAsync(DiesWithin, TimeProvider.System);
        await node.KillAsync();
    }
}
