using ActorSync.Domain.Faults;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Faults;

public sealed class RetryPolicyTests
{
    private static readonly RetryPolicy Policy = new()
    {
        FirstDelay = TimeSpan.FromSeconds(1),
        DelayMax = TimeSpan.FromSeconds(5),
        AttemptsMax = 5,
        JitterShare = 0.5,
    };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 5)]
    public void Delay_doubles_until_its_maximum(int attempt, double seconds) =>
        Policy.DelayAfter(attempt, random: 0).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Jitter_takes_away_at_most_its_share() =>
        Policy.DelayAfter(1, random: 0.999999).ShouldNotBeNull().TotalSeconds.ShouldBe(0.5, tolerance: 0.001);

    [Theory]
    [InlineData(5)]
    [InlineData(int.MaxValue)]
    public void Last_attempt_has_no_delay_after_it(int attempt) => Policy.DelayAfter(attempt, random: 0).ShouldBeNull();

    [Fact]
    public void High_attempt_numbers_do_not_overflow() =>
        (Policy with { AttemptsMax = int.MaxValue }).DelayAfter(5_000, random: 0).ShouldBe(TimeSpan.FromSeconds(5));

    [Fact]
    public void A_limit_is_waited_out_even_when_the_delay_is_shorter() =>
        Policy.DelayAfter(1, random: 0, new SyncFault.Throttled("X", "x", TimeSpan.FromMinutes(15))).ShouldBe(TimeSpan.FromMinutes(15));

    [Fact]
    public void A_hint_shorter_than_the_delay_changes_nothing() =>
        Policy.DelayAfter(3, random: 0, new SyncFault.NotExecuted("X", "x", TimeSpan.Zero)).ShouldBe(TimeSpan.FromSeconds(4));

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, -0.1)]
    [InlineData(1, 1.0)]
    public void Numbers_out_of_range_are_refused(int attempt, double random) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Policy.DelayAfter(attempt, random));
}
