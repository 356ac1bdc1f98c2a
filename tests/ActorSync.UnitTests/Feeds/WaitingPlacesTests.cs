using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Feeds;

/// <summary>A change event that has to wait is not overtaken by the later ones of its record.</summary>
public sealed class WaitingPlacesTests
{
    private static readonly ActorId One = new(1, Guid.Parse("00000000-0000-0000-0000-000000000001"));
    private static readonly ActorId Other = new(1, Guid.Parse("00000000-0000-0000-0000-000000000002"));

    [Fact]
    public void What_stands_behind_a_waiting_message_waits_until_that_is_decided()
    {
        var waiting = new WaitingPlaces();
        waiting.IsBehind(One, (2, 0)).ShouldBeFalse();
        waiting.Add(One, (2, 0));
        waiting.IsBehind(One, (2, 0)).ShouldBeFalse("it is the waiting one itself");
        waiting.IsBehind(One, (2, 1)).ShouldBeTrue();
        waiting.IsBehind(One, (1, 9)).ShouldBeFalse();
        waiting.IsBehind(One, null).ShouldBeFalse("it has no place");
        waiting.IsBehind(Other, (3, 0)).ShouldBeFalse();
        waiting.Add(One, (2, 1));
        waiting.Remove(One, (2, 0));
        waiting.IsBehind(One, (3, 0)).ShouldBeTrue();
        waiting.Remove(One, (2, 1));
        waiting.IsBehind(One, (3, 0)).ShouldBeFalse();
    }

    [Fact]
    public void Beyond_its_limit_it_forgets_and_starts_afresh()
    {
        var waiting = new WaitingPlaces();
        for (var i = 1; i <= WaitingPlaces.PlacesMax; i++)
        {
            waiting.Add(One, (i, 0));
        }

        waiting.Add(Other, (1, 0));
        waiting.IsBehind(One, (2, 0)).ShouldBeFalse();
        waiting.IsBehind(Other, (2, 0)).ShouldBeTrue();
    }
}
