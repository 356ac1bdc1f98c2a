using System.Globalization;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.Changes;
using ActorSync.TestKit.Time;
using Shouldly;

namespace ActorSync.Benchmarks.ChangeEvents;

/// <summary>How long a change takes from its commit in the org to its committed row, and that nothing is missed over whatever interrupts the stream. Polls are a day apart.</summary>
internal static class ChangeEventScenario
{
    private static readonly TimeSpan MedianMax = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan P99Max = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EqualWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>Events the org keeps: more than a cut of half a minute publishes, fewer than a rush.</summary>
    private const int EventsMax = 20_000;

    /// <summary>As the command line knows it.</summary>
    public static Scenario Scenario { get; } = new(
        "cdc", "changes/s in the org for so many seconds, latency to the row; then interruptions (0 for none) with a network cut of so many seconds",
        new Dictionary<string, long> { ["rate"] = 200, ["seconds"] = 60, ["warm-up"] = 10, ["records"] = 4_000, ["interruptions"] = 1, ["cut"] = 30 }, RunAsync);

    private static async Task<bool> RunAsync(ScenarioOptions options)
    {
        await using var world = await BenchmarkWorld.PrepareAsync(new BenchmarkSettings("{ object = Account, feed = cdc, fields = [Name, Website] }")
        {
            Org = new OrgServerOptions { ChangeEvents = new ChangeEventOptions { EventsMax = EventsMax } },
            Configuration = "actorsync.feed { interval = 1h, overlap = 1h, overlap-interval = 1h, cdc.fallback-interval = 1d }",
            ByLine = true,
        });
        var people = new PeopleAtWork(world.Org, Create(world.Org, (int)options["records"]));
        world.StartNode();
        await world.AtRestAsync();
        var holds = await MeasureAsync(world, people, options);
        try
        {
            await EqualAsync(world);
            if (options["interruptions"] > 0)
            {
                await InterruptAsync(world, people, options);
            }

            await world.AtRestAsync();
            await NothingWaitsAsync(world);
            Console.WriteLine(holds ? "nothing waits for anybody" : $"what the nodes said: {await world.KeepLogsAsync("cdc")}");
            return holds;
        }
        catch (ShouldAssertException broken)
        {
            Console.WriteLine($"BROKEN: {broken.Message}\nwhat the nodes said: {await world.KeepLogsAsync("cdc")}");
            return false;
        }
    }

    private static List<string> Create(OrgModel org, int records)
    {
        var person = new DmlContext("page", null, org.HumanUser.Id);
        return [.. Enumerable.Range(0, records).Chunk(OrgModel.RecordsPerCallMax).SelectMany(some => org.Create(
            [.. some.Select(i => new RecordInput("Account", null, new Dictionary<string, object?> { ["Name"] = $"Account {i}" }))], person)).Select(result => result.Id!)];
    }

    private static async Task<bool> MeasureAsync(BenchmarkWorld world, PeopleAtWork people, ScenarioOptions options)
    {
        await using var arrived = await ArrivedRows.ListenAsync(world);
        await people.WorkAsync(options["rate"], TimeSpan.FromSeconds(options["warm-up"]));
        var used = world.Server.RequestsUsed;
        var commits = await people.WorkAsync(options["rate"], TimeSpan.FromSeconds(options["seconds"]));
        used = world.Server.RequestsUsed - used;
        await EqualAsync(world);
        var latencies = commits.Select(commit => arrived.At(commit.Value) is { } at ? Clock.GetElapsedTime(commit.CommittedAt, at) : (TimeSpan?)null).ToList();
        var known = latencies.OfType<TimeSpan>().Order().ToList();
        var (median, p99) = (known[known.Count / 2], known[(int)(known.Count * 0.99)]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{commits.Count:N0} changes in {options["seconds"]} s on {options["records"]:N0} records: from commit in the org to the committed row median {median.TotalMilliseconds:0} ms, p99 {p99.TotalMilliseconds:0} ms, longest {known[^1].TotalMilliseconds:0} ms; {latencies.Count - known.Count} not seen on their own; {used:N0} API requests"));
        var (holds, missing) = (median <= MedianMax && p99 <= P99Max, latencies.Count - known.Count);
        if (!holds || missing > 0)
        {
            Console.WriteLine($"BROKEN: promised are a median of {MedianMax.TotalMilliseconds} ms, a p99 of {P99Max.TotalMilliseconds} ms and every change in its row");
        }

        return holds && missing == 0;
    }

    private static async Task InterruptAsync(BenchmarkWorld world, PeopleAtWork people, ScenarioOptions options)
    {
        var stream = new CallMatch(Api: "stream");
        await DuringAsync(world, people, options, "the server restarts", () => world.RestartServerAsync(TimeSpan.FromSeconds(2)));
        await DuringAsync(world, people, options, $"the network is cut for {options["cut"]} s", async () =>
        {
            world.Line.Cut();
            await Task.Delay(TimeSpan.FromSeconds(options["cut"]), Clock);
            world.Line.Mend();
        });
        await DuringAsync(world, people, options, "the org forgets the streaming client five times", () => RepeatAsync(world.Server.ForgetStreams));
        await DuringAsync(world, people, options, "the session expires five times", () => RepeatAsync(world.Server.ExpireSessions));
        await DuringAsync(world, people, options, "events come twice and in the opposite order", () =>
            UnderAsync(world, [new FaultRule(new OrgFault.RepeatEvents(), stream, 0.3), new FaultRule(new OrgFault.ReorderEvents(), stream, 0.5)]));
        await DuringAsync(world, people, options, "every fifth event is a gap", () => UnderAsync(world, [new FaultRule(new OrgFault.LoseEvent(), stream, 0.2)]));
        await DuringAsync(world, people, options, "three events are overflows", () => UnderAsync(world, [new FaultRule(new OrgFault.LoseEvent(Overflow: true), stream, 0.1, HitsMax: 3)]));
        await DuringAsync(world, people, options, "the node is killed and another one started", async () =>
        {
            await world.Nodes[^1].KillAsync();
            world.StartNode();
            await world.Nodes[^1].LineAsync("; running", TimeSpan.FromMinutes(1));
        });
        await DuringAsync(world, people, options, "the replay id expires", async () =>
        {
            using var handshake = world.Server.Faults.HoldNext(new CallMatch("handshake", Api: "stream"), HoldPoint.OnTheWay);
            world.Server.ForgetStreams();
            await handshake.Arrived.WaitAsync(EqualWithin, Clock);
            var last = world.Org.RecordChangeEvents(new ChangeEventOptions()).Last;
            while (world.Org.RecordChangeEvents(new ChangeEventOptions()).Holds(last))
            {
                people.Rush();
            }
        });
        world.Nodes[^1].Output.ShouldContain(line => line.Contains("missed", StringComparison.Ordinal), "the alert of an expired replay id");
    }

    private static async Task RepeatAsync(Action interrupt)
    {
        for (var i = 0; i < 5; i++)
        {
            interrupt();
            await Task.Delay(TimeSpan.FromSeconds(1), Clock);
        }
    }

    private static async Task UnderAsync(BenchmarkWorld world, FaultRule[] rules)
    {
        long[] ids = [.. rules.Select(world.Server.Faults.Add)];
        await Task.Delay(TimeSpan.FromSeconds(5), Clock);
        var hits = ids.Select(world.Server.Faults.Hits).ToArray();
        Array.ForEach(ids, id => world.Server.Faults.Remove(id));
        hits.ShouldAllBe(count => count > 0);
    }

    /// <summary>People work for a second before, while it goes on and for a second after; then both sides have to become equal.</summary>
    private static async Task DuringAsync(BenchmarkWorld world, PeopleAtWork people, ScenarioOptions options, string what, Func<Task> interruption)
    {
        var (second, changes) = (TimeSpan.FromSeconds(1), 0);
        changes += (await people.WorkAsync(options["rate"], second)).Count;
        var going = interruption();
        while (!going.IsCompleted)
        {
            changes += (await people.WorkAsync(options["rate"], second)).Count;
        }

        await going;
        var over = Clock.GetTimestamp();
        changes += (await people.WorkAsync(options["rate"], second)).Count;
        await EqualAsync(world);
        Console.WriteLine(FormattableString.Invariant($"{what}: {changes:N0} changes, nothing missed, both sides equal {Clock.GetElapsedTime(over).TotalSeconds - 1:0.0} s after the last of them"));
    }

    private static Task EqualAsync(BenchmarkWorld world) => Eventually.PassesAsync("both sides to be equal", async () => (await DifferenceAsync(world)).ShouldBeNull(), EqualWithin);

    private static async Task<string?> DifferenceAsync(BenchmarkWorld world)
    {
        var there = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var page = world.Org.Query("SELECT Id, Website FROM Account"); ; page = world.Org.QueryMore(page.Locator))
        {
            foreach (var row in page.Rows)
            {
                there[row.Id] = (string?)row.Fields[1].Value;
            }

            if (page.Locator is null)
            {
                break;
            }
        }

        await using var command = world.Application.CreateCommand("select sfid, website from salesforce.account");
        await using var reader = await command.ExecuteReaderAsync();
        var (rows, behind, first) = (0, 0, "");
        while (await reader.ReadAsync())
        {
            rows++;
            var (sfid, value) = (reader.GetString(0), await reader.IsDBNullAsync(1) ? null : reader.GetString(1));
            if (!there.TryGetValue(sfid, out var other) || other != value)
            {
                (behind, first) = (behind + 1, first.Length > 0 ? first : $"{sfid} is {value} here and {other} there");
            }
        }

        return rows != there.Count ? $"{rows} rows for {there.Count} records" : behind > 0 ? $"{behind} rows differ; {first}" : null;
    }

    private static async Task NothingWaitsAsync(BenchmarkWorld world)
    {
        (await DifferenceAsync(world)).ShouldBeNull();
        (await world.QueryAsync<long>("select count(*) from actorsync.actor where parked")).ShouldBe(0, "parked records");
        (await world.QueryAsync<string>("select min(body::text) from actorsync.journal where type = 'unexpected'")).ShouldBeNull();
    }
}
