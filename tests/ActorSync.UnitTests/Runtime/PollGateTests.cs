using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Seeds;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Runtime;

/// <summary>Workers of one node that look for work together.</summary>
public sealed class PollGateTests
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    private readonly FakeClock _clock = new();
    private readonly MemoryTurnStore _store;
    private readonly PollGate _gate;
    private readonly Wakeup[] _wakeups;
    private readonly PollSeat _first;
    private readonly PollSeat _second;
    private int _looks;
    private Action? _whileLooking;

    public PollGateTests()
    {
        _store = new MemoryTurnStore(new MemoryDatabase([], 4, _clock.GetUtcNow, Seeded.From(1)), OnStatement);
        _gate = new PollGate(_store, _clock);
        _wakeups = [new Wakeup(_clock), new Wakeup(_clock)];
        _first = _gate.Join([0, 2], _wakeups[0]);
        _second = _gate.Join([1, 3], _wakeups[1]);
    }

    [Fact]
    public async Task Two_workers_that_find_nothing_look_as_often_as_one()
    {
        await SettleAsync();
        for (var i = 0; i < 10; i++)
        {
            (await _first.HasWorkAsync(Rest, default)).ShouldBeFalse();
            _clock.Advance(Rest / 2);
            (await _second.HasWorkAsync(Rest, default)).ShouldBeFalse();
            _clock.Advance(Rest / 2);
        }

        _looks.ShouldBe(10);
    }

    [Fact]
    public async Task What_one_finds_in_anybodys_shard_wakes_the_other_which_need_not_look()
    {
        await SettleAsync();
        await SendAsync(1);

        (await _first.HasWorkAsync(Rest, default)).ShouldBeTrue("something was committed");
        (await _wakeups[1].WaitAsync(TimeSpan.FromHours(1), default)).ShouldBeTrue();
        var looks = _looks;
        (await _second.HasWorkAsync(Rest, default)).ShouldBeTrue();
        _looks.ShouldBe(looks);
    }

    [Fact]
    public async Task Mail_that_waits_is_for_the_worker_of_its_shard_alone()
    {
        await SendAsync(3);
        await SettleAsync(mail: [_second]);
        _clock.Advance(Rest);

        (await _first.HasWorkAsync(Rest, default)).ShouldBeFalse();
        (await _second.HasWorkAsync(Rest, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Worker_that_was_signalled_looks_however_short_ago_another_has()
    {
        await SettleAsync();
        (await _first.HasWorkAsync(Rest, default)).ShouldBeFalse();
        await SendAsync(1);

        (await _second.HasWorkAsync(Rest, default)).ShouldBeFalse("the other has just looked");
        (await _second.HasWorkAsync(TimeSpan.Zero, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Every_worker_looks_anyway_now_and_then()
    {
        await SettleAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await _first.HasWorkAsync(Rest, default)).ShouldBeTrue();
        (await _second.HasWorkAsync(Rest, default)).ShouldBeTrue();
        (await _first.HasWorkAsync(Rest, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task While_one_watches_the_other_rests_and_is_woken_by_what_is_found()
    {
        await SettleAsync();
        Task<TimeSpan?>? second = null;
        _whileLooking = () => second = _second.WatchAsync(Rest, Rest, default);
        (await _first.WatchAsync(Rest, Rest, default)).ShouldBe(Rest, "the store of the test cannot wait");
        (await second!).ShouldNotBeNull().ShouldBeGreaterThan(Rest);
        _looks.ShouldBe(1);

        await SendAsync(1);
        (await _first.WatchAsync(Rest, Rest, default)).ShouldBeNull("something was committed");
        (await _wakeups[1].WaitAsync(TimeSpan.FromHours(1), default)).ShouldBeTrue();
        (await _second.WatchAsync(Rest, Rest, default)).ShouldBeNull();
        _looks.ShouldBe(2);
    }

    [Fact]
    public async Task Another_watches_when_the_watch_of_one_has_failed()
    {
        await SettleAsync();
        _whileLooking = () => throw new TimeoutException();
        await Should.ThrowAsync<TimeoutException>(() => _first.WatchAsync(Rest, Rest, default));
        (await _second.WatchAsync(Rest, Rest, default)).ShouldBe(Rest);
        _looks.ShouldBe(2);
    }

    private void OnStatement(string statement)
    {
        if (statement == "glance")
        {
            _looks++;
            var then = _whileLooking;
            _whileLooking = null;
            then?.Invoke();
        }
    }

    // Both have found what there was; what is left is found again and again by those it is for.
    private async Task SettleAsync(params PollSeat[] mail)
    {
        await _first.HasWorkAsync(TimeSpan.Zero, default);
        await _second.HasWorkAsync(TimeSpan.Zero, default);
        (await _first.HasWorkAsync(TimeSpan.Zero, default)).ShouldBe(mail.Contains(_first));
        (await _second.HasWorkAsync(TimeSpan.Zero, default)).ShouldBe(mail.Contains(_second));
        await _wakeups[0].WaitAsync(TimeSpan.Zero, default);
        await _wakeups[1].WaitAsync(TimeSpan.Zero, default);
        _clock.Advance(Rest);
        _looks = 0;
    }

    private async Task SendAsync(int address)
    {
        await using var turn = await _store.BeginAsync(default);
        turn.Send(address, "{}");
        await turn.CommitAsync(default);
    }
}
