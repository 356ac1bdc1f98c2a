using System.Collections.Concurrent;

namespace ActorSync.Bench.Scenarios;

/// <summary>Mixed edits in small transactions of two connections, as fast as they go, that leave by SOAP calls of 200 records: half are updates, two fifths inserts, a tenth deletes.</summary>
internal sealed class BurstSoap : IBenchScenario
{
    private const long PerTransaction = 100;
    private const int Connections = 2;

    private const double WarmUpPart = 0.1;

    public string Name => "burst-soap";

    public string About => "updates, inserts and deletes in small transactions, by SOAP";

    public long RecordsDefault => 20_000;

    public async Task<SideFigures> EngineAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var (warmUp, burst) = Edits.Of(records);
        await world.StartNodeAsync("actorsync.coordinator.bulk.jobs-max = 0", stop);
        await MappedRows.PrepareAsync(world, burst.LastExisting, stop);
        await EditAsync(world, AccountRows.Mapped, warmUp, stop);
        await MappedRows.SettleAsync(world, stop);

        IReadOnlyDictionary<string, DateTimeOffset> committedAt = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var cost = await world.MeasureAsync(
            async () =>
            {
                committedAt = await EditAsync(world, AccountRows.Mapped, burst, stop);
                await world.GoalAsync("everything to be written", async () => await world.IsQuietAsync(stop) && await MappedRows.HaveIdsAsync(world, stop), stop);
            },
            stop);
        var peak = world.PeakBytes();
        return new SideFigures(burst.Count, cost) { PeakBytes = peak, Latencies = await LatencyReader.ReadAsync(world, committedAt, stop) };
    }

    public async Task<SideFigures> FloorAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var (warmUp, burst) = Edits.Of(records);
        await world.ExecuteAsync(AccountRows.CreatePlain, stop);
        await world.ExecuteAsync("create table floor.gone(sfid text)", stop);
        await world.ExecuteAsync(AccountRows.Insert(AccountRows.Plain, 1, burst.LastExisting), stop);
        await PlainJobs.UpsertAsync(world, stop);
        await PlainBurstAsync(world, warmUp, stop);
        return new SideFigures(burst.Count, await world.MeasureAsync(() => PlainBurstAsync(world, burst, stop), stop));
    }

    private static async Task<IReadOnlyDictionary<string, DateTimeOffset>> EditAsync(BenchWorld world, string table, Edits edits, CancellationToken stop)
    {
        var committedAt = new ConcurrentDictionary<string, DateTimeOffset>(StringComparer.OrdinalIgnoreCase);
        await Parallel.ForEachAsync(
            edits.Statements(table), new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = stop },
            async (sql, ct) =>
            {
                await using var command = world.Application.CreateCommand(sql);
                await using var reader = await command.ExecuteReaderAsync(ct);
                var ids = new List<string>();
                while (await reader.ReadAsync(ct))
                {
                    ids.Add(reader.GetGuid(0).ToString());
                }

                await reader.CloseAsync();
                var at = world.Clock.GetUtcNow();
                ids.ForEach(id => committedAt[id] = at);
            });
        return committedAt;
    }

    private static async Task PlainBurstAsync(BenchWorld world, Edits edits, CancellationToken stop)
    {
        await EditAsync(world, AccountRows.Plain, edits, stop);
        await PlainCalls.UpdateAsync(world, $"description = '{edits.Mark}' and sfid is not null", stop);
        await PlainCalls.SendAsync(world, "delete", [], await AccountRows.ReadAsync(world.Application, "delete from floor.gone returning sfid", stop), stop);
        await PlainCalls.UpsertAsync(world, stop);
    }

    /// <summary>What a burst does: rows up to a number exist; it changes the first of its own, deletes the next, and inserts behind all.</summary>
    private sealed record Edits(string Mark, long FirstExisting, long Transactions, long Updates, long Deletes, long Inserts, long FirstInsert)
    {
        public long LastExisting => FirstExisting - 1 + (Transactions * (Updates + Deletes));

        public long Count => Transactions * (Updates + Deletes + Inserts);

        /// <summary>The one that warms up and the one that is measured, on rows of their own.</summary>
        public static (Edits WarmUp, Edits Burst) Of(long records)
        {
            var transactions = Math.Max(1, records / PerTransaction);
            var warmUp = Transaction("warm-up", 1, Math.Max(1, (long)(transactions * WarmUpPart)), 10_000_000);
            return (warmUp, Transaction("burst", warmUp.LastExisting + 1, transactions, 20_000_000));
        }

        /// <summary>Each is a transaction; it returns the external ids.</summary>
        public IEnumerable<string> Statements(string table)
        {
            for (var i = 0; i < Transactions; i++)
            {
                var first = FirstExisting + (i * (Updates + Deletes));
                var kept = table == AccountRows.Plain ? ", kept as (insert into floor.gone select sfid from d)" : "";
                yield return FormattableString.Invariant(
                    $"""
                    with u as (update {table} set description = '{Mark}' where id between {first} and {first + Updates - 1} returning actorsync_id__c),
                      d as (delete from {table} where id between {first + Updates} and {first + Updates + Deletes - 1} returning actorsync_id__c, sfid),
                      n as ({AccountRows.Insert(table, FirstInsert + (i * Inserts), Inserts)} returning actorsync_id__c){kept}
                    select actorsync_id__c from u union all select actorsync_id__c from d union all select actorsync_id__c from n
                    """);
            }
        }

        private static Edits Transaction(string mark, long first, long transactions, long firstInsert) => new(mark, first, transactions, PerTransaction / 2, PerTransaction / 10, PerTransaction * 2 / 5, firstInsert);
    }
}
