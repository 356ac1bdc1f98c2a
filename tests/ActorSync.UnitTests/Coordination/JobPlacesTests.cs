using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>When jobs may be started while Salesforce cannot be reached.</summary>
public sealed class JobPlacesTests
{
    private readonly JobPlaces _jobs = new(new RetryPolicy { FirstDelay = TimeSpan.FromSeconds(1), DelayMax = TimeSpan.FromSeconds(5), AttemptsMax = 2, JitterShare = 0 });
    private double _seconds;

    [Fact]
    public void Pauses_grow_with_each_job_that_could_not_be_opened_and_one_is_tried_after_each()
    {
        _jobs.StartsMax(Now).ShouldBe(int.MaxValue);
        foreach (var pause in new[] { 1, 2, 4, 5, 5, 5 })
        {
            _jobs.Started(Now);
            _jobs.Missed(Now, 0);
            _seconds += pause - 0.001;
            _jobs.StartsMax(Now).ShouldBe(0);
            _seconds += 0.001;
            _jobs.StartsMax(Now).ShouldBe(1);
        }

        _jobs.Reached();
        _jobs.StartsMax(Now).ShouldBe(int.MaxValue);
    }

    [Fact]
    public void Jobs_that_were_started_side_by_side_are_one_failure()
    {
        for (var i = 0; i < 4; i++)
        {
            _jobs.Missed(Now, 0);
        }

        _seconds = 1;
        _jobs.StartsMax(Now).ShouldBe(1);
    }

    [Fact]
    public void Job_that_is_tried_has_no_second_one_beside_it_while_it_waits_for_its_answer()
    {
        _jobs.Missed(Now, 0);
        _seconds = 1;
        _jobs.Started(Now);
        _jobs.StartsMax(Now).ShouldBe(0);
        _seconds = 2;
        _jobs.StartsMax(Now).ShouldBe(1, "whatever has become of it");
    }

    private DateTimeOffset Now => Offers.Now.AddSeconds(_seconds);
}
