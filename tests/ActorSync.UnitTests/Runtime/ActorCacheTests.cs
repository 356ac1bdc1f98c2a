using ActorSync.Runtime.Actors;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Runtime;

/// <summary>What warm actors may take.</summary>
public sealed class ActorCacheTests
{
    [Fact]
    public void Least_recently_used_leave_when_the_states_take_too_many_bytes()
    {
        var cache = new ActorCache<string>(recordsMax: 100, bytesMax: 1000);
        foreach (var number in Enumerable.Range(1, 5))
        {
            cache.Adopt(Id(number), "state", 200);
        }

        cache.Passivate();
        (cache.Count, cache.Bytes).ShouldBe((5, 1000), "they fit");
        cache.TryGet(Id(1), out _).ShouldBeTrue();
        cache.Adopt(Id(2), "longer", 300);
        cache.Passivate();
        cache.Bytes.ShouldBeLessThanOrEqualTo(750);
        Enumerable.Range(1, 5).Where(number => cache.TryGet(Id(number), out _)).ShouldBe([1, 2, 5]);
    }

    [Fact]
    public void State_of_unknown_size_counts_as_much_as_the_one_before()
    {
        var cache = new ActorCache<string>(recordsMax: 100);
        cache.Adopt(Id(1), "state", 200);
        cache.Adopt(Id(1), "another");
        cache.Bytes.ShouldBe(200);
        cache.Clear();
        (cache.Count, cache.Bytes).ShouldBe((0, 0));
    }

    private static ActorId Id(int number) => new(1, new Guid(number, 0, 0, new byte[8]));
}
