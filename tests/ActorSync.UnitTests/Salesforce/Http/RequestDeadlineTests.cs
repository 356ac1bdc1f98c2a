using ActorSync.Salesforce.Http;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Http;

public sealed class RequestDeadlineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTime time = new();

    [Fact]
    public void Cancels_at_the_deadline_and_not_before()
    {
        using RequestDeadline deadline = new(time, 10 * Second, CancellationToken.None);

        time.Pass(9 * Second);
        deadline.IsPast.ShouldBeFalse();
        deadline.Token.IsCancellationRequested.ShouldBeFalse();

        time.Pass(Second);
        deadline.IsPast.ShouldBeTrue();
        deadline.Token.IsCancellationRequested.ShouldBeTrue();
        deadline.CallerGaveUp.ShouldBeFalse();
    }

    [Fact]
    public void Time_in_suspension_counts_although_timers_stood_still()
    {
        using RequestDeadline deadline = new(time, 10 * Second, CancellationToken.None);

        time.Sleep(3600 * Second);
        deadline.IsPast.ShouldBeTrue("the gate before sending sees it at once");
        deadline.Token.IsCancellationRequested.ShouldBeFalse();

        time.Pass(RequestDeadline.RecheckPeriod);
        deadline.Token.IsCancellationRequested.ShouldBeTrue("and a request under way ends at the next look");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public void A_wall_clock_that_is_set_neither_ends_a_request_nor_stretches_it(int hours)
    {
        using RequestDeadline deadline = new(time, 10 * Second, CancellationToken.None);

        time.SetUtc(TimeSpan.FromHours(hours));
        time.Pass(9 * Second);
        deadline.Token.IsCancellationRequested.ShouldBeFalse();

        time.Pass(Second);
        deadline.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Caller_who_gives_up_is_told_apart_from_the_deadline()
    {
        using CancellationTokenSource caller = new();
        using RequestDeadline deadline = new(time, 10 * Second, caller.Token);

        caller.Cancel();

        deadline.Token.IsCancellationRequested.ShouldBeTrue();
        deadline.CallerGaveUp.ShouldBeTrue();
        deadline.IsPast.ShouldBeFalse();
    }
}
