namespace ActorSync.Bench.Scenarios;

/// <summary>
/// Rows are changed whose actors are not in memory, because the node has just been started; then the same rows once more, with all of them there. By SOAP: the pace at which Bulk jobs are asked about would hide what is measured.
/// </summary>
internal sealed class Cold : IBenchScenario
{
    /// <summary>Other rows, changed first: code is compiled and connections are open.</summary>
    private const long WarmUp = 5_000;

    private const string Configuration = "actorsync.coordinator.bulk.jobs-max = 0";

    public string Name => "cold";

    public string About => "changes of records whose actors are not in memory, against the same once more";

    public long RecordsDefault => 20_000;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var warmUp = Math.Min(WarmUp, records);
        await world.StartNodeAsync(Configuration, stop);
        await MappedRows.PrepareAsync(world, warmUp + records, stop);
        await world.StopNodesAsync();
        await world.StartNodeAsync(Configuration, stop);
        await MappedRows.UpdateAsync(world, FormattableString.Invariant($"id <= {warmUp}"), warmUp, stop);
        await MappedRows.SettleAsync(world, stop);

        var others = FormattableString.Invariant($"id > {warmUp}");
        var cold = await MappedRows.UpdateAsync(world, others, records, stop);
        await MappedRows.SettleAsync(world, stop);
        var warm = await MappedRows.UpdateAsync(world, others, records, stop);
        return cold with
        {
            Own = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["warm_records_per_s"] = records / warm.Cost.Wall.TotalSeconds,
                ["cold_to_warm"] = warm.Cost.Wall / cold.Cost.Wall,
            },
        };
    }

    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var warmUp = Math.Min(WarmUp, records);
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        await world.ExecuteAsync(AccountRows.Insert(AccountRows.Plain, 1, warmUp + records), stop);
        await PlainJobs.UpsertAsync(world, stop);
        var others = FormattableString.Invariant($"id > {warmUp}");
        return new SideFigures(records, await world.MeasureAsync(
            async () =>
            {
                await world.ExecuteAsync(AccountRows.Update(AccountRows.Plain, others), stop);
                await PlainCalls.UpdateAsync(world, others, stop);
            },
            stop));
    }
}
