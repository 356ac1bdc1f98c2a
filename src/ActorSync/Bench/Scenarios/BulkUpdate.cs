namespace ActorSync.Bench.Scenarios;

/// <summary>Many rows changed by one statement, until the org has every change. They leave by jobs of Bulk API 2.0.</summary>
internal sealed class BulkUpdate : IBenchScenario
{
    public string Name => "bulk-update";

    public string About => "rows changed by one statement, until the org has them";

    public long RecordsDefault => 100_000;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.StartNodeAsync("", stop);
        await MappedRows.PrepareAsync(world, records, stop);
        return await MappedRows.UpdateAsync(world, "true", records, stop);
    }

    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        await world.ExecuteAsync(AccountRows.Insert(AccountRows.Plain, 1, records), stop);
        await PlainJobs.UpsertAsync(world, stop);
        return await PlainJobs.UpdateMeasuredAsync(world, "true", records, stop);
    }
}
