using System.Text;
using ActorSync.Bench.Wire;
using Npgsql;

namespace ActorSync.Bench.Scenarios;

/// <summary>The floor of what leaves by Bulk jobs: COPY out, the same requests as the engine's, COPY in, one UPDATE a job. What is too few for a job goes by SOAP, as the engine's does.</summary>
internal static class PlainJobs
{
    /// <summary>The engine's <c>coordinator.bulk.rows-min</c>.</summary>
    private const long RowsMin = 2_000;

    /// <summary>Sends the rows of the floor's table that have no id yet, and gives them theirs.</summary>
    public static async Task UpsertAsync(BenchWorld world, CancellationToken stop)
    {
        const string Unborn = "sfid is null";
        if (await CountAsync(world, Unborn, stop) < RowsMin)
        {
            await PlainCalls.UpsertAsync(world, stop);
            return;
        }

        await RunAsync(world, "upsert", AccountRows.UpsertHeader, $"select {AccountRows.ExternalId.ToLowerInvariant()}, {AccountRows.Columns} from {AccountRows.Plain} where {Unborn} order by id", stop);
    }

    /// <summary>Makes records in the org that no table has.</summary>
    public static Task FillOrgAsync(BenchWorld world, long from, long count, CancellationToken stop) =>
        RunAsync(world, "upsert", AccountRows.UpsertHeader, AccountRows.NewRows(from, count), stop, isTaken: false);

    /// <summary>Sends the descriptions of rows that have been changed here.</summary>
    private static async Task UpdateAsync(BenchWorld world, string where, CancellationToken stop)
    {
        if (await CountAsync(world, where, stop) < RowsMin)
        {
            await PlainCalls.UpdateAsync(world, where, stop);
            return;
        }

        await RunAsync(world, "update", "Id,Description\n", $"select sfid, description from {AccountRows.Plain} where {where} order by id", stop);
    }

    private static async Task<long> CountAsync(BenchWorld world, string where, CancellationToken stop) =>
        await world.QueryAsync<long>($"select count(*) from {AccountRows.Plain} where {where}", stop);

    /// <summary>Changes rows by one statement and sends them.</summary>
    public static async Task<SideFigures> UpdateMeasuredAsync(BenchWorld world, string where, long records, CancellationToken stop) => new(records, await world.MeasureAsync(
        async () =>
        {
            await world.ExecuteAsync(AccountRows.Update(AccountRows.Plain, where), stop);
            await UpdateAsync(world, where, stop);
        },
        stop));

    private static async Task RunAsync(BenchWorld world, string operation, string header, string rows, CancellationToken stop, bool isTaken = true)
    {
        using var places = new SemaphoreSlim(OrgJobs.JobsMax);
        var running = new List<Task>();
        await foreach (var csv in CutAsync(world, header, $"copy ({rows}) to stdout (format csv)", stop))
        {
            await places.WaitAsync(stop);
            running.Add(Task.Run(
                async () =>
                {
                    try
                    {
                        await world.Jobs.WriteAsync(operation, csv, results => isTaken ? TakeAsync(world, operation, results, stop) : results.CopyToAsync(Stream.Null, stop), stop);
                    }
                    finally
                    {
                        places.Release();
                    }
                },
                stop));
        }

        await Task.WhenAll(running);
    }

    // No value of ours holds a line break.
    private static async IAsyncEnumerable<byte[]> CutAsync(BenchWorld world, string header, string copy, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using var connection = await world.Application.OpenConnectionAsync(stop);
        using var rows = await connection.BeginTextExportAsync(copy, stop);
        var (csv, count) = (new StringBuilder(header), 0);
        while (await rows.ReadLineAsync(stop) is { } row)
        {
            csv.Append(row).Append('\n');
            if (++count == OrgJobs.RowsMax)
            {
                yield return Encoding.UTF8.GetBytes(csv.ToString());
                (csv, count) = (new StringBuilder(header), 0);
            }
        }

        if (count > 0)
        {
            yield return Encoding.UTF8.GetBytes(csv.ToString());
        }
    }

    // The results hold the id, whether it was made, and what was uploaded: the first three columns are all we need, but they are copied as they come.
    private static async Task TakeAsync(BenchWorld world, string operation, Stream results, CancellationToken stop)
    {
        await using var connection = await world.Application.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var uploaded = operation == "upsert" ? string.Join(',', AccountRows.Fields.Prepend("external_id").Select(name => $"{name} text")) : "id text, description text";
        await ExecuteAsync(connection, $"create temp table result(sf__id text, sf__created text, {uploaded}) on commit drop", stop);
        await PlainCopy.InAsync(connection, "copy result from stdin (format csv, header true)", results, stop);

        await ExecuteAsync(
            connection,
            operation == "upsert"
                ? $"update {AccountRows.Plain} a set sfid = r.sf__id, _hc_lastop = 'INSERTED' from result r where a.actorsync_id__c = r.external_id::uuid"
                : $"update {AccountRows.Plain} a set _hc_lastop = 'UPDATED' from result r where a.sfid = r.sf__id",
            stop);
        await transaction.CommitAsync(stop);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
