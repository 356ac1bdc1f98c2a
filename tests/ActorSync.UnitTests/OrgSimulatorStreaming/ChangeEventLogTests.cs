using ActorSync.OrgSimulator.Org.Changes;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorStreaming;

/// <summary>What the org keeps of its events, and for how long.</summary>
public sealed class ChangeEventLogTests
{
    [Fact]
    public void Replay_ids_grow_and_have_gaps()
    {
        var recorded = new RecordedOrg();
        for (var i = 0; i < 20; i++)
        {
            recorded.Org.Account();
        }

        long[] ids = [.. recorded.Log.After(0).Select(e => e.ReplayId)];

        ids.ShouldBe(ids.Order().Distinct());
        ids.Length.ShouldBe(20);
        (ids[^1] - ids[0]).ShouldBeGreaterThan(19);
        recorded.Log.After(ids[17]).Select(e => e.ReplayId).ShouldBe(ids[18..]);
    }

    [Fact]
    public void An_event_that_is_older_than_the_retention_is_gone()
    {
        var recorded = new RecordedOrg();
        recorded.Org.Account();
        var first = recorded.Log.Last;
        recorded.Org.Clock.Advance(TimeSpan.FromHours(1));
        recorded.Org.Account();

        recorded.Org.Clock.Advance(TimeSpan.FromHours(71));
        recorded.Log.Holds(first).ShouldBeTrue();
        recorded.Org.Clock.Advance(TimeSpan.FromSeconds(1));
        recorded.Log.Holds(first).ShouldBeFalse();
        recorded.Log.After(0).Select(e => e.ReplayId).ShouldBe([recorded.Log.Last]);
    }

    [Fact]
    public void Beyond_its_bound_the_log_lets_the_oldest_go()
    {
        var recorded = new RecordedOrg(options: new ChangeEventOptions { EventsMax = 3 });
        for (var i = 0; i < 10; i++)
        {
            recorded.Org.Account($"a{i}");
        }

        recorded.Log.After(0).Select(e => e.Fields.First(f => f.Field.Name == "Name").Value).ShouldBe(["a7", "a8", "a9"]);
        recorded.Log.Holds(recorded.Log.Last).ShouldBeTrue();
    }

    [Fact]
    public void Who_waits_is_woken_by_the_next_event_and_not_by_the_last()
    {
        var recorded = new RecordedOrg();
        recorded.Org.Account();
        recorded.Log.WaitAfter(recorded.Log.Last - 1).IsCompleted.ShouldBeTrue();

        var next = recorded.Log.WaitAfter(recorded.Log.Last);
        next.IsCompleted.ShouldBeFalse();
        recorded.Org.Account();
        next.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void A_log_goes_on_where_it_was_when_it_is_asked_for_again()
    {
        var recorded = new RecordedOrg();
        recorded.Org.Account();

        recorded.Org.Model.RecordChangeEvents(new ChangeEventOptions { Retention = TimeSpan.Zero }).ShouldBeSameAs(recorded.Log);
    }
}
