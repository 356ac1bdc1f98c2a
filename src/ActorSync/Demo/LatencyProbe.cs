using System.Globalization;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using Npgsql;

namespace ActorSync.Demo;

/// <summary>From an edit to its arrival.</summary>
/// <param name="Median">Half of the edits arrived within this.</param>
/// <param name="P95">19 of 20 did.</param>
internal sealed record LatencyReport(int Edits, TimeSpan Median, TimeSpan P95)
{
    /// <summary>The promise for an idle node.</summary>
    public static readonly TimeSpan MedianMax = TimeSpan.FromMilliseconds(100);

    public bool Holds => Median < MedianMax;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Edits} single edits on the idle node reached Salesforce {Median.TotalMilliseconds:0} ms after their commit at the median, {P95.TotalMilliseconds:0} ms at the 95th percentile");
}

/// <summary>Measures the way of single edits through an idle node: from the return of the application's commit to the request that reaches the org, one clock for both.</summary>
internal static class LatencyProbe
{
    private const int Edits = 50;
    private static readonly TimeSpan ArrivalMax = TimeSpan.FromSeconds(10);

    /// <summary>Long enough for the node to fall back to its slowest look at the change log.</summary>
    private static readonly TimeSpan IdleBetween = TimeSpan.FromMilliseconds(120);

    /// <summary>Edits one Account after the other and waits for each to arrive.</summary>
    public static async Task<LatencyReport> MeasureAsync(
        NpgsqlDataSource application, OrgServer org, IReadOnlyList<ObjectMapping> mappings, TimeProvider clock, CancellationToken stop)
    {
        var mapping = mappings.Single(mapping => mapping.ObjectName == "Account");
        var (table, key) = ($"\"{mapping.Schema}\".\"{mapping.Table}\"", $"\"{mapping.ExternalIdColumn}\"");
        var delays = new List<TimeSpan>(Edits);
        await using var connection = await application.OpenConnectionAsync(stop);
        var records = await RecordsAsync(connection, $"select {key} from {table} where sfid is not null order by sfid limit {Edits}", stop);
        for (var i = 0; i < Edits; i++)
        {
            await Task.Delay(IdleBetween, clock, stop);
            using var arrival = org.Faults.HoldNext(new CallMatch("update", "Account", Api: "soap"), HoldPoint.OnTheWay);
            await using var command = new NpgsqlCommand($"update {table} set fax = $1 where {key} = $2", connection);
            command.Parameters.Add(new() { Value = string.Create(CultureInfo.InvariantCulture, $"latency {i}") });
            command.Parameters.Add(new() { Value = records[i % records.Count] });
            await command.ExecuteNonQueryAsync(stop);
            var committedAt = clock.GetTimestamp();
            await arrival.Arrived.WaitAsync(ArrivalMax, clock, stop);
            delays.Add(clock.GetElapsedTime(committedAt));
        }

        delays.Sort();
        return new LatencyReport(Edits, delays[Edits / 2], delays[(Edits * 95 / 100) - 1]);
    }

    private static async Task<List<Guid>> RecordsAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var records = new List<Guid>();
        while (await reader.ReadAsync(stop))
        {
            records.Add(reader.GetGuid(0));
        }

        return records;
    }
}
