using System.Globalization;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;

namespace ActorSync.Benchmarks.Backlog;

/// <summary>Millions of changes of one object wait on disk while Salesforce hardly takes them: the node's memory stays under its limit, and fresh changes of another object are there at once.</summary>
internal static class BacklogScenario
{
    /// <summary>The node's default limit.</summary>
    private const long MemoryMax = 1L << 30;

    /// <summary>Rows of one statement, behind the first half, which is one statement of its own.</summary>
    private const long StatementRowsMax = 100_000;

    private static readonly TimeSpan LatencyMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ArrivalMax = TimeSpan.FromMinutes(5);

    // Longer than a run takes of what the backlog's calls may: they neither fail nor get anywhere.
    private static readonly TimeSpan SlowCall = TimeSpan.FromSeconds(20);
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>As the command line knows it.</summary>
    public static Scenario Scenario { get; } = new(
        "backlog", "changes of one object that Salesforce hardly takes; probes of another one, and seconds they are spread over",
        new Dictionary<string, long> { ["rows"] = 1_000_000, ["probes"] = 60, ["seconds"] = 60 }, RunAsync);

    private static async Task<bool> RunAsync(ScenarioOptions options)
    {
        var rows = options["rows"];
        await using var world = await BenchmarkWorld.PrepareAsync(new BenchmarkSettings("{ object = Account, fields = [Name, Phone, Website, Description] }, { object = Contact, fields = [LastName, Phone] }")
        {
            Org = new OrgServerOptions { ChangeEvents = null },
        });
        world.StartNode();
        await world.AtRestAsync();
        await world.Nodes[^1].KillAsync();
        await FillAsync(world, rows);
        world.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(SlowCall)), new CallMatch("upsert", "Account"));

        var node = world.StartNode();
        await node.LineAsync("; running", TimeSpan.FromMinutes(2));
        var delays = new List<TimeSpan>();
        var began = Clock.GetTimestamp();
        for (var i = 0; i < options["probes"]; i++)
        {
            var due = TimeSpan.FromSeconds((double)options["seconds"] * i / options["probes"]) - Clock.GetElapsedTime(began);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, Clock);
            }

            delays.Add(await ProbeAsync(world, i));
        }

        var taken = Clock.GetElapsedTime(began);
        var memory = MemoryPeak(node.Id);
        Console.WriteLine(FormattableString.Invariant(
            $"{world.Org.Query("SELECT Id FROM Account", includeDeleted: false, int.MaxValue).Rows.Count:N0} accounts reached the org in {taken.TotalSeconds:0} s; the others wait, {await world.QueryAsync<long>("select count(*) from actorsync.offer"):N0} of them offered"));
        Console.WriteLine(FormattableString.Invariant($"memory of the node: {memory / 1048576.0:0} MiB at its peak"));
        Console.WriteLine(FormattableString.Invariant($"the first contact arrived {delays[0].TotalMilliseconds:0} ms after its commit, with a node that has just started; it does not count"));
        delays.RemoveAt(0);
        delays.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"{delays.Count} contacts arrived {delays[delays.Count / 2].TotalMilliseconds:0} ms after their commit at the median, p99 {delays[Math.Max(0, (delays.Count * 99 / 100) - 1)].TotalMilliseconds:0} ms, longest {delays[^1].TotalMilliseconds:0} ms"));
        var holds = memory <= MemoryMax && delays[^1] < LatencyMax;
        if (!holds)
        {
            Console.WriteLine($"BROKEN: more than {MemoryMax >> 20} MiB or {LatencyMax.TotalSeconds:0} s; what the nodes said: {await world.KeepLogsAsync("backlog")}");
        }

        return holds;
    }

    private static async Task FillAsync(BenchmarkWorld world, long rows)
    {
        var began = Clock.GetTimestamp();
        for (var done = 0L; done < rows;)
        {
            var next = done == 0 ? Math.Max(1, rows / 2) : Math.Min(rows - done, StatementRowsMax);
            await world.ExecuteAsync(
                $"insert into salesforce.account(name, phone, website) select 'Backlog ' || i, '+1 555 ' || i, 'https://example.com/' || i from generate_series({done + 1}, {done + next}) i");
            done += next;
        }

        Console.WriteLine(FormattableString.Invariant(
            $"{rows:N0} changes are pending after {Clock.GetElapsedTime(began).TotalSeconds:0} s, {await world.QueryAsync<long>("select pg_database_size(current_database())") / 1048576:N0} MiB on disk"));
    }

    private static async Task<TimeSpan> ProbeAsync(BenchmarkWorld world, int number)
    {
        using var arrival = world.Server.Faults.HoldNext(new CallMatch("upsert", "Contact", Api: "soap"), HoldPoint.OnTheWay);
        await world.ExecuteAsync($"insert into salesforce.contact(lastname) values ('Fresh {number}')");
        var committedAt = Clock.GetTimestamp();
        await arrival.Arrived.WaitAsync(ArrivalMax, Clock);
        return Clock.GetElapsedTime(committedAt);
    }

    private static long MemoryPeak(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
