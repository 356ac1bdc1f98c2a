using ActorSync.Bench.Measuring;
using ActorSync.Bench.Wire;
using Npgsql;

namespace ActorSync.Bench.Scenarios;

/// <summary>Single edits, one at a time, through a node that has nothing else to do: how long each takes to leave, and what the node costs while nothing happens.</summary>
internal sealed class Trickle : IBenchScenario
{
    /// <summary>Long enough for the node to fall back to its slowest look at the change log; no multiple of that look, so that edits meet it at any moment.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(137);

    /// <summary>For the time in which nothing happens: of as many pauses between edits as there are edits, but no longer.</summary>
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(15);

    public string Name => "trickle";

    public string About => "single edits on an idle node, and the idle node itself";

    public long RecordsDefault => 300;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.StartNodeAsync("", stop);
        await MappedRows.PrepareAsync(world, records * 2, stop);
        await EditAsync(world, AccountRows.Mapped, await RowsAsync(world, AccountRows.Mapped, records, stop), null, stop);
        await MappedRows.SettleAsync(world, stop);

        var idle = await world.MeasureAsync(() => Task.Delay(TimeSpan.FromTicks(Math.Min(IdleMax.Ticks, (Between * records).Ticks)), world.Clock, stop), stop);
        var committedAt = new Dictionary<string, DateTimeOffset>(StringComparer.OrdinalIgnoreCase);
        var rows = await RowsAsync(world, AccountRows.Mapped, 0, stop);
        var cost = await world.MeasureAsync(
            async () =>
            {
                committedAt = await EditAsync(world, AccountRows.Mapped, [.. rows.Take((int)records)], null, stop);
                await world.AtRestAsync(stop);
            },
            stop);
        await MappedRows.EchoAsync(world, records, stop); // what the feed writes back is part of the latencies, but not of the cost
        var own = new Dictionary<string, double>(StringComparer.Ordinal);
        AddShare(own, "idle_node_core_percent", idle.Node, idle.Wall);
        AddShare(own, "idle_postgres_core_percent", idle.Postgres, idle.Wall);
        return new SideFigures(records, cost) { PeakBytes = world.PeakBytes(), Latencies = await LatencyReader.ReadAsync(world, committedAt, stop), Own = own };
    }

    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        await world.ExecuteAsync(AccountRows.Insert(AccountRows.Plain, 1, records), stop);
        await PlainJobs.UpsertAsync(world, stop);
        var rows = await RowsAsync(world, AccountRows.Plain, 0, stop);
        return new SideFigures(records, await world.MeasureAsync(
            () => EditAsync(world, AccountRows.Plain, rows, (row, text) => world.Wire.WriteAsync("update", ["Description"], [new WireRow(row.Values[0], [text])], stop), stop), stop));
    }

    // External ids with their Salesforce ids.
    private static Task<List<WireRow>> RowsAsync(BenchWorld world, string table, long behind, CancellationToken stop) =>
        AccountRows.ReadAsync(world.Application, FormattableString.Invariant($"select actorsync_id__c::text, sfid from {table} where id > {behind} order by id"), stop);

    private static async Task<Dictionary<string, DateTimeOffset>> EditAsync(
        BenchWorld world, string table, IReadOnlyList<WireRow> rows, Func<WireRow, string, Task>? send, CancellationToken stop)
    {
        var committedAt = new Dictionary<string, DateTimeOffset>(StringComparer.OrdinalIgnoreCase);
        await using var connection = await world.Application.OpenConnectionAsync(stop);
        await using var command = new NpgsqlCommand($"update {table} set description = $1 where actorsync_id__c = $2", connection) { Parameters = { new() { Value = "" }, new() { Value = Guid.Empty } } };
        await command.PrepareAsync(stop);
        foreach (var row in rows)
        {
            await Task.Delay(Between, world.Clock, stop);
            var text = FormattableString.Invariant($"edit {committedAt.Count}");
            (command.Parameters[0].Value, command.Parameters[1].Value) = (text, Guid.Parse(row.Key));
            await command.ExecuteNonQueryAsync(stop);
            committedAt[row.Key] = world.Clock.GetUtcNow();
            await (send?.Invoke(row, text) ?? Task.CompletedTask);
        }

        return committedAt;
    }

    private static void AddShare(Dictionary<string, double> own, string name, TimeSpan? cpu, TimeSpan wall)
    {
        if (cpu is { } used)
        {
            own[name] = 100 * used / wall;
        }
    }
}
