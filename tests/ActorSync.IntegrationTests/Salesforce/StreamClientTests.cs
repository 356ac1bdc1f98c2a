using ActorSync.Domain.Faults;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.Salesforce.Streaming;
using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>Change events from an org to this client, over real connections that are cut, forgotten and restarted.</summary>
public sealed class StreamClientTests : IAsyncLifetime
{
    private const string Accounts = "/data/AccountChangeEvent";
    private const string Contacts = "/data/ContactChangeEvent";
    private static readonly CallMatch Connect = new("connect", Api: "stream");
    private static readonly CallMatch Goodbye = new("disconnect", Api: "stream");
    private static readonly StreamOptions Quick = new() { ReconnectWaitMin = TimeSpan.FromMilliseconds(1), ReconnectWaitMax = TimeSpan.FromMilliseconds(20) };

    private OrgServer _org = null!;
    private SalesforceSession _session = null!;
    private DmlContext _person = null!;

    public async Task InitializeAsync()
    {
        _org = await OrgServer.StartAsync(new OrgServerOptions(), CancellationToken.None);
        _session = new SalesforceSession(
            new SalesforceCredentials.ClientCredentials(_org.Url, _org.ClientId, _org.ClientSecret), new SalesforceOptions { ApiVersion = "60.0" }, TimeProvider.System);
        _person = new DmlContext("page", null, _org.Model.HumanUser.Id);
    }

    public async Task DisposeAsync()
    {
        _session.Dispose();
        await _org.DisposeAsync();
    }

    [Fact]
    public async Task Changes_of_several_channels_come_on_one_connection_with_what_they_say()
    {
        StreamClient client = new(_session, new Dictionary<string, ReplayPosition> { [Accounts] = ReplayPosition.Newest, ["/data/ChangeEvents"] = ReplayPosition.Newest }, Quick);
        await using StreamReading reading = new(client);
        (await reading.NextAsync<StreamNews.Subscribed>()).From.ShouldBe(ReplayPosition.Newest);
        await reading.NextAsync<StreamNews.Subscribed>();

        await new SoapClient(_session).UpsertAsync("Account", "ActorSync_Id__c", [Record(("ActorSync_Id__c", "k1"), ("Name", "Acme"), ("AnnualRevenue", "90000000"))], "actorsync/1", default);

        var changes = await reading.ChangesAsync(2);
        changes.Select(change => change.Channel).ShouldBe([Accounts, "/data/ChangeEvents"], ignoreOrder: true);
        changes[0].ReplayId.ShouldBe(changes[1].ReplayId);
        var told = changes[0].Event;
        (told.ObjectName, told.Type, told.Client, told.CommitUser).ShouldBe(("Account", ChangeType.Create, "actorsync/1", _org.Model.IntegrationUser.Id));
        told.Origin.ShouldBe("com/salesforce/api/soap/60.0;client=actorsync/1");
        told.Fields["AnnualRevenue"].ShouldBe("9.0E7");
        told.RecordIds.ShouldBe(_org.Model.Query("SELECT Id FROM Account").Rows.Select(row => row.Id));
    }

    [Fact]
    public async Task Merged_events_name_all_their_records_and_nulled_fields_are_told()
    {
        string[] ids = [Create("a"), Create("b"), Create("c")];
        await using var reading = Read(Accounts);
        await reading.NextAsync<StreamNews.Subscribed>();

        _org.Model.Update([.. ids.Select(id => Input(id, "Fax", "1"))], _person);
        _org.Model.Update([Input(ids[0], "Fax", null)], _person);
        _org.Model.Delete(ids, _person);

        var changes = await reading.ChangesAsync(3);
        changes.Select(change => (change.Event.Type, change.Event.RecordIds.Count)).ShouldBe([(ChangeType.Update, 3), (ChangeType.Update, 1), (ChangeType.Delete, 3)]);
        changes[0].Event.RecordIds.ShouldBe(ids);
        changes[1].Event.NulledFields.ShouldBe(["Fax"]);
    }

    [Fact]
    public async Task Gaps_and_events_that_come_twice_are_seen_for_what_they_are()
    {
        await using var reading = Read(Accounts);
        await reading.NextAsync<StreamNews.Subscribed>();

        _org.Faults.Add(new OrgFault.LoseEvent(), hitsMax: 1);
        var id = Create("lost");
        var gap = (await reading.ChangesAsync(1))[0];
        (gap.Event.Type, gap.Event.IsGap, gap.Event.RecordIds.Single(), gap.Event.Fields.Count).ShouldBe((ChangeType.GapCreate, true, id, 0));
        _org.Faults.Add(new OrgFault.LoseEvent(Overflow: true), hitsMax: 1);
        Create("lost too");
        (await reading.ChangesAsync(1))[0].Event.Type.ShouldBe(ChangeType.GapOverflow);

        _org.Faults.Add(new OrgFault.RepeatEvents(), hitsMax: 1);
        Create("twice");
        var twice = await reading.ChangesAsync(2);
        twice[0].ReplayId.ShouldBe(twice[1].ReplayId);
        StreamReading.Names(twice).ShouldBe(["twice", "twice"]);
    }

    [Fact]
    public async Task A_server_that_forgot_the_client_is_heard_again_from_the_last_event()
    {
        await using var reading = Read(Accounts);
        await reading.NextAsync<StreamNews.Subscribed>();
        Create("a");
        var last = (await reading.ChangesAsync(1))[0].ReplayId;

        _org.ForgetStreams();
        Create("b");

        var interrupted = await reading.NextAsync<StreamNews.Interrupted>();
        (interrupted.Fault.Code, interrupted.Fault.NextStep, interrupted.Wait).ShouldBe(("STREAM_UNKNOWN_CLIENT", NextStep.SendAgain, TimeSpan.Zero));
        (await reading.NextAsync<StreamNews.Subscribed>()).From.ShouldBe(ReplayPosition.After(last));
        StreamReading.Names(await reading.ChangesAsync(1)).ShouldBe(["b"]);
    }

    // The server has told it and will not tell it again: only the replay id brings it back.
    [Fact]
    public async Task An_event_whose_answer_was_lost_is_heard_all_the_same()
    {
        await using var reading = Read(Accounts);
        await reading.NextAsync<StreamNews.Subscribed>();
        Create("a");
        await reading.ChangesAsync(1);

        using var hold = _org.Faults.HoldNext(Connect, HoldPoint.AfterEffect);
        Create("b");
        await hold.Arrived;
        hold.Drop();
        Create("c");

        (await reading.NextAsync<StreamNews.Interrupted>()).Fault.Code.ShouldBe("CONNECTION_LOST");
        await reading.NextAsync<StreamNews.Subscribed>();
        StreamReading.Names(await reading.ChangesAsync(2)).ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task A_server_that_restarts_is_heard_again_with_a_new_session()
    {
        await using var reading = Read(Accounts);
        await reading.NextAsync<StreamNews.Subscribed>();
        Create("a");
        await reading.ChangesAsync(1);

        var (model, port) = (_org.Model, _org.Url.Port);
        await _org.DisposeAsync();
        Create("b");
        _org = await OrgServer.StartAsync(new OrgServerOptions { Model = model, Port = port, Seed = 2 }, CancellationToken.None);
        Create("c");

        StreamNews news;
        List<SyncFault> faults = [];
        while ((news = await reading.NextAsync()) is StreamNews.Interrupted interrupted)
        {
            faults.Add(interrupted.Fault);
        }

        faults.ShouldContain(fault => fault.Code == SalesforceFaults.InvalidSession);
        news.ShouldBeOfType<StreamNews.Subscribed>();
        StreamReading.Names(await reading.ChangesAsync(2)).ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task A_session_that_ended_is_renewed()
    {
        await using var reading = Read(Accounts);
        await reading.NextAsync<StreamNews.Subscribed>();
        Create("a");
        await reading.ChangesAsync(1);
        var before = await _session.GetAsync(default);

        _org.ExpireSessions();
        Create("b");
        List<StreamNews> news = [];
        while (!news.OfType<StreamNews.Interrupted>().Any() || !news.OfType<StreamNews.Subscribed>().Any() || !news.OfType<StreamNews.Changed>().Any())
        {
            // A connect that the server had let in before is answered with b first.
            news.Add(await reading.NextAsync());
        }

        news.OfType<StreamNews.Interrupted>().ShouldHaveSingleItem().Fault.Code.ShouldBe(SalesforceFaults.InvalidSession);
        StreamReading.Names(news.OfType<StreamNews.Changed>()).ShouldBe(["b"]);
        Create("c");
        StreamReading.Names(await reading.ChangesAsync(1)).ShouldBe(["c"]);
        (await _session.GetAsync(default)).ShouldNotBeSameAs(before);
    }

    [Fact]
    public async Task A_position_that_is_gone_is_reported_and_the_stream_goes_on_with_the_oldest()
    {
        Create("a");
        StreamClient client = new(_session, new Dictionary<string, ReplayPosition> { [Accounts] = ReplayPosition.After(7), [Contacts] = ReplayPosition.Oldest }, Quick);
        await using StreamReading reading = new(client);

        StreamNews[] news = [await reading.NextAsync(), await reading.NextAsync(), await reading.NextAsync()];

        var missed = news.OfType<StreamNews.Missed>().ShouldHaveSingleItem();
        (missed.Channel, missed.After, missed.Now).ShouldBe((Accounts, ReplayPosition.After(7), ReplayPosition.Oldest));
        missed.Why.ShouldContain("The replayId {7} you provided was invalid");
        news.OfType<StreamNews.Subscribed>().ShouldBe([new(Accounts, ReplayPosition.Oldest), new(Contacts, ReplayPosition.Oldest)], ignoreOrder: true);
        StreamReading.Names(await reading.ChangesAsync(1)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_position_that_goes_while_the_stream_is_cut_is_reported()
    {
        await using var reading = Read(Accounts);
        await reading.NextAsync<StreamNews.Subscribed>();
        Create("a");
        await reading.ChangesAsync(1);

        _org.Faults.Add(new OrgFault.ExpireReplay(), hitsMax: 1);
        _org.ForgetStreams();

        await reading.NextAsync<StreamNews.Interrupted>();
        (await reading.NextAsync<StreamNews.Missed>()).Now.ShouldBe(ReplayPosition.Oldest);
        await reading.NextAsync<StreamNews.Subscribed>();
        StreamReading.Names(await reading.ChangesAsync(1)).ShouldBe(["a"]);
    }

    // Nobody can say what was published while the client was away: it has no position to go on from.
    [Fact]
    public async Task An_interruption_before_the_first_event_is_reported()
    {
        await using var reading = Read(Accounts);
        await reading.NextAsync<StreamNews.Subscribed>();

        _org.ForgetStreams();

        await reading.NextAsync<StreamNews.Interrupted>();
        (await reading.NextAsync<StreamNews.Missed>()).After.ShouldBe(ReplayPosition.Newest);
        await reading.NextAsync<StreamNews.Subscribed>();
    }

    [Fact]
    public async Task The_next_reading_starts_behind_what_is_committed()
    {
        StreamClient client = Client(Accounts, ReplayPosition.Oldest);
        Create("a");
        Create("b");
        Create("c");
        await using (StreamReading first = new(client))
        {
            await first.NextAsync<StreamNews.Subscribed>();
            var changes = await first.ChangesAsync(3);
            client.Commit(changes[0]);
            client.Committed[Accounts].ShouldBe(ReplayPosition.After(changes[0].ReplayId));
        }

        await using StreamReading second = new(client);
        await second.NextAsync<StreamNews.Subscribed>();
        StreamReading.Names(await second.ChangesAsync(2)).ShouldBe(["b", "c"]);
        await using StreamReading third = new(client);
        await Should.ThrowAsync<InvalidOperationException>(third.NextAsync);
        Should.Throw<ArgumentException>(() => client.Commit(Contacts, ReplayPosition.Newest));
    }

    // The first reading heard a and kept nothing of it, so that the second has no position, and what came in between is nowhere.
    [Fact]
    public async Task A_reading_that_ends_before_its_first_commit_is_reported_by_the_next()
    {
        StreamClient client = Client(Accounts, ReplayPosition.Newest);
        await using (StreamReading first = new(client))
        {
            await first.NextAsync<StreamNews.Subscribed>();
            Create("a");
            await first.ChangesAsync(1);
        }

        Create("b");
        await using (StreamReading second = new(client))
        {
            (await second.NextAsync<StreamNews.Missed>()).After.ShouldBe(ReplayPosition.Newest);
            await second.NextAsync<StreamNews.Subscribed>();
            Create("c");
            client.Commit((await second.ChangesAsync(1))[0]);
        }

        await using StreamReading third = new(client);
        (await third.NextAsync<StreamNews.Subscribed>()).From.IsEvent.ShouldBeTrue("there is a position now");
    }

    [Fact]
    public async Task A_channel_that_is_refused_holds_back_no_other_and_none_at_all_ends_the_stream()
    {
        StreamClient client = new(_session, new Dictionary<string, ReplayPosition> { ["/data/NopeChangeEvent"] = ReplayPosition.Newest, [Accounts] = ReplayPosition.Newest }, Quick);
        await using (StreamReading reading = new(client))
        {
            StreamNews[] news = [await reading.NextAsync(), await reading.NextAsync()];
            news.OfType<StreamNews.Refused>().ShouldHaveSingleItem().Fault.ShouldBeOfType<SyncFault.Misconfigured>();
            news.OfType<StreamNews.Subscribed>().ShouldHaveSingleItem().Channel.ShouldBe(Accounts);
        }

        await using var none = Read("/data/NopeChangeEvent");
        await none.NextAsync<StreamNews.Refused>();
        (await Should.ThrowAsync<SalesforceException>(none.NextAsync)).Message.ShouldContain("does not exist /data/NopeChangeEvent");
    }

    [Fact]
    public async Task A_reading_that_is_cancelled_ends_in_the_middle_of_its_wait_and_says_goodbye()
    {
        var goodbye = _org.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.Zero)), Goodbye);
        StreamClient client = new(_session, new Dictionary<string, ReplayPosition> { [Accounts] = ReplayPosition.Newest }, Quick with { DisconnectTimeMax = TimeSpan.FromSeconds(30) });
        await using StreamReading reading = new(client);
        await reading.NextAsync<StreamNews.Subscribed>();
        var next = reading.NextAsync();

        await reading.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => next);
        _org.Faults.Hits(goodbye).ShouldBe(1);
    }

    [Fact]
    public async Task A_goodbye_that_nobody_answers_is_not_waited_for()
    {
        _org.Faults.Add(new OrgFault.Hang(HangEffect.Never), Goodbye);
        StreamClient client = new(_session, new Dictionary<string, ReplayPosition> { [Accounts] = ReplayPosition.Newest }, Quick with { DisconnectTimeMax = TimeSpan.FromMilliseconds(20) });
        await using StreamReading reading = new(client);
        await reading.NextAsync<StreamNews.Subscribed>();

        await reading.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading.NextAsync);
    }

    [Fact]
    public async Task What_waits_for_a_caller_who_leaves_is_not_forced_on_him()
    {
        for (var i = 0; i < 20; i++)
        {
            Create($"a{i}");
        }

        await using StreamReading reading = new(Client(Accounts, ReplayPosition.Oldest));
        await reading.NextAsync<StreamNews.Subscribed>();
        await reading.ChangesAsync(1);

        await reading.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading.NextAsync);
    }

    // Whatever happens to connections: each event is heard, and for the first time in the order of its commit.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Nothing_is_missed_and_order_is_kept_through_all_kinds_of_trouble(int seed)
    {
        const int Changes = 60;
        var random = Seeded.From(seed);
        StreamClient client = new(_session, new Dictionary<string, ReplayPosition> { ["/data/ChangeEvents"] = ReplayPosition.Oldest }, Quick with { NewsBufferedMax = 2 });
        await using StreamReading reading = new(client);
        foreach (OrgFault fault in new OrgFault[] { new OrgFault.DropAnswer(), new OrgFault.DropAnswer(AfterHalf: true), new OrgFault.ForgetClient(), new OrgFault.Refuse(Reset: true), new OrgFault.Refuse(Reset: false), new OrgFault.ExpireSession() })
        {
            _org.Faults.Add(new FaultRule(fault, new CallMatch(Api: "stream"), Probability: 0.04));
        }

        _org.Faults.Add(new FaultRule(new OrgFault.RepeatEvents(), CallMatch.Any, Probability: 0.2));
        List<long> heard = [];
        for (var i = 0; i < Changes; i++)
        {
            Create($"a{i}");
            if (random.Next(4) == 0)
            {
                await HearAsync(reading, heard, _org.Model.RecordChangeEvents(new()).Last);
            }
        }

        var log = _org.Model.RecordChangeEvents(new());
        await HearAsync(reading, heard, log.Last);
        heard.Distinct().ShouldBe(log.After(0).Select(e => e.ReplayId));
    }

    private static async Task HearAsync(StreamReading reading, List<long> heard, long until)
    {
        while (!heard.Contains(until))
        {
            switch (await reading.NextAsync())
            {
                case StreamNews.Changed changed:
                    heard.Add(changed.ReplayId);
                    break;
                case StreamNews.Missed missed:
                    throw new InvalidOperationException(missed.ToString());
            }
        }
    }

    private StreamReading Read(string channel) => new(Client(channel, ReplayPosition.Newest));

    private StreamClient Client(string channel, ReplayPosition from) => new(_session, new Dictionary<string, ReplayPosition> { [channel] = from }, Quick);

    private string Create(string name) => _org.Model.Create([new RecordInput("Account", null, new Dictionary<string, object?> { ["Name"] = name })], _person)[0].Id!;

    private static RecordInput Input(string id, string field, string? value) => new("Account", id, new Dictionary<string, object?> { [field] = value });

    private static SoapRecord Record(params (string Name, string? Value)[] fields) => new(null, fields.ToDictionary(field => field.Name, field => field.Value), SoapRecord.NoParents);
}
