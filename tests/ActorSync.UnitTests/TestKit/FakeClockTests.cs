using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.TestKit;

public sealed class FakeClockTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void Elapsed_time_is_what_was_advanced_whatever_the_wall_clock_does()
    {
        var started = _clock.GetTimestamp();
        _clock.SetUtcNow(_clock.GetUtcNow() - TimeSpan.FromDays(1));

        _clock.Advance(TimeSpan.FromMilliseconds(1500));

        _clock.GetElapsedTime(started).ShouldBe(TimeSpan.FromMilliseconds(1500));
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_own_time()
    {
        var start = _clock.GetUtcNow();
        var fired = new List<(string Name, TimeSpan At)>();
        ITimer Set(string name, int due, int period) => _clock.CreateTimer(
            _ => fired.Add((name, _clock.GetUtcNow() - start)), null, TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(period));
        using var late = Set("late", 3, 0);
        using var often = Set("often", 1, 2);
        using var disposed = Set("disposed", 1, 1);
        disposed.Dispose();

        _clock.Advance(TimeSpan.FromSeconds(4));

        fired.ShouldBe([("often", TimeSpan.FromSeconds(1)), ("late", TimeSpan.FromSeconds(3)), ("often", TimeSpan.FromSeconds(3))]);
        (_clock.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void A_timer_set_by_a_timer_fires_in_the_same_advance()
    {
        var fired = 0;
        using var first = _clock.CreateTimer(
            _ => _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan),
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(2));

        fired.ShouldBe(1);
    }

    [Fact]
    public async Task A_delay_ends_when_its_time_has_come_and_not_before()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(10), _clock);
        await _clock.TimersSetAsync(1);

        _clock.Advance(TimeSpan.FromSeconds(9.999));
        delay.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(0.001));

        await delay;
    }

    [Fact]
    public async Task Waiting_for_timers_ends_when_the_code_under_test_has_set_them()
    {
        var reached = _clock.TimersSetAsync(2);
        using var one = _clock.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        reached.IsCompleted.ShouldBeFalse();

        using var two = _clock.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        await reached;
    }
}
