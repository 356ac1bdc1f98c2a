using ActorSync.Bench.Measuring;

namespace ActorSync.Bench.Scenarios;

/// <summary>Many rows inserted by one statement: from its commit until each has the id of its record. They leave by jobs of Bulk API 2.0.</summary>
internal sealed class BulkInsert : IBenchScenario
{
    /// <summary>Both sides do as many first, not measured: code is compiled and connections are open.</summary>
    private const long WarmUp = 5_000;

    public string Name => "bulk-insert";

    public string About => "rows inserted by one statement, until each has its sfid";

    public long RecordsDefault => 200_000;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var warmUp = Math.Min(WarmUp, records);
        await world.StartNodeAsync("", stop);
        await MappedRows.PrepareAsync(world, warmUp, stop);

        var committedAt = default(DateTimeOffset);
        var cost = await FromCommitAsync(
            world,
            async () =>
            {
                await world.ExecuteAsync(AccountRows.Insert(AccountRows.Mapped, warmUp + 1, records), stop);
                committedAt = world.Clock.GetUtcNow();
            },
            () => world.GoalAsync("every row to have its sfid", () => MappedRows.HaveIdsAsync(world, stop), stop),
            stop);
        var peak = world.PeakBytes();
        return new SideFigures(records, cost) { PeakBytes = peak, Latencies = await LatenciesAsync(world, warmUp, committedAt, stop) };
    }

    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var warmUp = Math.Min(WarmUp, records);
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        await InsertAsync(world, 1, warmUp, stop);
        await PlainJobs.UpsertAsync(world, stop);
        return new SideFigures(records, await FromCommitAsync(world, () => InsertAsync(world, warmUp + 1, records, stop), () => PlainJobs.UpsertAsync(world, stop), stop));
    }

    // The time begins with the commit of the rows; what they cost to insert is counted.
    private static async Task<Cost> FromCommitAsync(BenchWorld world, Func<Task> insert, Func<Task> rest, CancellationToken stop)
    {
        var inserting = TimeSpan.Zero;
        var cost = await world.MeasureAsync(
            async () =>
            {
                var began = world.Clock.GetTimestamp();
                await insert();
                inserting = world.Clock.GetElapsedTime(began);
                await rest();
            },
            stop);
        return cost with { Wall = cost.Wall - inserting };
    }

    private static async Task<Latencies> LatenciesAsync(BenchWorld world, long warmUp, DateTimeOffset committedAt, CancellationToken stop)
    {
        var ids = await MappedRows.IdsAsync(world, FormattableString.Invariant($"id > {warmUp}"), stop);
        return await LatencyReader.ReadAsync(world, ids.ToDictionary(id => id, _ => committedAt, StringComparer.OrdinalIgnoreCase), stop);
    }

    private static Task<int> InsertAsync(BenchWorld world, long from, long count, CancellationToken stop) =>
        world.ExecuteAsync(AccountRows.Insert(AccountRows.Plain, from, count), stop);
}
