using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Time;
using ActorSync.TestKit.Traffic;

namespace ActorSync.Benchmarks.ChangeEvents;

/// <summary>Both sides count on the same records while answers are lost and values are overwritten: the sums are exact, and nothing waits for somebody.</summary>
internal static class CounterScenario
{
    private static readonly TimeSpan ExactWithin = TimeSpan.FromMinutes(5);
    private static readonly CallMatch Updates = new("update", "Account");

    /// <summary>As the command line knows it.</summary>
    public static Scenario Scenario { get; } = new(
        "counters", "increments of each side on the same records, with lost answers (percent) and overwritten values, end at the exact sums; pause-ms after each increment",
        new Dictionary<string, long> { ["increments"] = 1_000, ["records"] = 20, ["lost"] = 10, ["pause-ms"] = 10 }, RunAsync);

    private static async Task<bool> RunAsync(ScenarioOptions options)
    {
        var (increments, records) = ((int)options["increments"], (int)options["records"]);
        await using var world = await BenchmarkWorld.PrepareAsync(new BenchmarkSettings("{ object = Account, feed = cdc, fields = [Name, { name = NumberOfEmployees, policy = counter }] }")
        {
            Org = new OrgServerOptions(),
        });
        var person = new DmlContext("page", null, world.Org.HumanUser.Id);
        world.Org.Create([.. Enumerable.Range(0, records).Select(i => new RecordInput("Account", null, new Dictionary<string, object?> { ["Name"] = $"Counter {i}", ["NumberOfEmployees"] = "100" }))], person);
        world.StartNode();
        await world.AtRestAsync();
        var counters = await CounterTraffic.BeginAsync(world.Application, world.Org, records);
        var lost = world.Server.Faults.Add(new FaultRule(new OrgFault.DropAnswer(), Updates, options["lost"] / 100.0));
        // Between our read and our write there is time for somebody else.
        var slow = world.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Uniform(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(60))), Updates);

        var began = TimeProvider.System.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(options["pause-ms"]);
        await Task.WhenAll(counters.ApplicationAsync(increments, pause), counters.PeopleAsync(increments, pause));
        var made = TimeProvider.System.GetElapsedTime(began);
        var answersLost = world.Server.Faults.Hits(lost);
        world.Server.Faults.Remove(lost);
        world.Server.Faults.Remove(slow);
        Console.WriteLine(FormattableString.Invariant($"{increments:N0} increments from each side on {records} records in {made.TotalSeconds:0.0} s, {answersLost} answers lost, {counters.Overwritten()} values of people overwritten"));
        await Eventually.PassesAsync("both sides to hold the sums", counters.ShouldBeExactAsync, ExactWithin);
        await world.AtRestAsync();
        await counters.ShouldBeExactAsync();
        Console.WriteLine(FormattableString.Invariant($"both sides hold the exact sums {TimeProvider.System.GetElapsedTime(began).TotalSeconds - made.TotalSeconds:0.0} s later, and nothing waits for somebody"));
        return true;
    }
}
