using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Time;

namespace ActorSync.Benchmarks.Load;

/// <summary>Many records are loaded while people edit both sides and the node is killed in the middle: the load goes on where it was, and no row ever shows an older value.</summary>
internal static class LoadScenario
{
    private static readonly TimeSpan LoadWithin = TimeSpan.FromMinutes(20);

    // Two times the overlap, and the seconds that polls always look back.
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(15);
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>As the command line knows it.</summary>
    public static Scenario Scenario { get; } = new(
        "load", "records are loaded while both sides are edited (edits a second, together) and the node is killed; kills 0 or 1",
        new Dictionary<string, long> { ["rows"] = 100_000, ["edits"] = 50, ["kills"] = 1 }, RunAsync);

    private static async Task<bool> RunAsync(ScenarioOptions options)
    {
        var rows = options["rows"];
        await using var world = await BenchmarkWorld.PrepareAsync(new BenchmarkSettings("{ object = Account, fields = [Name, Phone, Website, Industry, Description] }")
        {
            Org = new OrgServerOptions { ChangeEvents = null },
            Configuration = "actorsync.feed { interval = 500ms, overlap = 5s, overlap-interval = 2s }",
        });
        var sfids = Fill(world.Org, rows);
        var made = Clock.GetTimestamp();
        await Eventually.HoldsAsync("the records to be older than polls look back for", () => Task.FromResult(Clock.GetElapsedTime(made) > Old), TimeSpan.FromMinutes(1));
        var jobs = world.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.Zero)), new CallMatch("createQueryJob"));
        using var run = world.Server.Faults.HoldNext(new CallMatch("runQueryJob"), HoldPoint.AfterEffect);
        world.StartNode();
        await run.Arrived.WaitAsync(LoadWithin, Clock);
        await LoadJudge.WatchAsync(world);

        // The rows of the job are taken; from here on every edit is newer than they are.
        await using var edits = new TwoSidedEdits(world, sfids, options["edits"]);
        run.Release();
        var began = Clock.GetTimestamp();
        if (options["kills"] > 0)
        {
            await Eventually.HoldsAsync("half of the load", async () => await LoadedAsync(world) >= rows / 2, LoadWithin);
            await world.Nodes[^1].KillAsync();
            Console.WriteLine(FormattableString.Invariant($"killed at {await LoadedAsync(world):N0} records, {Clock.GetElapsedTime(began).TotalSeconds:0.0} s after the job was complete"));
            world.StartNode();
        }

        await Eventually.HoldsAsync("the load to end", async () => await PhaseAsync(world) == "live", LoadWithin);
        var read = Clock.GetElapsedTime(began);
        await Eventually.HoldsAsync("every row to be there", async () => await world.QueryAsync<long>("select count(*) from salesforce.account") >= rows, LoadWithin);
        var took = Clock.GetElapsedTime(began);
        Console.WriteLine(FormattableString.Invariant($"{rows:N0} records are read after {read.TotalSeconds:0.0} s and are rows after {took.TotalSeconds:0.0} s, {options["kills"]} kills in it: {rows / took.TotalSeconds:N0} rows/s"));
        var done = await edits.StopAsync();
        Console.WriteLine(FormattableString.Invariant($"{done.Salesforce:N0} edits in Salesforce and {done.Postgres:N0} in PostgreSQL meanwhile, {(done.Salesforce + done.Postgres) / took.TotalSeconds:0.0}/s; {world.Server.RequestsUsed:N0} API requests"));
        var rest = Clock.GetTimestamp();
        await world.AtRestAsync();
        Console.WriteLine(FormattableString.Invariant($"everything is at rest {Clock.GetElapsedTime(rest).TotalSeconds:0.0} s later"));

        var violations = await LoadJudge.JudgeAsync(world, rows, world.Server.Faults.Hits(jobs) ?? 0);
        foreach (var violation in violations)
        {
            Console.WriteLine($"BROKEN: {violation}");
        }

        if (violations.Count > 0)
        {
            Console.WriteLine($"what the nodes said: {await world.KeepLogsAsync("load")}");
        }

        return violations.Count == 0;
    }

    private static string[] Fill(OrgModel org, long rows)
    {
        var person = new DmlContext("benchmark", null, org.HumanUser.Id);
        var sfids = new List<string>((int)rows);
        foreach (var some in Enumerable.Range(0, (int)rows).Chunk(200))
        {
            sfids.AddRange(org.Create([.. some.Select(i => new RecordInput("Account", null, Fields(i)))], person).Select(result => result.Id!));
        }

        return [.. sfids];
    }

    private static Dictionary<string, object?> Fields(int i) => new(StringComparer.Ordinal)
    {
        ["Name"] = "S 0",
        ["Phone"] = "A 0",
        ["Website"] = $"https://example.com/{i}",
        ["Industry"] = "Energy",
        ["Description"] = $"Record {i}, \"quoted\"",
        // Its last bytes spread the records over the shards.
        ["ActorSync_Id__c"] = new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, (byte)(i >> 8), (byte)i).ToString(),
    };

    private static Task<long> LoadedAsync(BenchmarkWorld world) => world.QueryAsync<long>("select coalesce(max((cursor->>'loaded')::bigint), 0) from actorsync.lease where address >= 20000");

    private static Task<string?> PhaseAsync(BenchmarkWorld world) => world.QueryAsync<string>("select cursor->>'phase' from actorsync.lease where address >= 20000");
}
