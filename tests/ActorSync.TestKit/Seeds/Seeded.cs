using System.Globalization;
using System.Security.Cryptography;
using Shouldly;

namespace ActorSync.TestKit.Seeds;

/// <summary>
/// Runs a property over seeded random inputs: the fixed seeds of every run, and one fresh. A failure names its seed;
/// <c>ACTORSYNC_SEED=n</c> runs only that one again.
/// </summary>
public static class Seeded
{
    public const string SeedVariable = "ACTORSYNC_SEED";

    /// <summary>Runs <paramref name="property"/> with seeds 1 to <paramref name="fixedSeeds"/> and one that is new each time.</summary>
    /// <param name="fixedSeeds">How many seeds every run shares.</param>
    /// <param name="property">Gets the only source of randomness it may use.</param>
    public static void Check(int fixedSeeds, Action<Random> property)
    {
        foreach (var seed in Seeds(fixedSeeds))
        {
            try
            {
                property(From(seed));
            }
            catch (Exception e)
            {
                throw Failed(seed, e);
            }
        }
    }

    /// <inheritdoc cref="Check"/>
    public static async Task CheckAsync(int fixedSeeds, Func<Random, Task> property)
    {
        foreach (var seed in Seeds(fixedSeeds))
        {
            try
            {
                await property(From(seed));
            }
            catch (Exception e)
            {
                throw Failed(seed, e);
            }
        }
    }

    /// <summary>A seeded source; the same seed gives the same numbers on every machine and version of .NET.</summary>
    public static Random From(int seed) => new(seed);

    private static IEnumerable<int> Seeds(int fixedSeeds)
    {
        if (Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } only)
        {
            return [int.Parse(only, CultureInfo.InvariantCulture)];
        }

        return Enumerable.Range(1, fixedSeeds).Append(RandomNumberGenerator.GetInt32(fixedSeeds + 1, int.MaxValue));
    }

    private static ShouldAssertException Failed(int seed, Exception cause) =>
        new($"Fails with seed {seed} (run it again with {SeedVariable}={seed}): {cause.Message}", cause);
}
