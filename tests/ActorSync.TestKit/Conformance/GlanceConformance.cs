using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>Looks whether a turn could find anything.</summary>
public abstract class GlanceConformance : StoreConformance
{
    [Fact]
    public async Task Glance_shows_another_snapshot_once_something_has_committed()
    {
        var before = (await Turns.GlanceAsync([3], Stop)).Snapshot;
        await TurnAsync(turn =>
        {
            turn.Send(9, "1");
            return Task.CompletedTask;
        });
        (await Turns.GlanceAsync([3], Stop)).Snapshot.ShouldNotBe(before);
    }

    [Fact]
    public async Task Watch_of_a_store_that_waits_ends_with_the_snapshot_that_a_commit_has_made()
    {
        var before = (await Turns.GlanceAsync([3], Stop)).Snapshot;
        var watching = Turns.WatchAsync([3], before, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(20), Stop);
        await TurnAsync(turn =>
        {
            turn.Send(9, "1");
            return Task.CompletedTask;
        });
        var seen = await watching;
        (seen.HasWaited ? seen : await Turns.GlanceAsync([3], Stop)).Snapshot.ShouldNotBe(before);
    }

    [Fact]
    public async Task Watch_ends_by_itself_and_shows_mail_that_is_due()
    {
        await TurnAsync(turn =>
        {
            turn.Send(3, "1");
            return Task.CompletedTask;
        });
        var now = (await Turns.GlanceAsync([3], Stop)).Snapshot;
        (await Turns.WatchAsync([3, 4], now, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5), Stop)).DueMail.ShouldBe([3]);
    }
}
