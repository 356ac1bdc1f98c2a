using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Runtime;

/// <summary>Which actors that owe something are remembered.</summary>
public sealed class OwingActorsTests
{
    private readonly OwingActors _owing = new();

    [Fact]
    public void Actors_of_one_kind_do_not_take_the_room_of_another()
    {
        foreach (var number in Enumerable.Range(0, OwingActors.OfKindMax + 10))
        {
            _owing.Set(Id(1, number), 5);
        }

        _owing.Set(Id(2, 1), 7);
        _owing.Due(7, int.MaxValue).Count.ShouldBe(OwingActors.OfKindMax + 1);
        _owing.WantsMore.ShouldBeFalse("there is no room");
        _owing.IsDue(4).ShouldBeFalse();
        _owing.IsDue(5).ShouldBeTrue();
    }

    [Fact]
    public void Those_left_in_the_store_are_wanted_when_half_of_the_room_is_free()
    {
        _owing.Load([.. Enumerable.Range(0, OwingActors.OfKindMax).Select(number => Id(1, number))]);
        _owing.WantsMore.ShouldBeFalse();
        foreach (var number in Enumerable.Range(0, OwingActors.OfKindMax / 2))
        {
            _owing.Remove(Id(1, number));
        }

        _owing.WantsMore.ShouldBeTrue();
        _owing.Load([Id(1, OwingActors.OfKindMax)]);
        _owing.WantsMore.ShouldBeFalse("that was the last one");
        _owing.Due(0, 1).ShouldHaveSingleItem();
    }

    private static ActorId Id(short kind, int number) => new(kind, new Guid(number, 0, 0, new byte[8]));
}
