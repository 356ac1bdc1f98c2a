using ActorSync.Simulation.Mutants;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace ActorSync.SimulationTests;

/// <summary>The proof that the proof works: a product with one rule broken is caught by the simulation. One mutant of each kind here, for the time they take;
/// all of them with <c>dotnet run -c Release --project tests/ActorSync.Simulation -- --mutants</c>.</summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("a field is not barred after our write")]
    [InlineData("a remote delete forgets the write that is outside")]
    [InlineData("a straggling outcome is news")]
    [InlineData("the cursor moves apart from its messages")]
    [InlineData("the probe comes before the settle limit")]
    public void Mutant_dies(string name)
    {
        var mutant = AllMutants.List.Single(mutant => mutant.Name == name);
        var (failure, seeds) = MutantLab.Hunt(mutant, AllMutants.SeedsMax);
        output.WriteLine($"{mutant}: {(failure is null ? "lives" : $"died after {seeds} seeds, {failure}")}");
        failure.ShouldNotBeNull($"{mutant} lives through {AllMutants.SeedsMax} seeds");
    }

    [Fact]
    public void There_are_at_least_25_mutants() => AllMutants.List.Count.ShouldBeGreaterThanOrEqualTo(25);
}
