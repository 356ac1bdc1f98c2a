using ActorSync.Bench.Scenarios;

namespace ActorSync.Bench.Growth;

/// <summary>The same number of rows whatever the number of objects: inserted by one statement a table, in one transaction, until each has the id of its record.</summary>
internal static class SpreadInsert
{
    /// <summary>Done first, not measured.</summary>
    private const long WarmUp = 5_000;

    public static async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var warmUp = Math.Min(WarmUp, records);
        await world.StartNodeAsync("", stop);
        await world.ExecuteAsync(Insert(world.Size.Objects, warmUp, 0), stop);
        await world.GoalAsync("rows to be written back", () => HaveIdsAsync(world, stop), stop);
        await world.AtRestAsync(stop);
        await MappedRows.EchoAsync(world, warmUp, stop);
        var cost = await world.MeasureAsync(
            async () =>
            {
                await world.ExecuteAsync(Insert(world.Size.Objects, records, warmUp), stop);
                await world.GoalAsync("every row to have its sfid", () => HaveIdsAsync(world, stop), stop);
            },
            stop);
        return new SideFigures(records, cost) { PeakBytes = world.PeakBytes() };
    }

    // Statements of one text are one transaction.
    private static string Insert(int objects, long records, long behind) => string.Join(
        ";\n", CustomObjects.Spread(records, objects).Select((count, i) => AccountRows.Insert(CustomObjects.Table(i + 1), CustomObjects.Columns, behind + 1, count)));

    private static Task<bool> HaveIdsAsync(BenchWorld world, CancellationToken stop) => world.QueryAsync<bool>(
        "select " + string.Join(" and ", CustomObjects.Tables(world.Size.Objects).Select(table => $"not exists (select from {table} where sfid is null)")), stop);
}
