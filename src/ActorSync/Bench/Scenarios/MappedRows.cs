namespace ActorSync.Bench.Scenarios;

/// <summary>The engine's side of a scenario: rows of the mapped table, before and after.</summary>
internal static class MappedRows
{
    /// <summary>Few records are no measurement, only a look whether everything works: nothing is waited for then.</summary>
    public const long FewMax = 100;

    /// <summary>Polls of the feed read what was just written, within <c>feed.interval</c> as shipped.</summary>
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(3);

    /// <summary>Has rows in both sides that nothing has left to do with, numbered from one on.</summary>
    public static async Task PrepareAsync(BenchWorld world, long count, CancellationToken stop)
    {
        await world.ExecuteAsync(AccountRows.Insert(AccountRows.Mapped, 1, count), stop);
        await SettleAsync(world, stop);
    }

    /// <summary>Waits until everything is at rest and the feed has read its own side of it.</summary>
    public static async Task SettleAsync(BenchWorld world, CancellationToken stop)
    {
        await world.GoalAsync("rows to be written back", () => HaveIdsAsync(world, stop), stop);
        await world.AtRestAsync(stop);
        await EchoAsync(world, await world.QueryAsync<long>($"select count(*) from {AccountRows.Mapped}", stop), stop);
        await world.AtRestAsync(stop);
        await world.Log.NewArrivalsAsync(stop);
    }

    /// <summary>Waits for the feed.</summary>
    public static Task EchoAsync(BenchWorld world, long records, CancellationToken stop) => Task.Delay(records > FewMax ? Echo : TimeSpan.Zero, world.Clock, stop);

    /// <summary>Whether every row has the id of its record. The newest row is looked at first: all are looked at only towards the end.</summary>
    public static async Task<bool> HaveIdsAsync(BenchWorld world, CancellationToken stop) =>
        await world.QueryAsync<bool>($"select not exists (select from {AccountRows.Mapped} where sfid is null and id = (select max(id) from {AccountRows.Mapped}))", stop)
        && await world.QueryAsync<bool>($"select not exists (select from {AccountRows.Mapped} where sfid is null)", stop);

    /// <summary>External ids by a condition, for the times of their commits.</summary>
    public static async Task<IReadOnlyList<string>> IdsAsync(BenchWorld world, string where, CancellationToken stop) =>
        [.. (await AccountRows.ReadAsync(world.Application, $"select actorsync_id__c::text from {AccountRows.Mapped} where {where}", stop)).Select(row => row.Key)];

    /// <summary>Changes rows by one statement and waits until the org has every change.</summary>
    public static async Task<SideFigures> UpdateAsync(BenchWorld world, string where, long records, CancellationToken stop)
    {
        var committedAt = default(DateTimeOffset);
        var cost = await world.MeasureAsync(
            async () =>
            {
                await world.ExecuteAsync(AccountRows.Update(AccountRows.Mapped, where), stop);
                committedAt = world.Clock.GetUtcNow();
                await world.AtRestAsync(stop);
            },
            stop);
        var peak = world.PeakBytes();
        var ids = await IdsAsync(world, where, stop);
        return new SideFigures(records, cost) { PeakBytes = peak, Latencies = await LatencyReader.ReadAsync(world, ids.ToDictionary(id => id, _ => committedAt, StringComparer.OrdinalIgnoreCase), stop) };
    }
}
