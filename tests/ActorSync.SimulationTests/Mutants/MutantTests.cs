using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace ActorSync.SimulationTests.Mutants;

/// <summary>The proof that the proof works: a product with any one rule broken is caught by the simulation within this many seeds.</summary>
public abstract class MutantTests(ITestOutputHelper output)
{
    private const int SeedsMax = 2000;

    private protected void ShouldDie(Mutant mutant)
    {
        var (failure, seeds) = MutantLab.Hunt(mutant, SeedsMax);
        output.WriteLine($"{mutant}: {(failure is null ? "lives" : $"died after {seeds} seeds, {failure}")}");
        failure.ShouldNotBeNull($"{mutant} lives through {SeedsMax} seeds");
    }
}

/// <summary>Broken rules of the record actor.</summary>
public sealed class RecordMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    public static TheoryData<string> Names => [.. AllMutants.OfRecords.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutant_dies(string name) => ShouldDie(AllMutants.OfRecords.Single(mutant => mutant.Name == name));
}

/// <summary>A broken engine: turns, leases, coordinator, feeds.</summary>
public sealed class EngineMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    public static TheoryData<string> Names => [.. AllMutants.OfTheEngine.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutant_dies(string name) => ShouldDie(AllMutants.OfTheEngine.Single(mutant => mutant.Name == name));

    [Fact]
    public void There_are_at_least_25_mutants_of_both_kinds() => (AllMutants.OfRecords.Count + AllMutants.OfTheEngine.Count).ShouldBeGreaterThanOrEqualTo(25);
}
