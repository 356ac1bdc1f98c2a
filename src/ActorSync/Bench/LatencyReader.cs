using ActorSync.Bench.Measuring;

namespace ActorSync.Bench;

/// <summary>When each record was sent, applied and written back, held against its commit. All clocks are this machine's.</summary>
internal static class LatencyReader
{
    /// <summary>Commit of the transaction that wrote a row last; nothing where the server does not keep track of it.</summary>
    private const string WrittenSql = $"""
        select actorsync_id__c::text, pg_xact_commit_timestamp(xmin) from {AccountRows.Mapped} where id > 0 and sfid is not null and current_setting('track_commit_timestamp')::bool
        """;

    /// <summary>
    /// Fills in what the org saw of records: of each its first arrival since the log was read last. The requests of the measured time carry the name of their submission, as the arrivals do.
    /// </summary>
    /// <param name="committedAt">By external id.</param>
    private static async Task ReadOrgAsync(BenchWorld world, IReadOnlyDictionary<string, DateTimeOffset> committedAt, Latencies latencies, CancellationToken stop)
    {
        var sentAt = world.MeasuredCalls.Where(call => call.Client is not null).GroupBy(call => call.Client!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Min(call => call.At), StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var arrival in await world.Log.NewArrivalsAsync(stop))
        {
            if (arrival.ExternalId is not { } id || !committedAt.TryGetValue(id, out var committed) || !seen.Add(id))
            {
                continue;
            }

            latencies.Applied.Add(Since(committed, arrival.At));
            if (arrival.Client is { } client && sentAt.TryGetValue(client, out var sent))
            {
                latencies.Sent.Add(Since(committed, sent));
            }
        }
    }

    /// <summary>Both, of rows that were committed at known times.</summary>
    public static async Task<Latencies> ReadAsync(BenchWorld world, IReadOnlyDictionary<string, DateTimeOffset> committedAt, CancellationToken stop)
    {
        var latencies = new Latencies();
        await ReadWrittenBackAsync(world, committedAt, latencies, stop);
        await ReadOrgAsync(world, committedAt, latencies, stop);
        return latencies;
    }

    /// <summary>Fills in when rows were written last by somebody else than the application.</summary>
    private static async Task ReadWrittenBackAsync(BenchWorld world, IReadOnlyDictionary<string, DateTimeOffset> committedAt, Latencies latencies, CancellationToken stop)
    {
        await using var command = world.Application.CreateCommand(WrittenSql);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            // Earlier than the commit was heard of: it is the application's own.
            if (committedAt.TryGetValue(reader.GetString(0), out var committed) && !reader.IsDBNull(1) && await reader.GetFieldValueAsync<DateTimeOffset>(1, stop) is var written && written > committed)
            {
                latencies.WrittenBack.Add(Since(committed, written));
            }
        }
    }

    // The simulator's times are milliseconds, cut off.
    private static double Since(DateTimeOffset committed, DateTimeOffset then) => Math.Max(0, (then - committed).TotalMilliseconds);
}
