using ActorSync.Commands;
using ActorSync.Demo.Traffic;
using ActorSync.OrgSimulator.Org;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Demo;

/// <summary>The demo's figures at one moment.</summary>
/// <param name="ReachedSalesforce">Writes of the node that took effect in the org.</param>
/// <param name="ReachedPostgres">Rows that the node wrote.</param>
/// <param name="Rate">Both together per second, since the last reading.</param>
internal sealed record DemoReading(
    TimeSpan Elapsed, long ApplicationEdits, long SalesforceEdits, long ReachedSalesforce, long ReachedPostgres, double Rate, long Conflicts, StatusReport Status, int Restarts);

/// <summary>Reads figures again and again at the price of what is new: the journal and the arrivals are counted on from where they were left.</summary>
internal sealed class DemoMeter(NpgsqlDataSource database, OrgModel org, DemoNode node, TimeProvider clock)
{
    private const string S = RuntimeOptions.Schema;

    private const string Counted = $"""
        select l.address, coalesce(max(j.seq), u.seq), count(*) filter (where j.type = 'row-written'), count(*) filter (where j.type = 'conflict-resolved')
        from {S}.lease l left join unnest($1, $2) u(address, seq) on u.address = l.address join {S}.journal j on j.address = l.address and j.seq > coalesce(u.seq, 0)
        where l.address < (select shard_count from {S}.cluster) group by l.address, u.seq
        """;

    private readonly StatusReader _status = new(database);
    private readonly Dictionary<int, long> _seen = [];
    private readonly long _startedAt = clock.GetTimestamp();
    private long _readAt;
    private long _nextArrival = 1;
    private long _reachedSalesforce;
    private long _reachedPostgres;
    private long _conflicts;

    /// <summary>Counts on.</summary>
    public async Task<DemoReading> ReadAsync(EditTally? application, EditTally? users, CancellationToken stop)
    {
        var before = _reachedSalesforce + _reachedPostgres;
        CountArrivals();
        await CountJournalAsync(stop);
        var status = await _status.ReadAsync(stop);
        var seconds = _readAt == 0 ? 0 : clock.GetElapsedTime(_readAt).TotalSeconds;
        _readAt = clock.GetTimestamp();
        var rate = seconds > 0 ? (_reachedSalesforce + _reachedPostgres - before) / seconds : 0;
        return new DemoReading(
            clock.GetElapsedTime(_startedAt), application?.Total ?? 0, users?.Total ?? 0, _reachedSalesforce, _reachedPostgres, rate, _conflicts, status, node.Restarts);
    }

    private void CountArrivals()
    {
        var news = org.Arrivals(_nextArrival);
        _reachedSalesforce += news.Count(arrival => arrival is { Api: "soap", Error: null });
        _nextArrival = news.Count > 0 ? news[^1].Sequence + 1 : _nextArrival;
    }

    private async Task CountJournalAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(Counted);
        command.Parameters.Add(new() { Value = _seen.Keys.ToArray() });
        command.Parameters.Add(new() { Value = _seen.Values.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            _seen[reader.GetInt32(0)] = reader.GetInt64(1);
            _reachedPostgres += reader.GetInt64(2);
            _conflicts += reader.GetInt64(3);
        }
    }
}
