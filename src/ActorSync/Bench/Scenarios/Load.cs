namespace ActorSync.Bench.Scenarios;

/// <summary>An org's records are loaded into an empty table by a query job. They have external ids already, so nothing goes back.</summary>
internal sealed class Load : IBenchScenario
{
    /// <summary>The engine's own, of a query job's results.</summary>
    private const int PageRows = 10_000;

    private const string Configuration = """
        actorsync.feed { overlap = 2s, overlap-interval = 2s, load.bulk-rows-min = 1 }
        """;

    /// <summary>Polls look back for twice the overlap: records that are older are found by the load alone.</summary>
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(6);

    public string Name => "load";

    public string About => "an org's records into an empty table, by a query job";

    public long RecordsDefault => 200_000;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await PlainJobs.FillOrgAsync(world, 1, records, stop);
        await Task.Delay(records > MappedRows.FewMax ? Old : TimeSpan.Zero, world.Clock, stop);
        await world.Log.NewCallsAsync(stop);
        await world.LaunchNodeAsync(Configuration, stop);
        await world.GoalAsync("the load to begin", async () => (await world.Log.NewCallsAsync(stop)).Any(call => call.Operation == "createQueryJob"), stop);
        var cost = await world.MeasureAsync(
            () => world.GoalAsync("every record to be a row", async () => await world.QueryAsync<long>($"select count(*) from {AccountRows.Mapped}", stop) >= records, stop), stop);
        return new SideFigures(records, cost) { PeakBytes = world.PeakBytes() };
    }

    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        await PlainJobs.FillOrgAsync(world, 1, records, stop);
        return new SideFigures(records, await world.MeasureAsync(() => LoadAsync(world, stop), stop));
    }

    private static Task LoadAsync(BenchWorld world, CancellationToken stop) => world.Jobs.QueryAsync(
        $"SELECT {AccountRows.ExternalId}, Id, SystemModstamp, IsDeleted, {string.Join(", ", AccountRows.Fields)} FROM {AccountRows.Object}",
        PageRows,
        async page =>
        {
            await using var connection = await world.Application.OpenConnectionAsync(stop);
            await PlainCopy.InAsync(
                connection, $"copy {AccountRows.Plain}(actorsync_id__c, sfid, systemmodstamp, isdeleted, {AccountRows.Columns}) from stdin (format csv, header true)", page, stop);
        },
        stop);
}
