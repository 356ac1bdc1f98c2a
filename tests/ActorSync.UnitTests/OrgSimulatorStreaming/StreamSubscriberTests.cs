using ActorSync.OrgSimulator.Streaming;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorStreaming;

/// <summary>Where clients stand, and which the server still knows.</summary>
public sealed class StreamSubscriberTests
{
    private readonly RecordedOrg _recorded = new();

    [Fact]
    public void Each_channel_is_told_everything_once_however_answers_are_cut()
    {
        var subscriber = new StreamSubscriber("id", "cookie", _recorded.Log);
        subscriber.Subscribe(Channel("/data/AccountChangeEvent"), 0);
        subscriber.Subscribe(Channel("/data/ChangeEvents"), 0);
        subscriber.Subscribe(Channel("/data/LeadChangeEvent"), 0);
        for (var i = 0; i < 5; i++)
        {
            _recorded.Org.Created("Contact", ("LastName", $"c{i}"), ("AccountId", _recorded.Org.Account($"a{i}")));
        }

        List<Delivery> told = [];
        while (subscriber.Events(4, out _) is { Count: > 0 } some)
        {
            some.Count.ShouldBeLessThanOrEqualTo(4);
            subscriber.Told(some);
            told.AddRange(some);
        }

        long[] all = [.. _recorded.Log.After(0).Select(e => e.ReplayId)];
        told.Where(d => d.Channel == "/data/ChangeEvents").Select(d => d.Event.ReplayId).ShouldBe(all);
        told.Where(d => d.Channel == "/data/AccountChangeEvent").Select(d => d.Event.ReplayId).ShouldBe(_recorded.Log.After(0).Where(e => e.Definition.Name == "Account").Select(e => e.ReplayId));
        told.Count.ShouldBe(15);
    }

    [Fact]
    public void What_was_not_noted_as_told_comes_again()
    {
        var subscriber = new StreamSubscriber("id", "cookie", _recorded.Log);
        subscriber.Subscribe(Channel("/data/AccountChangeEvent"), _recorded.Log.Last);
        _recorded.Org.Account();

        var first = subscriber.Events(10, out _);
        subscriber.Events(10, out _).ShouldBe(first);
        subscriber.Told(first);
        subscriber.Events(10, out var last).ShouldBeEmpty();
        last.ShouldBe(_recorded.Log.Last);
    }

    [Fact]
    public async Task A_client_is_forgotten_when_it_was_silent_for_too_long_and_not_while_it_is_held()
    {
        var clock = new FakeClock();
        var clients = new StreamClients(_recorded.Log, new StreamLimits(TimeSpan.FromSeconds(110), TimeSpan.FromSeconds(40), 10), 1, clock);
        var (silent, held) = (clients.Open(), clients.Open());
        held.Subscribe(Channel("/data/AccountChangeEvent"), _recorded.Log.Last);
        var hold = clients.HoldAsync(held, TimeSpan.FromSeconds(110), CancellationToken.None);

        clock.Advance(TimeSpan.FromSeconds(39));
        clients.Find(silent.Id).ShouldBe(silent);
        clock.Advance(TimeSpan.FromSeconds(40));
        clients.Find(silent.Id).ShouldBeNull();
        clients.Find(held.Id).ShouldBe(held);
        hold.IsCompleted.ShouldBeFalse();

        clock.Advance(TimeSpan.FromSeconds(31));
        await hold;
        clock.Advance(TimeSpan.FromSeconds(40));
        clients.Find(held.Id).ShouldBeNull();
    }

    [Fact]
    public async Task A_hold_ends_with_an_event_of_its_channel_and_not_with_others()
    {
        var clients = new StreamClients(_recorded.Log, new StreamLimits(TimeSpan.FromSeconds(110), TimeSpan.FromSeconds(40), 10), 1, new FakeClock());
        var client = clients.Open();
        client.Subscribe(Channel("/data/ContactChangeEvent"), _recorded.Log.Last);
        var hold = clients.HoldAsync(client, TimeSpan.FromSeconds(110), CancellationToken.None);

        var account = _recorded.Org.Account();
        hold.IsCompleted.ShouldBeFalse();
        _recorded.Org.Created("Contact", ("LastName", "Lovelace"), ("AccountId", account));

        await hold;
        client.Events(10, out _).ShouldHaveSingleItem().Event.Definition.Name.ShouldBe("Contact");
    }

    private StreamChannel Channel(string name) => StreamChannel.Find(name, _recorded.Org.Model.Schema, _recorded.Log);
}
