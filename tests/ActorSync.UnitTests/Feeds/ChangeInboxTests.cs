using ActorSync.Feeds;
using ActorSync.Runtime.Hosting;
using ActorSync.Salesforce.Streaming;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Feeds;

/// <summary>What waits between the stream and a feed.</summary>
public sealed class ChangeInboxTests
{
    private const string Channel = "/data/AccountChangeEvent";
    private readonly FakeClock _clock = new();
    private readonly Wakeup _feed = new(TimeProvider.System);
    private readonly ChangeInbox _inbox;

    public ChangeInboxTests() => _inbox = new ChangeInbox(Channel, _feed, _clock);

    [Fact]
    public void Channel_is_quiet_when_it_is_heard_and_nothing_has_come_for_a_while_and_nothing_is_left()
    {
        _clock.Advance(ChangeInbox.QuietTime);
        _inbox.IsQuiet.ShouldBeFalse("it is not heard");
        _inbox.Hear(true);
        _inbox.IsQuiet.ShouldBeTrue();
        _inbox.Post(News(1));
        _clock.Advance(ChangeInbox.QuietTime);
        _inbox.IsQuiet.ShouldBeFalse("something is left to take");
        _inbox.TryTake(out _).ShouldBeTrue();
        _inbox.IsQuiet.ShouldBeTrue();
        _inbox.Post(News(2));
        _inbox.TryTake(out _).ShouldBeTrue();
        _inbox.IsQuiet.ShouldBeFalse("more may follow");
    }

    [Fact]
    public void Feed_that_is_slower_than_its_channel_has_the_rest_told_again_when_it_has_taken_what_is_here()
    {
        for (var i = 0; i < ChangeInbox.NewsMax; i++)
        {
            _inbox.Post(News(i));
        }

        _inbox.WantsReading.ShouldBeFalse();
        _inbox.Post(News(-1));
        _inbox.WantsReading.ShouldBeFalse("what is here comes first");
        for (var i = 0; i < ChangeInbox.NewsMax; i++)
        {
            _inbox.TryTake(out var news).ShouldBeTrue();
            news.ShouldBe(News(i));
        }

        _inbox.Post(News(-2));
        _inbox.TryTake(out _).ShouldBeFalse("it stands behind what was let go");
        _inbox.WantsReading.ShouldBeTrue();
        _inbox.Position = ReplayPosition.After(7);
        _inbox.Reopen().ShouldBe(ReplayPosition.After(7));
        _inbox.WantsReading.ShouldBeFalse();
        _inbox.Post(News(1));
        _inbox.TryTake(out _).ShouldBeTrue();
    }

    [Fact]
    public void Channel_that_was_heard_is_read_from_all_that_is_kept_until_an_event_of_it_is_committed()
    {
        _inbox.Reopen().ShouldBe(ReplayPosition.Newest);
        _inbox.Post(new StreamNews.Subscribed(Channel, ReplayPosition.Newest));
        _inbox.Reopen().ShouldBe(ReplayPosition.Oldest);
        _inbox.TryTake(out _).ShouldBeFalse("it is told again");
    }

    private static StreamNews News(int number) => new StreamNews.Unreadable(Channel, null, $"{number}");
}
