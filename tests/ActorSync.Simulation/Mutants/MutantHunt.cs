namespace ActorSync.Simulation.Mutants;

/// <summary>Runs seeds until one of them fails; called by the mutant tests in a copy of the product with one rule broken.</summary>
public static class MutantHunt
{
    /// <summary>The first failure among the seeds from 1, or null when all held.</summary>
    /// <param name="firstSeed">Tried before the others.</param>
    /// <param name="seedsMax">Seeds tried at most.</param>
    /// <param name="seedsRun">Seeds that were run.</param>
    public static string? FirstFailure(int firstSeed, int seedsMax, out int seedsRun)
    {
        seedsRun = 0;
        foreach (var seed in Enumerable.Range(1, seedsMax).Where(seed => seed != firstSeed).Prepend(firstSeed).Take(seedsMax))
        {
            seedsRun++;
            if (SimulationRun.Run(new SimulationOptions(seed)).Failure is { } failure)
            {
                return $"seed {seed}: {failure.Message}";
            }
        }

        return null;
    }
}
