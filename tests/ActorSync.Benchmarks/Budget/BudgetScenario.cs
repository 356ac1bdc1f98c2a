using System.Globalization;
using ActorSync.OrgSimulator;
using ActorSync.TestKit.Time;

namespace ActorSync.Benchmarks.Budget;

/// <summary>More to write than a daily share of API requests carries, or as much as it does if it is used well. Days pass when the share is used up: what was counted is a day older then, on both sides.</summary>
internal static class BudgetScenario
{
    private const int DaysMax = 20;
    private static readonly TimeSpan DayMax = TimeSpan.FromMinutes(15);
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>As the command line knows it.</summary>
    public static Scenario Scenario { get; } = new(
        "budget", "rows inserted by SQL with few API requests left; jobs 0: by SOAP alone",
        new Dictionary<string, long> { ["rows"] = 100_000, ["calls"] = 1000, ["jobs"] = 4 }, RunAsync);

    private static async Task<bool> RunAsync(ScenarioOptions options)
    {
        var (rows, calls) = (options["rows"], options["calls"]);
        await using var world = await BenchmarkWorld.PrepareAsync(new BenchmarkSettings("{ object = Account, fields = [Name, Phone, Website, Description] }")
        {
            Org = new OrgServerOptions { ChangeEvents = null },
            Configuration = string.Create(CultureInfo.InvariantCulture, $"actorsync {{ salesforce.api-budget.calls-per-day = {calls}, coordinator.bulk.jobs-max = {options["jobs"]} }}"),
        });
        world.StartNode();
        await world.AtRestAsync();
        await PassDayAsync(world);
        await world.ExecuteAsync($"insert into salesforce.account(name, phone) select 'Backlog ' || i, '+1 555 ' || i from generate_series(1, {rows}) i");
        Console.WriteLine(FormattableString.Invariant($"{rows:N0} rows are inserted, {calls:N0} API requests are left of the day"));
        var (holds, days) = (true, 0);
        for (var told = 0; holds && days < DaysMax; days++)
        {
            var began = Clock.GetTimestamp();
            await Eventually.HoldsAsync("the day's share to be used up, or all to be written", async () => await IsDoneAsync(world) || await IsOutAsync(world), DayMax);
            var written = await world.QueryAsync<long>("select count(*) from salesforce.account where sfid is not null");
            Console.WriteLine(FormattableString.Invariant(
                $"day {days + 1}: {written:N0} rows are written; the org counted {world.Server.RequestsPeak:N0} API requests; {Clock.GetElapsedTime(began).TotalSeconds:0} s"));
            foreach (var line in world.Nodes[^1].Output.Skip(told).Where(line => line.Contains("API budget", StringComparison.Ordinal)))
            {
                Console.WriteLine($"  {line}");
            }

            told = world.Nodes[^1].Output.Count;
            holds = world.Server.RequestsPeak <= calls;
            if (await IsDoneAsync(world))
            {
                break;
            }

            await PassDayAsync(world);
        }

        holds &= await IsDoneAsync(world) && world.Org.Count("Account") == rows;
        Console.WriteLine(holds ? "never more than the share in a day, and everything arrived" : $"BROKEN; what the node said: {await world.KeepLogsAsync("budget")}");
        return holds;
    }

    private static async Task<bool> IsDoneAsync(BenchmarkWorld world) => await world.QueryAsync<bool>("select not exists (select from salesforce.account where sfid is null)");

    // Nothing is outside either: all that the share carries has been answered.
    private static async Task<bool> IsOutAsync(BenchmarkWorld world) => await world.QueryAsync<bool>("""
        select coalesce((select level = 'Out' from actorsync.api_budget), false) and not exists (select from actorsync.submission where finished_at is null)
        """);

    // What is booked and not made stays the node's own.
    private static async Task PassDayAsync(BenchmarkWorld world)
    {
        await world.ExecuteAsync("update actorsync.api_call set part = part - interval '26 hours' where kind <> 'Ahead'");
        await world.ExecuteAsync("update actorsync.api_budget set level = null");
        world.Server.ForgetRequests();
    }
}
