using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Runtime;

/// <summary>Which actors that owe something are remembered.</summary>
public sealed class OwingActorsTests
{
    private const int RoundsMax = 40;

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
        _owing.Wanted.ShouldBe([((short)1, (Guid?)null)], "ten were forgotten, and none waits to be tried for the first time");
        _owing.IsDue(4).ShouldBeFalse();
        _owing.IsDue(5).ShouldBeTrue();
    }

    [Fact]
    public void Those_left_in_the_store_are_wanted_when_half_of_the_room_is_free()
    {
        Load(0, OwingActors.PieceMax);
        _owing.Wanted.ShouldBe([((short)1, (Guid?)Id(1, OwingActors.PieceMax - 1).Entity)]);
        LoadBehind(OwingActors.PieceMax, OwingActors.PieceMax);
        _owing.Wanted.ShouldBeEmpty("none of them has been tried");
        foreach (var number in Enumerable.Range(0, OwingActors.PieceMax))
        {
            _owing.Remove(Id(1, number));
        }

        _owing.Wanted.ShouldBe([((short)1, (Guid?)Id(1, OwingActors.OfKindMax - 1).Entity)]);
        LoadBehind(OwingActors.OfKindMax, 1);
        _owing.Wanted.ShouldBeEmpty("that was the last one");
        _owing.Due(0, int.MaxValue).Count.ShouldBe(OwingActors.PieceMax + 1);
    }

    [Fact]
    public void New_one_takes_the_place_of_the_one_that_was_tried_longest_ago()
    {
        foreach (var number in Enumerable.Range(0, OwingActors.OfKindMax))
        {
            _owing.Set(Id(1, number), 5 + number);
        }

        _owing.Set(Id(1, 0), 1_000_000);
        _owing.Set(Id(1, -1), 1_000_001);
        _owing.Set(Id(1, -2), 1_000_002);
        var remembered = _owing.Due(long.MaxValue, int.MaxValue).ToHashSet();
        remembered.Count.ShouldBe(OwingActors.OfKindMax);
        new[] { -2, -1, 0, 1, 2, 3 }.Where(number => remembered.Contains(Id(1, number))).ShouldBe([-2, -1, 0, 3]);
    }

    [Fact]
    public void Those_that_have_not_been_tried_keep_their_places()
    {
        Load(0, OwingActors.PieceMax);
        LoadBehind(OwingActors.PieceMax, OwingActors.PieceMax);
        _owing.Set(Id(1, -1), 5);
        var remembered = _owing.Due(long.MaxValue, int.MaxValue).ToHashSet();
        remembered.Count.ShouldBe(OwingActors.OfKindMax);
        remembered.ShouldNotContain(Id(1, -1), "it is in the store, and comes in its turn");
    }

    [Fact]
    public void Those_that_have_waited_longest_are_tried_first()
    {
        foreach (var number in Enumerable.Range(0, 10))
        {
            _owing.Set(Id(1, number), 20 - number);
        }

        _owing.Due(20, 3).ShouldBe([Id(1, 9), Id(1, 8), Id(1, 7)]);
        _owing.Set(Id(1, 9), 30);
        _owing.Due(20, 3).ShouldBe([Id(1, 8), Id(1, 7), Id(1, 6)]);
    }

    // More than are remembered can never be served: others that come, with low numbers and with high ones, are tried all the same.
    [Fact]
    public void Each_is_tried_within_some_rounds_however_many_cannot_be_served()
    {
        var stored = Enumerable.Range(0, (2 * OwingActors.OfKindMax) + 5_000).Select(number => Id(1, 2 * number)).ToList();
        var triedAt = new Dictionary<ActorId, int>();
        _owing.Load([.. stored.Take(OwingActors.PieceMax)], 0);
        for (var round = 1; round <= RoundsMax; round++)
        {
            Round(stored, round, triedAt);
        }

        triedAt.Count.ShouldBe(stored.Count, "each was tried");
        triedAt.Values.Min().ShouldBeGreaterThan(RoundsMax / 2, "and again and again");
        ActorId[] late = [Id(1, 1), Id(1, 40_001), Id(1, 1_000_001)];
        stored = [.. stored.Concat(late).OrderBy(id => id.Entity)];
        for (var round = RoundsMax + 1; round <= RoundsMax + 20; round++)
        {
            Round(stored, round, triedAt);
        }

        late.ShouldAllBe(id => triedAt.ContainsKey(id));
        stored = [late[2]];
        for (var round = RoundsMax + 21; round <= RoundsMax + 30; round++)
        {
            Round(stored, round, triedAt);
        }

        _owing.Wanted.ShouldBeEmpty("all that owe are remembered");
        _owing.Due(long.MaxValue, int.MaxValue).ShouldBe(late[2..]);
    }

    // Looks for pieces as the worker does, and tries what is due: those that the store does not know any more have been served.
    private void Round(List<ActorId> stored, int now, Dictionary<ActorId, int> triedAt)
    {
        foreach (var (kind, after) in _owing.Wanted)
        {
            _owing.Load(kind, [.. stored.Where(id => after is not { } entity || id.Entity.CompareTo(entity) > 0).Take(OwingActors.PieceMax)], now);
        }

        var owes = stored.ToHashSet();
        foreach (var id in _owing.Due(now, 7_000))
        {
            triedAt[id] = now;
            if (owes.Contains(id))
            {
                _owing.Set(id, now + 1);
            }
            else
            {
                _owing.Remove(id);
            }
        }
    }

    private void Load(int first, int count) => _owing.Load([.. Enumerable.Range(first, count).Select(number => Id(1, number))], 0);

    private void LoadBehind(int first, int count) => _owing.Load(1, [.. Enumerable.Range(first, count).Select(number => Id(1, number))], 0);

    private static ActorId Id(short kind, int number) => new(kind, new Guid(number, 0, 0, new byte[8]));
}
