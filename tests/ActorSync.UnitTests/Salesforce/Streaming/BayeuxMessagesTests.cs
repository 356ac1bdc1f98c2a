using System.Text;
using System.Text.Json;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Streaming;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Streaming;

public sealed class BayeuxMessagesTests
{
    [Fact]
    public void Messages_are_written_as_the_protocol_has_them()
    {
        Write(new BayeuxRequest(BayeuxRequest.Handshake, null)).ShouldBe(
            """[{"channel":"/meta/handshake","id":"5","version":"1.0","minimumVersion":"1.0","supportedConnectionTypes":["long-polling"],"ext":{"replay":true}}]""");
        Write(new BayeuxRequest(BayeuxRequest.Connect, "c") { IsImmediate = true }, new BayeuxRequest(BayeuxRequest.Connect, "c")).ShouldBe(
            """[{"channel":"/meta/connect","id":"5","clientId":"c","connectionType":"long-polling","advice":{"timeout":0}},{"channel":"/meta/connect","id":"6","clientId":"c","connectionType":"long-polling"}]""");
        Write(new BayeuxRequest(BayeuxRequest.Subscribe, "c") { Subscription = "/data/X", From = ReplayPosition.After(82) }).ShouldBe(
            """[{"channel":"/meta/subscribe","id":"5","clientId":"c","subscription":"/data/X","ext":{"replay":{"/data/X":82}}}]""");
        Write(new BayeuxRequest(BayeuxRequest.Disconnect, "c")).ShouldBe("""[{"channel":"/meta/disconnect","id":"5","clientId":"c"}]""");
    }

    [Fact]
    public void Answers_are_read_with_their_advice_and_the_reason_behind_a_denial()
    {
        var denied = Read("""{"ext":{"sfdc":{"failureReason":"401::Authentication invalid"},"replay":true},"advice":{"reconnect":"none"},"channel":"/meta/handshake","error":"403::Handshake denied","successful":false}""");
        (denied.Successful, denied.Error, denied.Reconnect, denied.Interval).ShouldBe((false, "401::Authentication invalid", Reconnect.None, null));

        var connected = Read("""{"clientId":"c","advice":{"interval":500,"timeout":110000,"reconnect":"retry"},"channel":"/meta/connect","id":"306","successful":true}""");
        (connected.Successful, connected.ClientId, connected.Reconnect, connected.Interval, connected.Timeout)
            .ShouldBe((true, "c", Reconnect.Retry, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(110)));
        Read("""{"channel":"/meta/connect","successful":true,"advice":{"reconnect":"sometimes","interval":-1}}""").ShouldSatisfyAllConditions(
            answer => answer.Reconnect.ShouldBe(Reconnect.Unsaid), answer => answer.Interval.ShouldBeNull(), answer => answer.Error.ShouldBe(""));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{}]")]
    [InlineData("<html>")]
    [InlineData("")]
    public void What_is_no_answer_is_not_taken_for_one(string body) => Should.Throw<JsonException>(() => ReadAll(body));

    [Theory]
    [InlineData("401::Authentication invalid", NextStep.SendAgain, "INVALID_SESSION_ID")]
    [InlineData("403::Unknown client", NextStep.SendAgain, StreamFaults.UnknownClient)]
    [InlineData("402::Unknown client", NextStep.SendAgain, StreamFaults.UnknownClient)]
    [InlineData("403::Client has not completed handshake", NextStep.SendAgain, StreamFaults.UnknownClient)]
    [InlineData("400::Client x has established a session, but no y cookie present", NextStep.SendAgain, StreamFaults.UnknownClient)]
    [InlineData("400::The replayId {82} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.", NextStep.Park, StreamFaults.ReplayIdInvalid)]
    [InlineData("403::Organization total events daily limit exceeded", NextStep.Wait, "STREAM_403")]
    [InlineData("403::Organization concurrent user limit exceeded", NextStep.Wait, "STREAM_403")]
    [InlineData("403::User not enabled for streaming", NextStep.FixConfiguration, "STREAM_403")]
    [InlineData("400::The channel you requested to subscribe to does not exist /data/X", NextStep.FixConfiguration, "STREAM_400")]
    [InlineData("404::HTTP 404", NextStep.FixConfiguration, "STREAM_404")]
    [InlineData("413::Maximum Request Size Exceeded", NextStep.FixConfiguration, "STREAM_413")]
    [InlineData("503::Server is too busy. Please try your request again later.", NextStep.SendAgain, "STREAM_503")]
    [InlineData("no number", NextStep.Retry, "STREAM_FAILED")]
    [InlineData("", NextStep.Retry, "STREAM_FAILED")]
    public void Each_error_has_its_next_step(string error, NextStep next, string code)
    {
        SyncFault fault = StreamFaults.Of(error);

        (fault.NextStep, fault.Code).ShouldBe((next, code));
    }

    [Fact]
    public void Secrets_are_cut_out_of_errors() => StreamFaults.Of("403::no 00D!token for you\nx", "00D!token").Message.ShouldBe("403::no *** for you x");

    // A load balancer's cookie may have any value, and a server may say it back anywhere.
    [Theory]
    [InlineData("401::Authentication invalid", "401", "INVALID_SESSION_ID")]
    [InlineData("403::Unknown client", "client", StreamFaults.UnknownClient)]
    public void What_follows_from_an_error_does_not_hang_on_what_is_cut_out_of_it(string error, string secret, string code)
    {
        SyncFault fault = StreamFaults.Of(error, secret);

        fault.Code.ShouldBe(code);
        fault.Message.ShouldBe(error.Replace(secret, "***", StringComparison.Ordinal));
    }

    [Fact]
    public void Positions_are_newest_oldest_or_behind_an_event()
    {
        (default(ReplayPosition).Number, ReplayPosition.Newest.Number, ReplayPosition.Oldest.Number, ReplayPosition.After(7).Number).ShouldBe((-1, -1, -2, 7));
        new[] { ReplayPosition.Newest, ReplayPosition.Oldest, ReplayPosition.After(7) }.Select(p => p.ToString()).ShouldBe(["newest", "oldest", "7"]);
        default(ReplayPosition).ShouldBe(ReplayPosition.Newest);
        Should.Throw<ArgumentOutOfRangeException>(() => ReplayPosition.After(0));
    }

    [Fact]
    public void Channels_are_named_after_their_objects() =>
        (StreamClient.ChannelOf("Account"), StreamClient.ChannelOf("Invoice__c")).ShouldBe(("/data/AccountChangeEvent", "/data/Invoice__ChangeEvent"));

    private static string Write(params BayeuxRequest[] messages)
    {
        using MemoryStream stream = new();
        BayeuxRequest.Write(stream, messages, 5);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static BayeuxAnswer Read(string message) => ReadAll($"[{message}]").ShouldHaveSingleItem();

    private static List<BayeuxAnswer> ReadAll(string body)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(body));
        return BayeuxAnswer.ReadAll(stream);
    }
}
