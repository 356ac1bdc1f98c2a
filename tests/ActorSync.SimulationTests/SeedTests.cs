using System.Collections.Concurrent;
using System.Collections.Immutable;
using ActorSync.Simulation;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace ActorSync.SimulationTests;

/// <summary>The invariants I1 to I10 of the design hold in every order and under every fault that a seed makes.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Invariant", "I1")]
    [Trait("Invariant", "I2")]
    [Trait("Invariant", "I3")]
    [Trait("Invariant", "I5")]
    [Trait("Invariant", "I6")]
    [Trait("Invariant", "I7")]
    [Trait("Invariant", "I8")]
    [Trait("Invariant", "I9")]
    public void Invariants_hold_for_500_fixed_seeds() => Hold([.. Enumerable.Range(1, 500)]);

    [Fact]
    [Trait("Invariant", "I4")]
    [Trait("Invariant", "I7")]
    public void Invariants_hold_for_100_fresh_seeds() => Hold([.. Enumerable.Range(1_000_000 + (int)(TimeProvider.System.GetUtcNow().Ticks % 1_000_000_000), 100)]);

    [Fact]
    public void Records_that_are_refused_or_locked_delay_nobody_else()
    {
        var only = Enum.GetValues<FaultKind>().ToImmutableHashSet().Except([FaultKind.BadValue, FaultKind.RowLock, FaultKind.Rollback]);
        foreach (var seed in Enumerable.Range(1, 40))
        {
            SimulationRun.Run(new SimulationOptions(seed) { Without = only, DelayMax = TimeSpan.FromSeconds(3) }).Failure.ShouldBeNull($"seed {seed}");
        }
    }

    [Fact]
    public void One_seed_is_one_run()
    {
        var options = new SimulationOptions(7) { Traced = true, BusyTime = TimeSpan.FromSeconds(8) };
        SimulationRun.Run(options).Story.ShouldBe(SimulationRun.Run(options).Story);
    }

    [Fact]
    public void Every_kind_of_fault_is_injected()
    {
        var tally = new FaultTally();
        foreach (var seed in Enumerable.Range(1, 60))
        {
            tally.Add(SimulationRun.Run(new SimulationOptions(seed)).Faults);
        }

        Enum.GetValues<FaultKind>().Where(kind => tally[kind] == 0).ShouldBeEmpty();
    }

    private void Hold(IReadOnlyList<int> seeds)
    {
        output.WriteLine($"seeds {seeds[0]} to {seeds[^1]}; one again: dotnet run -c Release --project tests/ActorSync.Simulation -- SEED");
        var failures = new ConcurrentBag<SimulationOutcome>();
        Parallel.ForEach(seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var outcome = SimulationRun.Run(new SimulationOptions(seed));
            if (outcome.Failure is not null)
            {
                failures.Add(outcome);
            }
        });
        failures.OrderBy(failure => failure.Options.Seed).Select(failure => $"seed {failure.Options.Seed}: {failure.Failure!.Message}").ShouldBeEmpty();
    }
}
