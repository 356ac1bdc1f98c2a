using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>
/// A server on a raw socket that breaks the connection at every point a connection can break, and counts what arrived. Whatever happens, a write arrives at
/// most once, and the client says <c>InDoubt</c> if it arrived and the answer did not.
/// </summary>
public sealed class NothingIsSentTwiceTests
{
    public static TheoryData<string> Breaks => new("close", "reset", "half", "html 502", "html 503", "html 504", "empty 500", "redirect", "200 without envelope", "two results", "no result");

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task Write_whose_answer_is_lost_arrives_once_and_is_in_doubt(string how)
    {
        await using StubOrg org = new(_ => Break(how));

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync());

        e.Fault.ShouldBeOfType<SyncFault.InDoubt>(e.Message);
        org.Server.Count("update").ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task Read_whose_answer_is_lost_may_be_asked_again(string how)
    {
        await using StubOrg org = new(_ => Break(how));

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.Soap.GetUserInfoAsync(default));

        e.Fault.ShouldBeOfType<SyncFault.Transient>(e.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kept_connection_that_breaks_under_a_write_does_not_make_it_arrive_twice(bool reset)
    {
        int calls = 0;
        await using StubOrg org = new(_ => Interlocked.Increment(ref calls) == 1 ? StubOrg.Updated : new Reply.Close(reset));

        await org.UpdateAsync();
        int connections = org.Server.Accepted;
        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync());

        e.Fault.ShouldBeOfType<SyncFault.InDoubt>(e.Message);
        org.Server.Count("update").ShouldBe(2, "one for each call");
        org.Server.Accepted.ShouldBe(connections, "the second call used the connection of the first");
    }

    [Fact]
    public async Task Kept_connection_that_was_closed_while_idle_is_not_used_for_a_write()
    {
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int calls = 0;
        await using StubOrg org = new(_ => (Reply.Answer)StubOrg.Updated with { ThenClose = Interlocked.Increment(ref calls) == 1 });
        org.Server.OnClosed = () => closed.TrySetResult();

        await org.UpdateAsync();
        await closed.Task;
        IReadOnlyList<WriteResult> results = await org.UpdateAsync();

        results[0].Success.ShouldBeTrue();
        org.Server.Count("update").ShouldBe(2, "one for each call");
        org.Server.Torn.ShouldBe(0);
    }

    [Fact]
    public async Task Write_without_an_answer_is_in_doubt_at_its_deadline()
    {
        HandTime time = new();
        TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StubOrg org = new(_ => new Reply.Hang(), time: time);
        org.Server.OnArrival = arrival => _ = arrival.Operation == "update" && arrived.TrySetResult();

        Task<IReadOnlyList<WriteResult>> update = org.UpdateAsync();
        await arrived.Task;
        time.LetDeadlinesPass();
        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => update);

        e.Fault.ShouldBeOfType<SyncFault.InDoubt>().Code.ShouldBe("DEADLINE_PASSED");
        org.Server.Count("update").ShouldBe(1);
    }

    [Fact]
    public async Task Write_that_is_cancelled_on_its_way_is_in_doubt_and_a_read_is_just_cancelled()
    {
        using CancellationTokenSource caller = new();
        await using StubOrg org = new(_ => new Reply.Hang());
        org.Server.OnArrival = arrival =>
        {
            if (arrival.Operation is "update" or "getUserInfo")
            {
                caller.Cancel();
            }
        };

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync(caller.Token));
        e.Fault.ShouldBeOfType<SyncFault.InDoubt>().Code.ShouldBe("CANCELLED");
        await Should.ThrowAsync<OperationCanceledException>(() => org.Soap.GetUserInfoAsync(caller.Token));
    }

    [Fact]
    public async Task Write_that_is_cancelled_before_sending_is_just_cancelled()
    {
        await using StubOrg org = new(_ => StubOrg.Updated);

        await Should.ThrowAsync<OperationCanceledException>(() => org.UpdateAsync(new CancellationToken(canceled: true)));

        org.Server.Count("update").ShouldBe(0);
    }

    [Fact]
    public async Task Write_whose_lease_is_gone_sends_not_a_byte()
    {
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StubOrg org = new(_ => StubOrg.Updated, new SalesforceOptions { MaySend = () => false });
        org.Server.OnClosed = () => closed.TrySetResult();

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync());

        e.Fault.ShouldBeOfType<SyncFault.NotExecuted>().Code.ShouldBe("SEND_NOT_ALLOWED");
        await closed.Task;
        org.Server.Count("update").ShouldBe(0);
        org.Server.Torn.ShouldBe(0, "not even the request line left");
    }

    [Fact]
    public async Task Lease_is_asked_once_a_connection_is_open_and_only_for_writes()
    {
        int asked = 0;
        StubOrg? self = null;
        await using StubOrg org = self = new(_ => StubOrg.Updated, new SalesforceOptions
        {
            MaySend = () =>
            {
                asked++;
                self!.Server.Count("/services/oauth2/token").ShouldBe(1, "the sign-in is done by then");
                return true;
            },
        });

        await org.UpdateAsync();
        asked.ShouldBe(1);
        await Should.ThrowAsync<SalesforceException>(() => org.Soap.GetUserInfoAsync(default));
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Deadline_that_passed_before_the_send_sends_not_a_byte()
    {
        // The clock jumps after the deadline was set: as if the process had been suspended between the call and the send.
        HandTime time = new();
        await using StubOrg org = new(_ => StubOrg.Updated, new SalesforceOptions { ReadDeadline = TimeSpan.FromDays(9) }, time);
        await org.Session.GetAsync(default);
        time.StepAtNextTimestamp = TimeSpan.FromDays(1);

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync());

        e.Fault.ShouldBeOfType<SyncFault.NotExecuted>().Code.ShouldBe("DEADLINE_PASSED_BEFORE_SENDING");
        org.Server.Count("update").ShouldBe(0);
    }

    private static Reply Break(string how) => how switch
    {
        "close" => new Reply.Close(),
        "reset" => new Reply.Close(Reset: true),
        "half" => new Reply.HalfAnswer(),
        "html 502" => new Reply.Answer(502, "text/html", "<html>Bad Gateway</html>"),
        "html 503" => new Reply.Answer(503, "text/html", "<html>Service Unavailable"),
        "html 504" => new Reply.Answer(504, "text/html", "Gateway Timeout"),
        "empty 500" => new Reply.Answer(500, "text/xml", ""),
        "redirect" => new Reply.Answer(307, "text/html", "") { Header = "Location: /services/Soap/u/67.0" },
        "200 without envelope" => new Reply.Answer(200, "text/html", "<html>please sign in</html>"),
        "two results" => StubOrg.Envelope("<updateResponse><result><id>1</id><success>true</success></result><result><id>2</id><success>true</success></result></updateResponse>"),
        "no result" => StubOrg.Envelope("<updateResponse/>"),
        _ => throw new ArgumentOutOfRangeException(nameof(how)),
    };
}
