using ActorSync.Bench.Wire;

namespace ActorSync.Bench.Scenarios;

/// <summary>People of both sides change the same few records, each side a field of its own, as fast as they go: until both sides have all of it.</summary>
internal sealed class TwoWay : IBenchScenario
{
    /// <summary>Edits of a record, on each side.</summary>
    private const long EditsPerRecord = 10;

    /// <summary>Rows of one of the application's transactions.</summary>
    private const long RowsPerTransaction = 100;

    private const string Final = "the last word";

    public string Name => "two-way";

    public string About => "both sides edit the same hot records at a time";

    public long RecordsDefault => 20_000;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var hot = HotOf(records);
        await world.StartNodeAsync("actorsync.feed { interval = 500ms, overlap = 2s, overlap-interval = 2s }", stop);
        await MappedRows.PrepareAsync(world, hot, stop);
        var sfids = await SfidsAsync(world, AccountRows.Mapped, stop);
        var cost = await world.MeasureAsync(
            async () =>
            {
                await Task.WhenAll(InPostgresAsync(world, AccountRows.Mapped, hot, 0, EditsPerRecord, stop), InSalesforceAsync(world, sfids, 0, EditsPerRecord, stop));
                await world.GoalAsync(
                    "both sides to be equal",
                    async () => await world.IsQuietAsync(stop)
                        && await world.QueryAsync<bool>($"select not exists (select from {AccountRows.Mapped} where description is distinct from '{Final}' or phone is distinct from '{Final}')", stop),
                    stop);
            },
            stop);
        return new SideFigures(hot * EditsPerRecord * 2, cost) { PeakBytes = world.PeakBytes() };
    }

    // A round of edits of both sides, then what they came to is exchanged.
    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var hot = HotOf(records);
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        await world.ExecuteAsync(AccountRows.Insert(AccountRows.Plain, 1, hot), stop);
        await PlainJobs.UpsertAsync(world, stop);
        var sfids = await SfidsAsync(world, AccountRows.Plain, stop);
        return new SideFigures(hot * EditsPerRecord * 2, await world.MeasureAsync(
            async () =>
            {
                for (var round = 0; round < EditsPerRecord; round++)
                {
                    await Task.WhenAll(InPostgresAsync(world, AccountRows.Plain, hot, round, round + 1, stop), InSalesforceAsync(world, sfids, round, round + 1, stop));
                    await ExchangeAsync(world, stop);
                }
            },
            stop));
    }

    private static long HotOf(long records) => Math.Max(1, records / (EditsPerRecord * 2));

    private static async Task<IReadOnlyList<string>> SfidsAsync(BenchWorld world, string table, CancellationToken stop) =>
        [.. (await AccountRows.ReadAsync(world.Application, $"select sfid from {table} order by id", stop)).Select(row => row.Key)];

    private static async Task InPostgresAsync(BenchWorld world, string table, long hot, long from, long to, CancellationToken stop)
    {
        for (var round = from; round < to; round++)
        {
            var text = round == EditsPerRecord - 1 ? Final : FormattableString.Invariant($"round {round}");
            for (var row = 1L; row <= hot; row += RowsPerTransaction)
            {
                await world.ExecuteAsync(FormattableString.Invariant($"update {table} set phone = '{text}' where id between {row} and {row + RowsPerTransaction - 1}"), stop);
            }
        }
    }

    private static async Task InSalesforceAsync(BenchWorld world, IReadOnlyList<string> sfids, long from, long to, CancellationToken stop)
    {
        for (var round = from; round < to; round++)
        {
            var text = round == EditsPerRecord - 1 ? Final : FormattableString.Invariant($"round {round}");
            foreach (var some in sfids.Chunk(OrgWire.SoapRowsMax))
            {
                await world.Wire.WriteAsync("update", ["Description"], [.. some.Select(sfid => new WireRow(sfid, [text]))], stop);
            }
        }
    }

    private static async Task ExchangeAsync(BenchWorld world, CancellationToken stop)
    {
        var ours = await AccountRows.ReadAsync(world.Application, $"select sfid, phone from {AccountRows.Plain}", stop);
        foreach (var some in ours.Chunk(OrgWire.SoapRowsMax))
        {
            await world.Wire.WriteAsync("update", ["Phone"], some, stop);
        }

        var theirs = await world.Wire.QueryAsync($"SELECT Id, Description FROM {AccountRows.Object}", ["Id", "Description"], stop);
        await using var command = world.Application.CreateCommand($"update {AccountRows.Plain} a set description = u.description from unnest($1, $2) u(sfid, description) where a.sfid = u.sfid");
        command.Parameters.Add(new() { Value = theirs.Select(record => record[0]).ToArray() });
        command.Parameters.Add(new() { Value = theirs.Select(record => record[1]).ToArray() });
        await command.ExecuteNonQueryAsync(stop);
    }
}
