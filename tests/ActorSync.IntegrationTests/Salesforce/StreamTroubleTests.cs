using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Streaming;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>What servers and what stands before them can say, one answer at a time.</summary>
public sealed class StreamTroubleTests
{
    private const string Channel = "/data/AccountChangeEvent";
    private static readonly StreamOptions Quick = new() { ReconnectWaitMin = TimeSpan.FromMilliseconds(1), ReconnectWaitMax = TimeSpan.FromMilliseconds(4), DisconnectTimeMax = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task Waits_grow_with_each_failure_in_a_row_up_to_their_bound()
    {
        await using StubOrg org = new(_ => new Reply.Answer(502, "text/html", "<html>Bad gateway</html>"));
        await using StreamReading reading = Read(org);

        List<StreamNews.Interrupted> news = [];
        while (news.Count < 5)
        {
            news.Add(await reading.NextAsync<StreamNews.Interrupted>());
        }

        news.Select(interrupted => interrupted.Wait.TotalMilliseconds).ShouldBe([1, 2, 4, 4, 4]);
        news[0].Fault.ShouldBeOfType<SyncFault.Transient>().Code.ShouldBe("UNREADABLE_ANSWER");
    }

    [Fact]
    public async Task A_first_connect_that_works_does_not_make_the_waits_short_again()
    {
        await using StubOrg org = new(arrival => Script(arrival, "403::Unknown client", "handshake"));
        await using StreamReading reading = Read(org);
        List<double> waits = [];
        while (waits.Count < 4)
        {
            if (await reading.NextAsync() is StreamNews.Interrupted interrupted)
            {
                waits.Add(interrupted.Wait.TotalMilliseconds);
            }
        }

        waits.ShouldBe([0, 1, 2, 4]);
    }

    [Fact]
    public async Task Who_is_told_to_go_away_goes()
    {
        await using StubOrg org = new(arrival => Script(arrival, "999::Enough", "none"));
        await using StreamReading reading = Read(org);
        await reading.NextAsync<StreamNews.Subscribed>();

        var error = await Should.ThrowAsync<SalesforceException>(reading.NextAsync);

        error.Fault.ShouldBeOfType<SyncFault.Misconfigured>();
        error.Message.ShouldContain("999::Enough");
        org.Server.Arrivals.Count(arrival => arrival.Body.Contains("/meta/handshake", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Who_is_told_to_retry_connects_again_without_a_handshake()
    {
        await using StubOrg org = new(arrival => Script(arrival, "500::Busy", "retry"));
        await using StreamReading reading = Read(org);
        await reading.NextAsync<StreamNews.Subscribed>();

        (await reading.NextAsync<StreamNews.Interrupted>()).Fault.Code.ShouldBe("STREAM_500");
        await reading.NextAsync<StreamNews.Interrupted>();

        org.Server.Arrivals.Count(arrival => arrival.Body.Contains("/meta/handshake", StringComparison.Ordinal)).ShouldBe(1);
    }

    // In place it would say the same with the same dead session or client for ever.
    [Theory]
    [InlineData("401::Authentication invalid", SalesforceFaults.InvalidSession, true)]
    [InlineData("403::Unknown client", StreamFaults.UnknownClient, false)]
    public async Task Who_is_not_known_any_more_shakes_hands_even_if_told_to_retry(string error, string code, bool isRenewed)
    {
        await using StubOrg org = new(arrival => Script(arrival, error, "retry"));
        await using StreamReading reading = Read(org);
        await reading.NextAsync<StreamNews.Subscribed>();

        (await reading.NextAsync<StreamNews.Interrupted>()).Fault.Code.ShouldBe(code);
        await reading.NextAsync<StreamNews.Missed>();
        await reading.NextAsync<StreamNews.Subscribed>();
        (org.SignIns > 1).ShouldBe(isRenewed);
    }

    [Fact]
    public async Task A_cookie_of_one_digit_is_no_secret_and_hides_no_code()
    {
        await using StubOrg org = new(arrival =>
            Script(arrival, "401::Authentication invalid (1)", "none") with { Header = "Set-Cookie: LB=1; Path=/" });
        await using StreamReading reading = Read(org);
        await reading.NextAsync<StreamNews.Subscribed>();

        SyncFault fault = (await reading.NextAsync<StreamNews.Interrupted>()).Fault;

        (fault.Code, fault.Message).ShouldBe((SalesforceFaults.InvalidSession, "401::Authentication invalid (1)"));
    }

    [Fact]
    public async Task Advice_of_a_server_is_heeded_up_to_its_bounds()
    {
        await using StubOrg org = new(arrival => arrival.Body switch
        {
            var body when body.Contains("\"id\":\"4\"", StringComparison.Ordinal) => Connected(1, """{"interval":2147483647,"timeout":2147483647}"""),
            var body when body.Contains("\"id\":\"5\"", StringComparison.Ordinal) => new Reply.Hang(),
            _ => Script(arrival, "999::Enough", "none"),
        });
        StreamOptions bounded = Quick with { AdvisedIntervalMax = TimeSpan.FromMilliseconds(1), AdvisedTimeoutMax = TimeSpan.FromMilliseconds(1), ConnectGrace = TimeSpan.FromMilliseconds(200) };
        await using StreamReading reading = new(new StreamClient(org.Session, new Dictionary<string, ReplayPosition> { [Channel] = ReplayPosition.Newest }, bounded));
        while (await reading.NextAsync() is not StreamNews.Unreadable)
        {
            // A busy machine may answer later than the bounds allow.
        }

        (await reading.NextAsync<StreamNews.Interrupted>()).Fault.Code.ShouldStartWith("DEADLINE_PASSED");
    }

    // A server that is overloaded asks for a long wait, goes, and the next one knows nothing of it.
    [Fact]
    public async Task Advice_of_a_server_ends_with_its_handshake()
    {
        int handshakes = 0;
        await using StubOrg org = new(arrival =>
        {
            handshakes += arrival.Body.Contains("/meta/handshake", StringComparison.Ordinal) ? 1 : 0;
            return arrival.Body switch
            {
                var body when handshakes == 1 && body.Contains("\"id\":\"4\"", StringComparison.Ordinal) =>
                    Json("""[{"channel":"/meta/connect","successful":false,"error":"403::Unknown client","advice":{"reconnect":"handshake","interval":2147483647} }]"""),
                var body when body.Contains("\"id\":\"4\"", StringComparison.Ordinal) => Connected(1, "{}"),
                var body when body.Contains("\"id\":\"5\"", StringComparison.Ordinal) => Connected(2, "{}"),
                // Without advice, so that what the life before was told would still count.
                var body when body.Contains("\"timeout\":0", StringComparison.Ordinal) => Json("""[{"channel":"/meta/connect","successful":true}]"""),
                _ => Script(arrival, "999::Enough", "none"),
            };
        });
        await using StreamReading reading = new(new StreamClient(
            org.Session, new Dictionary<string, ReplayPosition> { [Channel] = ReplayPosition.After(9) }, Quick));
        await reading.NextAsync<StreamNews.Subscribed>();
        await reading.NextAsync<StreamNews.Interrupted>();
        await reading.NextAsync<StreamNews.Subscribed>();

        (await reading.NextAsync<StreamNews.Unreadable>()).ReplayId.ShouldBe(1);
        (await reading.NextAsync<StreamNews.Unreadable>()).ReplayId.ShouldBe(2);
    }

    [Fact]
    public async Task A_goodbye_that_fails_in_any_way_keeps_no_reader_waiting()
    {
        await using StubOrg org = new(arrival => Script(arrival, "999::Enough", "none"), time: new NoTimerFor(Quick.DisconnectTimeMax));
        await using StreamReading reading = Read(org);
        await reading.NextAsync<StreamNews.Subscribed>();

        (await Should.ThrowAsync<SalesforceException>(reading.NextAsync)).Message.ShouldContain("999::Enough");
    }

    [Fact]
    public async Task A_limit_is_waited_out_for_as_long_as_it_takes()
    {
        await using StubOrg org = new(arrival => Script(arrival, "403::Organization total events daily limit exceeded", "none"));
        await using StreamReading reading = Read(org);
        await reading.NextAsync<StreamNews.Subscribed>();

        (await reading.NextAsync<StreamNews.Interrupted>()).Wait.ShouldBe(TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task An_answer_of_another_layer_that_means_an_ended_session_renews_it()
    {
        await using StubOrg org = new(arrival => arrival.Headers["Authorization"] == "Bearer 00D!t1" ? new Reply.Answer(401, "text/html", "<html>") : Script(arrival, "999::Enough", "none"));
        await using StreamReading reading = Read(org);

        (await reading.NextAsync<StreamNews.Interrupted>()).Fault.Code.ShouldBe(SalesforceFaults.InvalidSession);
        await reading.NextAsync<StreamNews.Subscribed>();
        org.SignIns.ShouldBe(2);
    }

    [Fact]
    public async Task A_connect_that_is_never_answered_is_given_up_and_the_cookies_go_with_every_call()
    {
        await using StubOrg org = new(arrival => arrival.Body.Contains("\"id\":\"4\"", StringComparison.Ordinal) ? new Reply.Hang() : Script(arrival, "999::Enough", "none"));
        StreamClient client = new(org.Session, new Dictionary<string, ReplayPosition> { [Channel] = ReplayPosition.Newest }, Quick with { ConnectGrace = TimeSpan.FromMilliseconds(30) });
        await using StreamReading reading = new(client);
        await reading.NextAsync<StreamNews.Subscribed>();

        (await reading.NextAsync<StreamNews.Interrupted>()).Fault.Code.ShouldStartWith("DEADLINE_PASSED");
        org.Server.Arrivals.Where(arrival => arrival.Body.Contains("clientId", StringComparison.Ordinal)).ShouldAllBe(arrival => arrival.Headers["Cookie"] == "BAYEUX_BROWSER=browser-1");
    }

    [Fact]
    public async Task Secrets_stay_out_of_what_a_server_says()
    {
        await using StubOrg org = new(arrival => Script(arrival, "400::Bearer 00D!t1 of cookie browser-1 is odd", "none"));
        await using StreamReading reading = Read(org);
        await reading.NextAsync<StreamNews.Subscribed>();

        (await Should.ThrowAsync<SalesforceException>(reading.NextAsync)).Message.ShouldContain("Bearer *** of cookie *** is odd");
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_is_news_too()
    {
        await using StubOrg org = new(arrival => arrival.Body.Contains("\"id\":\"4\"", StringComparison.Ordinal)
            ? Json($$"""[{"channel":"{{Channel}}","data":{"event":{"replayId":9},"payload":{} } },{"channel":"/meta/connect","successful":true}]""")
            : Script(arrival, "403::Unknown client", "handshake"));
        await using StreamReading reading = Read(org);
        await reading.NextAsync<StreamNews.Subscribed>();

        (await reading.NextAsync()).ShouldBe(new StreamNews.Unreadable(Channel, 9, "ChangeEventHeader is missing"));
        await reading.NextAsync<StreamNews.Interrupted>();
        (await reading.NextAsync<StreamNews.Subscribed>()).From.ShouldBe(ReplayPosition.After(9), "it was told");
    }

    private static StreamReading Read(StubOrg org) => new(new StreamClient(org.Session, new Dictionary<string, ReplayPosition> { [Channel] = ReplayPosition.Newest }, Quick));

    /// <summary>Everything works up to the second connect, which is refused.</summary>
    private static Reply.Answer Script(Arrival arrival, string error, string reconnect) => arrival.Body switch
    {
        var body when body.Contains("/meta/handshake", StringComparison.Ordinal) => Json("""[{"channel":"/meta/handshake","clientId":"c","successful":true}]""") with { Header = "Set-Cookie: BAYEUX_BROWSER=browser-1; Path=/" },
        var body when body.Contains("/meta/subscribe", StringComparison.Ordinal) => Json($$"""[{"channel":"/meta/subscribe","subscription":"{{Channel}}","successful":true}]"""),
        var body when body.Contains("\"timeout\":0", StringComparison.Ordinal) => Json("""[{"channel":"/meta/connect","successful":true,"advice":{"reconnect":"retry","interval":0,"timeout":20}}]"""),
        _ => Json($$"""[{"channel":"/meta/connect","successful":false,"error":"{{error}}","advice":{"reconnect":"{{reconnect}}"} }]"""),
    };

    /// <summary>A connect that brings an event and advice.</summary>
    private static Reply.Answer Connected(long replayId, string advice) => Json(
        $$"""[{"channel":"{{Channel}}","data":{"event":{"replayId":{{replayId}}},"payload":{} } },{"channel":"/meta/connect","successful":true,"advice":{{advice}} }]""");

    private static Reply.Answer Json(string text) => new(200, "application/json", text);

    /// <summary>Gives no timer of one length, so that the call which needs it fails like none that was thought of.</summary>
    private sealed class NoTimerFor(TimeSpan length) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            dueTime == length ? throw new InvalidOperationException("no timer") : base.CreateTimer(callback, state, dueTime, period);
    }
}
