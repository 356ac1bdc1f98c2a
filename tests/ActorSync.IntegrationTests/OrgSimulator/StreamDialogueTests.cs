using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org.Changes;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

/// <summary>Bayeux with the replay extension, as bare calls.</summary>
public sealed class StreamDialogueTests
{
    [Fact]
    public async Task A_client_hears_what_is_written_through_every_surface_in_order()
    {
        await using var org = await OrgCaller.StartAsync(new OrgServerOptions { BulkChunkTime = TimeSpan.Zero });
        var stream = await StreamCaller.OpenAsync(org);
        (await stream.SubscribeAsync()).GetProperty("successful").GetBoolean().ShouldBeTrue();

        var id = await org.CreateAccountAsync("soap");
        await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{id}", """{"Name":"rest"}""");
        await org.RunJobAsync("update", $"Id,Name\n{id},bulk\n");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["f.Name"] = "page", ["was.Name"] = "bulk" });
        using var page = await org.Http.PostAsync(new Uri($"/page/Account/{id}", UriKind.Relative), form);
        await org.RestAsync(HttpMethod.Delete, $"/sobjects/Account/{id}");
        await org.SoapAsync($"<undelete><ids>{id}</ids></undelete>");

        var told = await stream.ConnectAsync();

        StreamCaller.Told(told).ShouldBe(["CREATE soap", "UPDATE rest", "UPDATE bulk", "UPDATE page", "DELETE", "UNDELETE page"]);
        told.SkipLast(1).Select(m => Header(m).GetProperty("changeOrigin").GetString()).ShouldBe(
        [
            "com/salesforce/api/soap/66.0", "com/salesforce/api/rest/66.0", "com/salesforce/api/bulkapi/66.0", "com/salesforce/api/soap/67.0;client=SfdcInternalAPI/", "com/salesforce/api/rest/66.0",
            "com/salesforce/api/soap/66.0",
        ]);
        told[^1].GetProperty("channel").GetString().ShouldBe("/meta/connect");
        StreamCaller.Told(await stream.ConnectAsync(timeoutMs: 0)).ShouldBeEmpty("what was answered is not told again");
    }

    [Fact]
    public async Task A_connect_is_held_until_there_is_something_to_tell_or_its_time_is_up()
    {
        await using var org = await OrgCaller.StartAsync();
        var stream = new StreamCaller(org);
        (await stream.ShakeHandsAsync()).GetProperty("successful").GetBoolean().ShouldBeTrue();
        (await stream.ConnectAsync()).Single().GetProperty("advice").ToString().ShouldBe("""{"interval":0,"timeout":110000,"reconnect":"retry"}""", "the first is answered at once");
        (await stream.ConnectAsync(timeoutMs: 30)).Single().TryGetProperty("advice", out _).ShouldBeFalse("its time is up");

        await stream.SubscribeAsync();
        using var reached = org.Server.Faults.HoldNext(new CallMatch("connect", "Account", Api: "stream"), HoldPoint.BeforeEffect);
        var held = stream.ConnectAsync();
        await reached.Arrived;
        reached.Release();
        await org.CreateAccountAsync("a");
        StreamCaller.Told(await held).ShouldBe(["CREATE a"]);
    }

    [Fact]
    public async Task A_second_connect_takes_the_place_of_the_first()
    {
        await using var org = await OrgCaller.StartAsync();
        var stream = await StreamCaller.OpenAsync(org);
        await stream.SubscribeAsync();
        var first = stream.ConnectAsync();
        // Whichever of the two the server sees last is the one that is held.
        var second = stream.ConnectAsync();

        await Task.WhenAny(first, second);
        await org.CreateAccountAsync("a");

        StreamCaller.Told([.. await first, .. await second]).ShouldBe(["CREATE a"]);
    }

    [Fact]
    public async Task A_subscription_starts_at_the_tip_at_the_oldest_or_behind_an_event()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.CreateAccountAsync("a");
        await org.CreateAccountAsync("b");
        var stream = await StreamCaller.OpenAsync(org);

        await stream.SubscribeAsync(from: -2);
        var all = await stream.ConnectAsync();
        await stream.SubscribeAsync(from: StreamCaller.ReplayId(all[0]));
        var rest = await stream.ConnectAsync();
        await stream.SubscribeAsync(from: -1);
        var none = await stream.ConnectAsync(timeoutMs: 0);

        StreamCaller.Told(all).ShouldBe(["CREATE a", "CREATE b"]);
        StreamCaller.Told(rest).ShouldBe(["CREATE b"]);
        StreamCaller.Told(none).ShouldBeEmpty();
        StreamCaller.ReplayId(rest[0]).ShouldBe(StreamCaller.ReplayId(all[1]));
    }

    [Fact]
    public async Task Channels_carry_their_objects_and_the_common_one_carries_all()
    {
        await using var org = await OrgCaller.StartAsync(new OrgServerOptions { ChangeEvents = new ChangeEventOptions { Objects = ["Account", "Contact"] } });
        var (one, all) = (await StreamCaller.OpenAsync(org), await StreamCaller.OpenAsync(org));
        await one.SubscribeAsync("/data/ContactChangeEvent");
        await all.SubscribeAsync("/data/ChangeEvents");
        StreamCaller.Error(await all.SubscribeAsync("/data/LeadChangeEvent")).ShouldBe("400::The channel you requested to subscribe to does not exist /data/LeadChangeEvent");
        StreamCaller.Error(await all.SubscribeAsync("/data/accountChangeEvent"))!.ShouldStartWith("400::The channel you requested");
        StreamCaller.Error(await all.SubscribeAsync("data")).ShouldBe("400::Channel subscriptions must start with a leading '/'");

        var account = await org.CreateAccountAsync("a");
        await org.RestAsync(HttpMethod.Post, "/sobjects/Contact", $$"""{"LastName":"Lovelace","AccountId":"{{account}}"}""");
        await org.RestAsync(HttpMethod.Post, "/sobjects/Lead", """{"LastName":"Babbage","Company":"Engines"}""");

        Objects(await one.ConnectAsync()).ShouldBe(["Contact"]);
        Objects(await all.ConnectAsync()).ShouldBe(["Account", "Contact"]);
        await one.MetaAsync("unsubscribe", ""","subscription":"/data/ContactChangeEvent" """);
        await org.RestAsync(HttpMethod.Delete, $"/sobjects/Account/{account}");
        Objects(await one.ConnectAsync(timeoutMs: 0)).ShouldBeEmpty();
        Objects(await all.ConnectAsync()).ShouldBe(["Account", "Contact"]);
    }

    [Fact]
    public async Task A_replay_id_is_refused_once_its_event_is_gone()
    {
        var clock = new SteppedClock();
        await using var org = await OrgCaller.StartAsync(new OrgServerOptions { Clock = clock, SessionIdleMax = TimeSpan.FromDays(30) });
        await org.CreateAccountAsync("a");
        var stream = await StreamCaller.OpenAsync(org);
        await stream.SubscribeAsync(from: -2);
        var replayId = StreamCaller.ReplayId((await stream.ConnectAsync())[0]);

        clock.Advance(TimeSpan.FromHours(73));
        stream = await StreamCaller.OpenAsync(org);

        StreamCaller.Error(await stream.SubscribeAsync(from: replayId)).ShouldBe(
            $"400::The replayId {{{replayId}}} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.");
        (await stream.SubscribeAsync(from: -2)).GetProperty("successful").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Who_is_not_known_is_sent_to_the_handshake()
    {
        var clock = new SteppedClock();
        await using var org = await OrgCaller.StartAsync(new OrgServerOptions { Clock = clock });
        var stream = await StreamCaller.OpenAsync(org);
        var cookie = stream.Cookie;
        stream.Cookie = null;
        StreamCaller.Error(await stream.SubscribeAsync()).ShouldBe($"400::Client {stream.ClientId} has established a session, but no BAYEUX_BROWSER cookie present");
        stream.Cookie = cookie;

        clock.Advance(TimeSpan.FromSeconds(40));
        var idle = (await stream.ConnectAsync()).Single();
        (StreamCaller.Error(idle), StreamCaller.Reconnect(idle)).ShouldBe(("403::Unknown client", "handshake"));

        stream = await StreamCaller.OpenAsync(org);
        org.Server.ForgetStreams();
        StreamCaller.Error((await stream.ConnectAsync()).Single()).ShouldBe("403::Unknown client");
        stream = await StreamCaller.OpenAsync(org);
        (await stream.MetaAsync("disconnect")).GetProperty("successful").GetBoolean().ShouldBeTrue();
        StreamCaller.Error(await stream.SubscribeAsync()).ShouldBe("403::Unknown client");
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_sent_away()
    {
        await using var org = await OrgCaller.StartAsync();
        var stream = await StreamCaller.OpenAsync(org);
        org.Server.ExpireSessions();

        var connect = (await stream.ConnectAsync()).Single();
        (StreamCaller.Error(connect), StreamCaller.Reconnect(connect)).ShouldBe(("401::Authentication invalid", "none"));
        var handshake = await stream.ShakeHandsAsync();
        StreamCaller.Error(handshake).ShouldBe("403::Handshake denied");
        handshake.GetProperty("ext").GetProperty("sfdc").GetProperty("failureReason").GetString().ShouldBe("401::Authentication invalid");

        org.Http.DefaultRequestHeaders.Authorization = null;
        using var answer = await stream.PostAsync("""[{"channel":"/meta/handshake"}]""");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_is_not_the_protocol_is_refused()
    {
        await using var org = await OrgCaller.StartAsync(new OrgServerOptions { StreamClientsMax = 1 });
        var stream = new StreamCaller(org);
        StreamCaller.Error((await stream.SendAsync("""{"channel":"/meta/connect"}""", "/cometd"))[0])!.ShouldStartWith("400::API version in the URI is mandatory");
        StreamCaller.Error((await stream.SendAsync("""{"channel":"/meta/connect"}""", "/cometd/36.0"))[0])!.ShouldStartWith("400::Unsupported API version");
        StreamCaller.Error((await stream.SendAsync("""{"channel":"/meta/connect"}"""))[0]).ShouldBe("400::Invalid connection type ");
        StreamCaller.Error((await stream.SendAsync("""{"channel":"/data/AccountChangeEvent"}"""))[0]).ShouldBe("403::Restricted channel /data/AccountChangeEvent");
        using (var get = await org.Http.GetAsync(new Uri("/cometd/66.0", UriKind.Relative)))
        {
            get.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

        using (var large = await stream.PostAsync(new string(' ', 40_000)))
        {
            large.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        }

        (await stream.SendAsync("""[{"channel":"/meta/handshake"}]""", "/cometd/66.0/handshake"))[0].GetProperty("successful").GetBoolean().ShouldBeTrue("clients may append the operation");
        (await stream.ShakeHandsAsync()).GetProperty("ext").GetProperty("sfdc").GetProperty("failureReason").GetString().ShouldBe("403::Organization concurrent user limit exceeded");
    }

    [Fact]
    public async Task A_server_that_records_nothing_serves_no_stream()
    {
        await using var org = await OrgCaller.StartAsync(new OrgServerOptions { ChangeEvents = null });
        using var answer = await new StreamCaller(org).PostAsync("""[{"channel":"/meta/handshake"}]""");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Faults_make_events_missing_repeated_and_out_of_order()
    {
        await using var org = await OrgCaller.StartAsync();
        using (var fault = new StringContent("""{"kind":"loseEvent","object":"Account","count":1}""", new MediaTypeHeaderValue("application/json")))
        using (var added = await org.Http.PostAsync(new Uri("/simulator/faults", UriKind.Relative), fault))
        {
            added.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var stream = await StreamCaller.OpenAsync(org);
        await stream.SubscribeAsync();
        await org.CreateAccountAsync("a");
        await org.CreateAccountAsync("b");
        org.Server.Faults.Add(new OrgFault.ReorderEvents(), hitsMax: 1);
        StreamCaller.Told(await stream.ConnectAsync()).ShouldBe(["CREATE b", "GAP_CREATE"]);

        org.Server.Faults.Add(new OrgFault.RepeatEvents(), hitsMax: 1);
        org.Server.Faults.Add(new OrgFault.LoseEvent(Overflow: true), hitsMax: 1);
        await org.CreateAccountAsync("c");
        var (once, again) = (await stream.ConnectAsync(), await stream.ConnectAsync());
        StreamCaller.Told(once).ShouldBe(["GAP_OVERFLOW"]);
        StreamCaller.ReplayId(again[0]).ShouldBe(StreamCaller.ReplayId(once[0]));

        org.Server.Faults.Add(new OrgFault.ExpireReplay(), hitsMax: 1);
        StreamCaller.Error(await stream.SubscribeAsync(from: StreamCaller.ReplayId(once[0])))!.ShouldStartWith("400::The replayId");
        org.Server.Faults.Add(new OrgFault.ForgetClient(), hitsMax: 1);
        StreamCaller.Error((await stream.ConnectAsync()).Single()).ShouldBe("403::Unknown client");
        org.Server.Faults.Add(new OrgFault.Error("403", "Organization total events daily limit exceeded"), new CallMatch(Api: "stream"), hitsMax: 1);
        StreamCaller.Error((await stream.ConnectAsync()).Single()).ShouldBe("403::Organization total events daily limit exceeded");
    }

    private static JsonElement Header(JsonElement message) => message.GetProperty("data").GetProperty("payload").GetProperty("ChangeEventHeader");

    private static string[] Objects(IEnumerable<JsonElement> messages) =>
        [.. messages.Where(m => m.TryGetProperty("data", out _)).Select(m => Header(m).GetProperty("entityName").GetString()!)];
}
