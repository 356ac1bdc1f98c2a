using System.Text;
using System.Text.Json;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Streaming;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorStreaming;

/// <summary>The protocol's messages, to the letter of the reference.</summary>
public sealed class BayeuxMessageTests
{
    [Fact]
    public void A_batch_is_read_whole()
    {
        var messages = Read("""
            [{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"],"ext":{"replay":true},"id":"1"},
             {"channel":"/meta/connect","clientId":"c","connectionType":"long-polling","id":2,"advice":{"timeout":0}},
             {"channel":"/meta/subscribe","clientId":"c","subscription":"/data/AccountChangeEvent","ext":{"replay":{"/data/AccountChangeEvent":-2}},"id":"3"},
             {"channel":"/meta/unsubscribe","clientId":"c","subscription":["/a","/b"]}]
            """);

        messages.Select(m => m.Operation).ShouldBe(["handshake", "connect", "subscribe", "unsubscribe"]);
        messages.Select(m => m.Id).ShouldBe(["\"1\"", "2", "\"3\"", null]);
        (messages[1].ClientId, messages[1].ConnectionType, messages[1].Timeout).ShouldBe(("c", "long-polling", TimeSpan.Zero));
        messages[2].Replay.ShouldBe(new Dictionary<string, long> { ["/data/AccountChangeEvent"] = -2 });
        messages[3].Subscriptions.ShouldBe(["/a", "/b"]);
        Read("""{"channel":"/meta/connect"}""").ShouldHaveSingleItem().Timeout.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("\"/meta/connect\"")]
    [InlineData("""[{"channel":"/meta/subscribe","ext":{"replay":{"/a":1.5}}}]""")]
    public void What_is_no_message_is_refused(string body) => Should.Throw<JsonException>(() => Read(body));

    [Fact]
    public void Answers_are_written_as_Salesforce_writes_them()
    {
        Write("/meta/handshake", m => new BayeuxReply(m) { ClientId = "c" }).ShouldBe(
            """{"ext":{"replay":true,"payload.format":true},"minimumVersion":"1.0","clientId":"c","supportedConnectionTypes":["long-polling"],"channel":"/meta/handshake","id":"7","version":"1.0","successful":true}""");
        Write("/meta/handshake", m => new BayeuxReply(m) { Error = StreamErrors.AuthenticationInvalid, Advice = BayeuxAdvice.None }).ShouldBe(
            """{"ext":{"sfdc":{"failureReason":"401::Authentication invalid"},"replay":true,"payload.format":true},"advice":{"interval":0,"reconnect":"none"},"channel":"/meta/handshake","id":"7","error":"403::Handshake denied","successful":false}""");
        Write("/meta/connect", m => new BayeuxReply(m) { ClientId = "c", Advice = new BayeuxAdvice("retry", TimeSpan.FromSeconds(110)) }).ShouldBe(
            """{"clientId":"c","advice":{"interval":0,"timeout":110000,"reconnect":"retry"},"channel":"/meta/connect","id":"7","successful":true}""");
        Write("/meta/connect", m => new BayeuxReply(m) { Error = StreamErrors.UnknownClient, Advice = BayeuxAdvice.Handshake }).ShouldBe(
            """{"advice":{"interval":0,"reconnect":"handshake"},"channel":"/meta/connect","id":"7","error":"403::Unknown client","successful":false}""");
        Write("/meta/subscribe", m => new BayeuxReply(m) { ClientId = "c" }, ""","subscription":"/data/X" """).ShouldBe(
            """{"clientId":"c","channel":"/meta/subscribe","id":"7","subscription":"/data/X","successful":true}""");
    }

    [Fact]
    public void Errors_have_the_words_of_the_guide()
    {
        StreamErrors.ReplayId(82).ShouldBe("400::The replayId {82} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.");
        StreamErrors.Of(new OrgFaultException("INVALID_SESSION_ID", "x")).ShouldBe("401::Authentication invalid");
        StreamErrors.Of(new OrgFaultException("403", "Organization total events daily limit exceeded")).ShouldBe("403::Organization total events daily limit exceeded");
    }

    private static List<BayeuxMessage> Read(string body) => BayeuxMessage.ReadAll(Encoding.UTF8.GetBytes(body));

    private static string Write(string channel, Func<BayeuxMessage, BayeuxReply> reply, string more = "")
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { SkipValidation = true }))
        {
            reply(Read($$"""{"channel":"{{channel}}","id":"7"{{more}}}""")[0]).Write(json);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
