using System.Globalization;
using ActorSync.Bench.Measuring;
using Npgsql;

namespace ActorSync.Bench.Scenarios;

/// <summary>What the application pays: the same statements on a mapped table and on one without triggers, with no node running.</summary>
internal sealed class CaptureCost : IBenchScenario
{
    private const int Connections = 2;

    /// <summary>Of the rows, a part is changed one row a transaction.</summary>
    private const int RowsPerSingle = 5;

    /// <summary>Each kind of statement is run as often, and its median counts.</summary>
    private const int Rounds = 3;

    public string Name => "capture";

    public string About => "the application's statements with and without triggers";

    public long RecordsDefault => 100_000;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.StartNodeAsync("", stop);
        await world.StopNodesAsync();
        return await MeasureAsync(world, AccountRows.Mapped, records, stop);
    }

    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        return await MeasureAsync(world, AccountRows.Plain, records, stop);
    }

    private static async Task<SideFigures> MeasureAsync(BenchWorld world, string table, long records, CancellationToken stop)
    {
        var singles = Math.Max(Connections, records / RowsPerSingle);
        await world.ExecuteAsync(AccountRows.Insert(table, 1, records), stop);
        var (inserts, updates, single) = (new List<double>(), new List<double>(), new List<double>());
        Cost? cost = null;
        for (var round = 1; round <= Rounds; round++)
        {
            await world.ExecuteAsync($"vacuum analyze {table}", stop);
            single.Add(singles / (await world.MeasureAsync(() => SinglesAsync(world, table, singles, round, stop), stop)).Wall.TotalSeconds);
            cost = await world.MeasureAsync(() => world.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"update {table} set description = 'round {round}', phone = '{round}' || phone where id <= {records}"), stop), stop);
            updates.Add(records / cost.Wall.TotalSeconds);
            inserts.Add(records / (await world.MeasureAsync(() => world.ExecuteAsync(AccountRows.Insert(table, (round * records) + 1, records), stop), stop)).Wall.TotalSeconds);
        }

        return new SideFigures(records, cost!)
        {
            Own = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["single_updates_per_s"] = Distribution.Median(single)!.Value,
                ["bulk_updates_per_s"] = Distribution.Median(updates)!.Value,
                ["bulk_inserts_per_s"] = Distribution.Median(inserts)!.Value,
            },
        };
    }

    // Each its own transaction, from connections that take turns with nobody.
    private static Task SinglesAsync(BenchWorld world, string table, long count, int round, CancellationToken stop) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, Connections), new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = stop },
            async (part, ct) =>
            {
                await using var connection = await world.Application.OpenConnectionAsync(ct);
                await using var command = new NpgsqlCommand($"update {table} set description = $1, phone = $2 where id = $3", connection)
                {
                    Parameters = { new() { Value = "" }, new() { Value = "" }, new() { Value = 0 } },
                };
                await command.PrepareAsync(ct);
                for (var row = 1 + part; row <= count; row += Connections)
                {
                    command.Parameters[0].Value = FormattableString.Invariant($"single edit {round} of row {row}");
                    command.Parameters[1].Value = FormattableString.Invariant($"+1 555 {round} {row}");
                    command.Parameters[2].Value = row;
                    await command.ExecuteNonQueryAsync(ct);
                }
            });
}
