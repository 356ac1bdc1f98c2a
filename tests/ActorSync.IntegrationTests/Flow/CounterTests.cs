using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Both sides count on the same records. A write is absolute, so what ours overwrites shows only in the stream: the sums are exact all the same.</summary>
public sealed class CounterTests
{
    private const int Records = 20;
    private const int Increments = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly CallMatch Updates = new("update", "Account");

    [Fact]
    [Trait("Rule", "5")]
    [Trait("Invariant", "I4")]
    public async Task Increments_of_both_sides_come_to_the_exact_sum_over_lost_answers_and_overwritten_values()
    {
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(counts: true) with { Records = 5 * Records });
        var counters = await CounterTraffic.BeginAsync(sync, Records);
        var lost = sync.Server.Faults.Add(new FaultRule(new OrgFault.DropAnswer(), Updates, 0.1));
        // Between our read and our write there is time for somebody else.
        sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Uniform(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(60))), Updates);

        await Task.WhenAll(counters.ApplicationAsync(Increments, Pause), counters.PeopleAsync(Increments, Pause));
        sync.Server.Faults.Hits(lost)!.Value.ShouldBePositive();
        sync.Server.Faults.Remove(lost);
        await sync.ConvergedAsync();

        await counters.ShouldBeExactAsync();
        Overwritten(sync).ShouldBePositive("without a value of somebody's that ours overwrote this proves little");
    }

    // Increments of ours that found another value than the one they were made from.
    private static int Overwritten(RunningSync sync)
    {
        var writes = sync.Org.Model.Arrivals().Where(arrival => arrival is { Error: null, Type: "Account" } && arrival.After.ContainsKey("NumberOfEmployees")).ToList();
        return writes.GroupBy(arrival => arrival.Id).Sum(record => record.Zip(record.Skip(1)).Count(pair => pair.First.Client is null && IsOurs(pair.Second) && Number(pair.Second.After) <= Number(pair.First.After)));
    }

    private static bool IsOurs(Arrival arrival) => arrival.Client?.StartsWith("actorsync", StringComparison.Ordinal) == true;

    private static decimal Number(IReadOnlyDictionary<string, string?> values) => decimal.Parse(values["NumberOfEmployees"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
}
