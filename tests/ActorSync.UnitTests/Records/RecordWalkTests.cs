using ActorSync.TestKit.Seeds;
using ActorSync.UnitTests.Records.Walk;
using Xunit;

namespace ActorSync.UnitTests.Records;

/// <summary>Hundreds of random lives of one record. A failure prints its seed and the shortest trace that was found.</summary>
public sealed class RecordWalkTests
{
    private const int Steps = 120;

    [Fact]
    public void Both_sides_are_equal_at_rest_and_no_promise_is_broken_on_the_way() => Seeded.Check(300, random =>
    {
        var seed = random.Next();
        if (Walk(seed, Steps) is not null)
        {
            var shortest = Enumerable.Range(1, Steps).First(steps => Walk(seed, steps) is not null);
            Assert.Fail($"{shortest} steps{Environment.NewLine}{Walk(seed, shortest)}");
        }
    });

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
