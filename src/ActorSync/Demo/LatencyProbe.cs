using System.Globalization;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator.Org;
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

/// <summary>Measures the way of single edits through an idle node: from the return of the application's commit to the org's own log of arrivals, one clock for both.</summary>
internal static class LatencyProbe
{
    private const int Edits = 50;
    private static readonly TimeSpan ArrivalMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>Long enough for the node to fall back to its slowest look at the change log.</summary>
    private static readonly TimeSpan IdleBetween = TimeSpan.FromMilliseconds(120);

    /// <summary>Edits one Account after the other and waits for each to arrive.</summary>
    public static async Task<LatencyReport> MeasureAsync(
        NpgsqlDataSource application, OrgModel org, IReadOnlyList<ObjectMapping> mappings, TimeProvider clock, CancellationToken stop)
    {
        var mapping = mappings.Single(mapping => mapping.ObjectName == "Account");
        var (table, key) = ($"\"{mapping.Schema}\".\"{mapping.Table}\"", $"\"{mapping.ExternalIdColumn}\"");
        var delays = new List<TimeSpan>(Edits);
        var next = org.Arrivals().Count + 1;
        await using var connection = await application.OpenConnectionAsync(stop);
        for (var i = 0; i < Edits; i++)
        {
            await Task.Delay(IdleBetween, clock, stop);
            await using var command = new NpgsqlCommand($"update {table} set fax = $1 where {key} = (select {key} from {table} where sfid is not null order by sfid offset $2 limit 1)", connection);
            command.Parameters.Add(new() { Value = string.Create(CultureInfo.InvariantCulture, $"latency {i}") });
            command.Parameters.Add(new() { Value = i });
            await command.ExecuteNonQueryAsync(stop);
            var committedAt = clock.GetUtcNow();
            var arrival = await ArrivalAsync(org, next, clock, stop);
            next = (int)arrival.Sequence + 1;
            delays.Add(arrival.At - committedAt);
        }

        delays.Sort();
        return new LatencyReport(Edits, delays[Edits / 2], delays[(Edits * 95 / 100) - 1]);
    }

    private static async Task<Arrival> ArrivalAsync(OrgModel org, long from, TimeProvider clock, CancellationToken stop)
    {
        var startedAt = clock.GetTimestamp();
        while (clock.GetElapsedTime(startedAt) < ArrivalMax)
        {
            if (org.Arrivals(from, 1) is [var arrival])
            {
                return arrival;
            }

            await Task.Delay(LookInterval, clock, stop);
        }

        throw new TimeoutException($"an edit has not reached Salesforce within {ArrivalMax.TotalSeconds:0} s");
    }
}
