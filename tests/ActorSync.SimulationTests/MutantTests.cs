using System.Collections.Concurrent;
using ActorSync.Simulation.Mutants;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace ActorSync.SimulationTests;

/// <summary>The proof that the proof works: the product with any one rule broken is caught by the simulation. By hand, with the seeds that each takes:
/// <c>dotnet run -c Release --project tests/ActorSync.Simulation -- --mutants</c>.</summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_mutant_dies()
    {
        var alive = new ConcurrentBag<Mutant>();
        Parallel.ForEach(
            Partitioner.Create(AllMutants.List, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            mutant =>
            {
                var (failure, seeds) = MutantLab.Hunt(mutant, AllMutants.SeedsMax);
                output.WriteLine($"{mutant}: {(failure is null ? "lives" : $"died after {seeds} seeds, {failure.Split('\n')[0]}")}");
                if (failure is null)
                {
                    alive.Add(mutant);
                }
            });
        alive.ShouldBeEmpty($"they live through {AllMutants.SeedsMax} seeds");
    }

    [Fact]
    public void Every_seed_that_is_tried_first_is_one_of_those_that_are_tried_at_all() =>
        AllMutants.List.ShouldAllBe(mutant => mutant.Seed >= 1 && mutant.Seed <= AllMutants.SeedsMax);

    [Fact]
    public void There_are_at_least_25_mutants() => AllMutants.List.Count.ShouldBeGreaterThanOrEqualTo(25);
}
