using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;

namespace ActorSync.Benchmarks.Bulk;

/// <summary>Many rows inserted by one statement, and nodes that are killed at every stage of the jobs that carry them: each row reaches the org once.</summary>
internal static class BulkScenario
{
    private static readonly TimeSpan KillWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan EndWithin = TimeSpan.FromMinutes(30);
    private static readonly TimeProvider Clock = TimeProvider.System;

    // Where a job stands when its node is killed. A call that is held on its way never takes effect; one held after its effect loses its answer.
    private static readonly (string Stage, CallMatch Call, HoldPoint Point)[] Stages =
    [
        ("the job is journaled, its upload on the way", new CallMatch("upload", Api: "bulk"), HoldPoint.OnTheWay),
        ("uploaded, not closed", new CallMatch("upload", Api: "bulk"), HoldPoint.AfterEffect),
        ("a chunk is written, others are not", new CallMatch("upsert", Api: "bulk"), HoldPoint.AfterEffect),
        ("all is written, its state does not say so yet", new CallMatch("runJob", Api: "bulk"), HoldPoint.AfterEffect),
        ("it is over, its results are on the way", new CallMatch("successfulResults", Api: "bulk"), HoldPoint.AfterEffect),
        ("half of its results are read", new CallMatch("failedResults", Api: "bulk"), HoldPoint.AfterEffect),
    ];

    /// <summary>As the command line knows it.</summary>
    public static Scenario Scenario { get; } = new(
        "bulk", "rows inserted by SQL leave by jobs through kills at every stage; rounds of kills, 0 for none",
        new Dictionary<string, long> { ["rows"] = 200_000, ["rounds"] = 2, ["call-ms"] = 1500 }, RunAsync);

    private static async Task<bool> RunAsync(ScenarioOptions options)
    {
        var (rows, rounds) = (options["rows"], options["rounds"]);
        await using var world = await BenchmarkWorld.PrepareAsync(new BenchmarkSettings("{ object = Account, fields = [Name, Phone, Website, Description] }")
        {
            Org = new OrgServerOptions { ChangeEvents = null },
        });
        // Two hundred records in a second and a half, as Salesforce takes them: with calls that cost nothing hardly anything would be left for jobs.
        world.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.FromMilliseconds(options["call-ms"]))), new CallMatch("upsert", Api: "soap"));
        world.StartNode();
        await world.AtRestAsync();
        await world.ExecuteAsync(
            $"insert into salesforce.account(name, phone, website) select 'Bulk ' || i, '+1 555 ' || i, 'https://example.com/' || i from generate_series(1, {rows}) i");
        var began = Clock.GetTimestamp();
        Console.WriteLine($"{rows:N0} rows are inserted");
        for (var kill = 0; kill < rounds * Stages.Length; kill++)
        {
            // Spread over the first half, so that each still finds a job at its stage.
            await KillAsync(world, Stages[kill % Stages.Length], from: rows * kill / (rounds * Stages.Length * 2));
            world.StartNode();
        }

        await Eventually.HoldsAsync(
            "all rows to have their sfid", async () => await world.QueryAsync<bool>("select not exists (select from salesforce.account where sfid is null)"), EndWithin);
        var took = Clock.GetElapsedTime(began);
        Console.WriteLine(FormattableString.Invariant($"every row has its sfid after {took.TotalSeconds:0.0} s, {rounds * Stages.Length} kills in it: {rows / took.TotalSeconds:N0} rows/s"));
        await world.AtRestAsync();

        var violations = await BulkJudge.JudgeAsync(world, rows);
        foreach (var violation in violations)
        {
            Console.WriteLine($"BROKEN: {violation}");
        }

        if (violations.Count > 0)
        {
            Console.WriteLine($"what the nodes said: {await world.KeepLogsAsync("bulk")}");
        }

        return violations.Count == 0;
    }

    private static async Task KillAsync(BenchmarkWorld world, (string Stage, CallMatch Call, HoldPoint Point) at, long from)
    {
        using var hold = world.Server.Faults.HoldNext(call => at.Call.Matches(call) && world.Org.LastArrival >= from, at.Point);
        await hold.Arrived.WaitAsync(KillWithin, Clock);
        await world.Nodes[^1].KillAsync();
        if (at.Point == HoldPoint.OnTheWay)
        {
            hold.Drop();
        }

        Console.WriteLine($"killed at {world.Org.LastArrival:N0} arrivals: {at.Stage}");
    }
}
