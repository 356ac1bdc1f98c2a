using ActorSync.TestKit.Seeds;
using ActorSync.UnitTests.Records.Walk;
using Xunit;

namespace ActorSync.UnitTests.Records;

/// <summary>Invariant I4 over random lives of one counter.</summary>
public sealed class CounterWalkTests
{
    [Fact]
    [Trait("Invariant", "I4")]
    public void Counter_is_its_start_and_what_both_sides_added_when_every_change_event_is_told() =>
        Seeded.Check(300, random => new CounterWalk(random).Run(steps: 60));
}
