using ActorSync.UnitTests.Records.Walk;
using Xunit;

namespace ActorSync.UnitTests.Records;

/// <summary>Thousands of random lives of one record. A failure prints its seed and the shortest trace that was found: run <see cref="Walk"/> with that seed and length.</summary>
public sealed class RecordWalkTests
{
    private const int FixedSeeds = 3000;
    private const int FreshSeeds = 200;
    private const int Steps = 120;

    [Fact]
    public void Both_sides_are_equal_at_rest_and_no_promise_is_broken_on_the_way_with_fixed_seeds() => WalkAll(1, FixedSeeds);

    [Fact]
    public void Both_sides_are_equal_at_rest_and_no_promise_is_broken_on_the_way_with_fresh_seeds()
    {
        var first = Environment.TickCount & int.MaxValue;
        Console.WriteLine($"record walk: fresh seeds {first} to {first + FreshSeeds - 1}");
        WalkAll(first, FreshSeeds);
    }

    private static void WalkAll(int first, int count)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            if (Walk(seed, Steps) is not null)
            {
                var shortest = Enumerable.Range(1, Steps).First(steps => Walk(seed, steps) is not null);
                Assert.Fail($"seed {seed}, {shortest} steps{Environment.NewLine}{Walk(seed, shortest)}");
            }
        }
    }

    private static string? Walk(int seed, int steps)
    {
        var walk = new RecordWalk(seed);
        try
        {
            walk.Run(steps);
            return null;
        }
        catch (WalkFailedException)
        {
            return walk.Trace;
        }
    }
}
