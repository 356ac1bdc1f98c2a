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

        time.Move(9 * Second, 9 * Second);
        deadline.IsPast.ShouldBeFalse();
        deadline.Token.IsCancellationRequested.ShouldBeFalse();

        time.Move(Second, Second);
        deadline.IsPast.ShouldBeTrue();
        deadline.Token.IsCancellationRequested.ShouldBeTrue();
        deadline.CallerGaveUp.ShouldBeFalse();
    }

    [Fact]
    public void Time_in_suspension_counts_although_the_monotonic_clock_stood_still()
    {
        using RequestDeadline deadline = new(time, 10 * Second, CancellationToken.None);

        time.Move(TimeSpan.Zero, 3600 * Second);
        deadline.IsPast.ShouldBeTrue("the gate before sending sees it at once");

        time.Move(RequestDeadline.RecheckPeriod, RequestDeadline.RecheckPeriod);
        deadline.Token.IsCancellationRequested.ShouldBeTrue("and a request under way ends at the next look");
    }

    [Fact]
    public void Clock_set_back_does_not_stretch_the_deadline()
    {
        using RequestDeadline deadline = new(time, 10 * Second, CancellationToken.None);

        time.Move(10 * Second, -3600 * Second);

        deadline.IsPast.ShouldBeTrue();
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
