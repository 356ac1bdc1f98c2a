using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Runtime;

/// <summary>How many messages a turn takes.</summary>
public sealed class TurnSizeTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(200);

    private readonly TurnSize _size = new(5000, Budget);

    [Fact]
    public void Turns_grow_and_shrink_in_proportion_to_the_time_that_full_ones_take()
    {
        Full(Budget / 10);
        _size.MessagesMax.ShouldBe(2000, "twice as many, however quick it was");
        Full(Budget / 1.5);
        _size.MessagesMax.ShouldBe(3000);
        Full(Budget * 1.5);
        _size.MessagesMax.ShouldBe(2000);
        Full(Budget);
        _size.MessagesMax.ShouldBe(2000);
    }

    [Fact]
    public void One_turn_that_stands_still_takes_half_away_and_the_next_one_gives_it_back()
    {
        Full(Budget / 4);
        Full(Budget / 4);
        Full(Budget * 50);
        _size.MessagesMax.ShouldBe(2000);
        Full(Budget / 2);
        _size.MessagesMax.ShouldBe(4000);
    }

    [Fact]
    public void Slow_turns_stay_large_enough_to_be_worth_what_each_costs()
    {
        Full(Budget / 2);
        for (var turn = 0; turn < 10; turn++)
        {
            Full(Budget * 50);
        }

        _size.MessagesMax.ShouldBe(TurnSize.FewMessages);
    }

    [Fact]
    public void Turn_that_had_little_to_take_changes_nothing()
    {
        _size.Fit(Budget / 10, 1);
        _size.Fit(Budget * 10, _size.MessagesMax - 1);
        _size.MessagesMax.ShouldBe(TurnSize.FirstMessages);
    }

    [Fact]
    public void Turns_are_never_larger_than_they_may_be()
    {
        for (var turn = 0; turn < 10; turn++)
        {
            Full(TimeSpan.Zero);
        }

        _size.MessagesMax.ShouldBe(5000);
        new TurnSize(100, Budget).MessagesMax.ShouldBe(100);
    }

    [Fact]
    public void Turn_that_fails_is_halved_down_to_one_message_and_grows_again_behind_it_even_while_turns_are_slow()
    {
        while (_size.TryHalve())
        {
            _size.MessagesMax.ShouldBeGreaterThan(0);
        }

        _size.MessagesMax.ShouldBe(1);
        Full(Budget * 2);
        _size.MessagesMax.ShouldBe(2);
    }

    private void Full(TimeSpan took) => _size.Fit(took, _size.MessagesMax);
}
