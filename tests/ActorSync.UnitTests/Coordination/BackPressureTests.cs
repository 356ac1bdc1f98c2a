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
            await pressure.HoldsAsync(0, CancellationToken.None);
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        _offers.Asked.ShouldBe(10);
    }

    [Fact]
    public async Task Store_is_asked_sooner_when_a_tenth_of_what_may_wait_was_taken()
    {
        var pressure = Pressure();
        await pressure.HoldsAsync(5, CancellationToken.None);
        await pressure.HoldsAsync(9, CancellationToken.None);
        _offers.Asked.ShouldBe(1);
        _offers.Waiting = 101;
        (await pressure.HoldsAsync(1, CancellationToken.None)).ShouldBeTrue();
        _offers.Asked.ShouldBe(2);
    }

    private BackPressure Pressure() => new(_offers, 100, inLogOrder: false, _clock, new SyncLog(_log, _clock, verbose: false));

    private Task<bool> AskAsync(BackPressure pressure, int waiting)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        _offers.Waiting = waiting;
        return pressure.HoldsAsync(0, CancellationToken.None);
    }

    private sealed class CountedOffers : IOfferTable
    {
        public int Waiting { get; set; }

        public int Asked { get; private set; }

        public Task<bool> ExceedAsync(int max, bool inLogOrder, CancellationToken stop)
        {
            Asked++;
            return Task.FromResult(Waiting > max);
        }

        public Task OfferAgainAsync(Turn turn, IReadOnlyList<(OfferedWrite Write, DateTimeOffset? DueAt)> writes, CancellationToken stop) => throw new NotSupportedException();

        public Task TakeAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop) => throw new NotSupportedException();

        public Task<OffersInOrder> ReadInOrderAsync(int max, CancellationToken stop) => throw new NotSupportedException();

        public Task<IReadOnlyCollection<RecordId>> BirthsAsync(IReadOnlyCollection<short> mappings, IReadOnlyCollection<Guid> records, CancellationToken stop) => throw new NotSupportedException();

        public IOfferWindow OpenWindow() => throw new NotSupportedException();
    }
}
