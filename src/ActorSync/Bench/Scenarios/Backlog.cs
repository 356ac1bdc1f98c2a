namespace ActorSync.Bench.Scenarios;

/// <summary>Many rows are inserted while no node runs; then one is started: from its start until each row has the id of its record.</summary>
internal sealed class Backlog : IBenchScenario
{
    /// <summary>Rows of one of the application's transactions.</summary>
    private const long PerTransaction = 50_000;

    public string Name => "backlog";

    public string About => "rows inserted while no node runs, from its start until each has its sfid";

    public long RecordsDefault => 1_000_000;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.StartNodeAsync("", stop);
        await world.StopNodesAsync();
        await InsertAsync(world, AccountRows.Mapped, records, stop);
        await world.LaunchNodeAsync("", stop);
        var cost = await world.MeasureAsync(() => world.GoalAsync("every row to have its sfid", () => MappedRows.HaveIdsAsync(world, stop), stop), stop);
        return new SideFigures(records, cost) { PeakBytes = world.PeakBytes() };
    }

    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        await InsertAsync(world, AccountRows.Plain, records, stop);
        return new SideFigures(records, await world.MeasureAsync(() => PlainJobs.UpsertAsync(world, stop), stop));
    }

    private static async Task InsertAsync(BenchWorld world, string table, long records, CancellationToken stop)
    {
        for (var from = 1L; from <= records; from += PerTransaction)
        {
            await world.ExecuteAsync(AccountRows.Insert(table, from, Math.Min(PerTransaction, records - from + 1)), stop);
        }
    }
}
