using ActorSync.Capture;
using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>When capture waits for Salesforce.</summary>
public sealed class BackPressureTests
{
    private const short Account = 1;
    private const short Contact = 2;

    private readonly FakeClock _clock = new(Offers.Now);
    private readonly StringWriter _log = new();
    private readonly CountedOffers _offers = new();

    [Fact]
    public async Task Log_is_left_alone_above_the_limit_until_a_tenth_of_it_is_gone_and_that_is_said_once()
    {
        var pressure = Pressure();
        (await AskAsync(pressure, 100)).ShouldBeFalse();
        (await AskAsync(pressure, 101)).ShouldBeTrue();
        (await AskAsync(pressure, 95)).ShouldBeTrue();
        (await AskAsync(pressure, 5000)).ShouldBeTrue();
        _log.ToString().ShouldContain("more than 100 writes wait for Salesforce");
        (await AskAsync(pressure, 90)).ShouldBeFalse();
        (await AskAsync(pressure, 100)).ShouldBeFalse();
        _log.ToString().Trim().Split(Environment.NewLine).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Store_is_asked_at_most_ten_times_a_second()
    {
        var pressure = Pressure();
        for (var i = 0; i < 100; i++)
        {
            await pressure.HeldAsync(0, CancellationToken.None);
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        _offers.Asked.ShouldBe(10);
    }

    [Fact]
    public async Task Store_is_asked_sooner_when_a_tenth_of_what_may_wait_was_taken()
    {
        var pressure = Pressure();
        await pressure.HeldAsync(5, CancellationToken.None);
        await pressure.HeldAsync(9, CancellationToken.None);
        _offers.Asked.ShouldBe(1);
        _offers.WaitingOf[Account] = 101;
        (await pressure.HeldAsync(1, CancellationToken.None)).Mappings.ToArray().ShouldBe([Account]);
        _offers.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task Those_with_more_than_their_share_are_held_and_the_others_pass()
    {
        var pressure = Pressure();
        _offers.WaitingOf[Contact] = 10;
        (await AskAsync(pressure, 91)).ShouldBeTrue();
        (await pressure.HeldAsync(0, CancellationToken.None)).Mappings.ToArray().ShouldBe([Account]);
        _offers.WaitingOf[Contact] = 51;
        (await AskAsync(pressure, 51)).ShouldBeTrue();
        (await pressure.HeldAsync(0, CancellationToken.None)).Mappings.Order().ToArray().ShouldBe([Account, Contact]);
        (await AskAsync(pressure, 30)).ShouldBeFalse();
        (await pressure.HeldAsync(0, CancellationToken.None)).ShouldBe(HeldChanges.None);
        _log.ToString().ShouldContain("object 2: more than 100 writes wait for Salesforce");
    }

    [Fact]
    public async Task Object_may_have_as_many_as_make_a_job_however_many_others_share()
    {
        var pressure = Pressure(shareMin: 60);
        _offers.WaitingOf[Contact] = 61;
        (await AskAsync(pressure, 60)).ShouldBeFalse();
        (await pressure.HeldAsync(0, CancellationToken.None)).Mappings.ToArray().ShouldBe([Contact]);
        (await AskAsync(pressure, 61)).ShouldBeTrue();
    }

    [Fact]
    public async Task Object_that_is_held_again_and_again_is_spoken_of_once_a_minute()
    {
        var pressure = Pressure();
        for (var i = 0; i < 500; i++)
        {
            (await AskAsync(pressure, i % 2 == 0 ? 101 : 80)).ShouldBe(i % 2 == 0);
        }

        _log.ToString().Trim().Split(Environment.NewLine).Length.ShouldBe(2);
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await AskAsync(pressure, 101)).ShouldBeTrue();
        _log.ToString().Trim().Split(Environment.NewLine).Length.ShouldBe(3);
    }

    [Fact]
    public async Task Everything_is_held_where_writes_leave_in_the_order_of_the_log()
    {
        var pressure = Pressure(inLogOrder: true);
        _offers.WaitingOf[Account] = 101;
        (await pressure.HeldAsync(0, CancellationToken.None)).All.ShouldBeTrue();
        _offers.WaitingOf[Account] = 90;
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        (await pressure.HeldAsync(0, CancellationToken.None)).ShouldBe(HeldChanges.None);
    }

    private BackPressure Pressure(bool inLogOrder = false, int shareMin = 0) => new(_offers, 100, shareMin, inLogOrder, _clock, new SyncLog(_log, _clock, verbose: false), mapping => $"object {mapping}");

    private async Task<bool> AskAsync(BackPressure pressure, int waiting)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        _offers.WaitingOf[Account] = waiting;
        return (await pressure.HeldAsync(0, CancellationToken.None)).Mappings.Contains(Account);
    }

    private sealed class CountedOffers : IOfferTable
    {
        public Dictionary<short, long> WaitingOf { get; } = [];

        public int Asked { get; private set; }

        public Task<bool> ExceedAsync(int max, bool inLogOrder, CancellationToken stop) => Task.FromResult(WaitingOf.Values.Sum() > max);

        public Task<IReadOnlyDictionary<short, long>> WaitingAsync(int max, CancellationToken stop)
        {
            Asked++;
            return Task.FromResult<IReadOnlyDictionary<short, long>>(WaitingOf.Values.Sum() > max ? WaitingOf : []);
        }

        public Task OfferAgainAsync(Turn turn, IReadOnlyList<(OfferedWrite Write, DateTimeOffset? DueAt)> writes, CancellationToken stop) => throw new NotSupportedException();

        public Task TakeAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop) => throw new NotSupportedException();

        public Task<OffersInOrder> ReadInOrderAsync(int max, CancellationToken stop) => throw new NotSupportedException();

        public Task<IReadOnlyCollection<RecordId>> BirthsAsync(IReadOnlyCollection<short> mappings, IReadOnlyCollection<Guid> records, CancellationToken stop) => throw new NotSupportedException();

        public IOfferWindow OpenWindow() => throw new NotSupportedException();
    }
}
