using ActorSync.Runtime.Hosting;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Runtime;

/// <summary>A loop that rests until it is signalled or a time has passed.</summary>
public sealed class WakeupTests
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    private readonly FakeClock _clock = new();
    private readonly Wakeup _wakeup;

    public WakeupTests() => _wakeup = new Wakeup(_clock);

    [Fact]
    public async Task Rest_ends_by_itself_when_its_time_has_passed()
    {
        var rest = _wakeup.WaitAsync(Rest, default);
        _clock.Advance(Rest / 2);
        rest.IsCompleted.ShouldBeFalse();
        _clock.Advance(Rest / 2);
        (await rest).ShouldBeFalse();
    }

    [Fact]
    public async Task Signal_ends_the_rest_at_once()
    {
        var rest = _wakeup.WaitAsync(Rest, default);
        _wakeup.Signal();
        (await rest).ShouldBeTrue();
    }

    [Fact]
    public async Task Signals_that_come_while_nobody_waits_are_kept_as_one()
    {
        _wakeup.Signal();
        _wakeup.Signal();
        (await _wakeup.WaitAsync(Rest, default)).ShouldBeTrue();
        var next = _wakeup.WaitAsync(Rest, default);
        _clock.Advance(Rest);
        (await next).ShouldBeFalse();
    }

    [Fact]
    public async Task Signal_that_comes_when_the_time_is_up_is_for_the_next_rest()
    {
        var rest = _wakeup.WaitAsync(Rest, default);
        _clock.Advance(Rest);
        _wakeup.Signal();
        (await rest).ShouldBeFalse();
        (await _wakeup.WaitAsync(Rest, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Followers_are_signalled_too()
    {
        var all = new Wakeup(_clock, [_wakeup]);
        all.Signal();
        (await _wakeup.WaitAsync(Rest, default)).ShouldBeTrue();
        (await all.WaitAsync(Rest, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Stop_ends_the_rest_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var rest = _wakeup.WaitAsync(Rest, stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(rest);
    }
}
