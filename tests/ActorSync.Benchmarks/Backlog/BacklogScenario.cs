using System.Globalization;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;

namespace ActorSync.Benchmarks.Backlog;

/// <summary>Millions of changes of one object wait on disk and drain: the node's memory stays under its limit, and fresh changes of another object are there at once.</summary>
internal static class BacklogScenario
{
    /// <summary>The node's default limit.</summary>
    private const long MemoryMax = 1L << 30;

    /// <summary>Rows of one statement, behind the first half, which is one statement of its own.</summary>
    private const long StatementRowsMax = 100_000;

    private static readonly TimeSpan LatencyMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ArrivalMax = TimeSpan.FromMinutes(5);
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>As the command line knows it.</summary>
    public static Scenario Scenario { get; } = new(
        "backlog", "changes of one object that are pending when a node starts, and how long the org takes for a call about them; probes of another object, and seconds they are spread over",
        new Dictionary<string, long> { ["rows"] = 1_000_000, ["call-ms"] = 0, ["probes"] = 100, ["seconds"] = 60 }, RunAsync);

    private static async Task<bool> RunAsync(ScenarioOptions options)
    {
        await using var world = await BenchmarkWorld.PrepareAsync(new BenchmarkSettings("{ object = Account, fields = [Name, Phone, Website, Description] }, { object = Contact, fields = [LastName, Phone] }")
        {
            Org = new OrgServerOptions { ChangeEvents = null },
        });
        world.StartNode();
        await world.AtRestAsync();
        await world.Nodes[^1].KillAsync();
        await FillAsync(world, options["rows"]);
        if (options["call-ms"] > 0)
        {
            world.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.FromMilliseconds(options["call-ms"]))), new CallMatch("upsert", "Account"));
        }

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
        var pending = options["rows"] - await world.QueryAsync<long>("select count(*) from actorsync.actor a join actorsync.mapping m using (mapping) where m.object = 'Account'");
        Console.WriteLine(FormattableString.Invariant(
            $"{await world.QueryAsync<long>("select count(*) from salesforce.account where sfid is not null"):N0} accounts reached the org in {taken.TotalSeconds:0} s, {await world.QueryAsync<long>("select count(*) from actorsync.offer"):N0} more are offered, {pending:N0} are still pending"));
        Console.WriteLine(FormattableString.Invariant($"memory of the node: {memory / 1048576.0:0} MiB at its peak"));
        Console.WriteLine(FormattableString.Invariant($"the first contact arrived {delays[0].TotalMilliseconds:0} ms after its commit, with a node that has just started; it counts too"));
        delays.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"{delays.Count} contacts arrived {delays[delays.Count / 2].TotalMilliseconds:0} ms after their commit at the median, p99 {delays[Math.Max(0, (delays.Count * 99 / 100) - 1)].TotalMilliseconds:0} ms, longest {delays[^1].TotalMilliseconds:0} ms"));
        await SayStagesAsync(world);
        var holds = memory <= MemoryMax && delays[^1] < LatencyMax && pending > 0;
        Console.WriteLine(holds ? "HOLDS" : $"BROKEN: more than {MemoryMax >> 20} MiB or {LatencyMax.TotalSeconds:0} s, or nothing pending at the end; what the nodes said: {await world.KeepLogsAsync("backlog")}");
        return holds;
    }

    // Through the triggers, as an application does it.
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

    // Where the time goes, by the database's clock: until the turn that takes the change begins, until it is started as a submission.
    private static async Task SayStagesAsync(BenchmarkWorld world)
    {
        // One probe is on its way at a time: the n-th change left in the n-th submission.
        const string Stages = """
            from (
              select c.at, row_number() over (order by c.id) n, (select min(j.at) from actorsync.journal j where j.mapping = c.mapping and j.external_id = c.external_id) taken,
                (select min(j.at) from actorsync.journal j where j.mapping = c.mapping and j.external_id = c.external_id and j.type = 'write-applied') heard
              from actorsync.change_log c where c.mapping = (select mapping from actorsync.mapping where object = 'Contact') and c.operation = 'I') c
            join (
              select started_at, row_number() over (order by started_at) n from actorsync.submission
              where mapping = (select mapping from actorsync.mapping where object = 'Contact') and operation = 'Insert') s using (n)
            """;
        Console.WriteLine(await world.QueryAsync<string>($"""
            select format('of these %s ms at the median (%s at most) until a turn takes the change, %s (%s) until it is cut into a submission; the record heard of its outcome %s ms (%s) later, %s messages are still in the mail',
              round(1000 * extract(epoch from percentile_cont(0.5) within group (order by c.taken - c.at))), round(1000 * extract(epoch from max(c.taken - c.at))),
              round(1000 * extract(epoch from percentile_cont(0.5) within group (order by s.started_at - c.taken))), round(1000 * extract(epoch from max(s.started_at - c.taken))),
              round(1000 * extract(epoch from percentile_cont(0.5) within group (order by c.heard - s.started_at))), round(1000 * extract(epoch from max(c.heard - s.started_at))),
              (select coalesce(sum(json_array_length(body->'messages')), 0) from actorsync.mailbox)) {Stages}
            """));
    }

    private static long MemoryPeak(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
