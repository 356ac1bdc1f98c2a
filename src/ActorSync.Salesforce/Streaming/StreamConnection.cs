using System.Diagnostics;
using System.Threading.Channels;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Streaming;

/// <summary>
/// Keeps one reading connected: handshake, subscriptions from where it stands, connect after connect. An answer that is lost took its events along, so that after
/// every failure it shakes hands anew and subscribes from the last event it was told.
/// </summary>
internal sealed class StreamConnection(SalesforceSession session, StreamOptions options, StreamPositions positions, ChannelWriter<StreamNews> news)
{
    /// <summary>Subscriptions in one request; Salesforce takes requests up to 32,768 bytes.</summary>
    private const int SubscriptionsMax = 20;

    private AccessToken? stale;
    private BayeuxTransport? transport;
    private string clientId = "";
    private TimeSpan connectTimeout;
    private TimeSpan interval;
    private int failures;

    /// <summary>Runs until it is cancelled or only a person can make it go on; then the news end, with the reason.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                try
                {
                    await LiveAsync(cancellation);
                }
                catch (SalesforceException e) when (!StreamFaults.IsFinal(e.Fault))
                {
                    await RestAsync(e.Fault, cancellation);
                }
            }
        }
        catch (Exception e) when (e is SalesforceException || cancellation.IsCancellationRequested)
        {
            try
            {
                await SayGoodbyeAsync();
            }
            finally
            {
                // Whatever becomes of the farewell: the reader waits for this.
                news.Complete(e as SalesforceException);
            }
        }
        catch (Exception e)
        {
            news.Complete(e);
            throw;
        }
    }

    /// <summary>One life of a client, which ends with an exception.</summary>
    private async Task LiveAsync(CancellationToken cancellation)
    {
        AccessToken token = stale is null ? await session.GetAsync(cancellation) : await session.RenewAsync(stale, cancellation);
        (stale, transport, clientId) = (null, new BayeuxTransport(session, token), "");
        (connectTimeout, interval) = (options.ConnectTimeout, TimeSpan.Zero);
        try
        {
            await ShakeHandsAsync(cancellation);
            await ConnectAsync(isFirst: true, cancellation);
            await SubscribeAsync([.. positions.Channels], cancellation);
            while (true)
            {
                await ConnectAsync(isFirst: false, cancellation);
                if (interval > TimeSpan.Zero)
                {
                    await Task.Delay(interval, session.Time, cancellation);
                }
            }
        }
        catch (SalesforceException e) when (e.Fault.Code == SalesforceFaults.InvalidSession)
        {
            stale = token;
            throw;
        }
    }

    private async Task ShakeHandsAsync(CancellationToken cancellation)
    {
        List<BayeuxAnswer> answers = await SendAsync("stream handshake", [new BayeuxRequest(BayeuxRequest.Handshake, null)], options.CallDeadline, cancellation);
        BayeuxAnswer answer = Only(answers, BayeuxRequest.Handshake, "stream handshake");
        if (!answer.Successful || answer.ClientId is not { Length: > 0 } id)
        {
            throw Refused(answer, "stream handshake");
        }

        clientId = id;
        Heed(answer);
    }

    /// <summary>Asks for what is new. The first connect is answered at once, with advice.</summary>
    private async Task ConnectAsync(bool isFirst, CancellationToken cancellation)
    {
        BayeuxRequest request = new(BayeuxRequest.Connect, clientId) { IsImmediate = isFirst };
        List<BayeuxAnswer> answers = await SendAsync("stream connect", [request], isFirst ? options.CallDeadline : connectTimeout + options.ConnectGrace, cancellation);
        BayeuxAnswer answer = Only(answers, BayeuxRequest.Connect, "stream connect");
        Heed(answer);
        if (answer.Successful && answer.Reconnect is Reconnect.Retry or Reconnect.Unsaid)
        {
            // A first connect proves little: a server may know us for that long and no longer.
            failures = isFirst ? failures : 0;
        }
        else if (answer.Reconnect == Reconnect.Retry && transport!.Fault(answer) is { Code: not (StreamFaults.UnknownClient or SalesforceFaults.InvalidSession) } fault)
        {
            await RestAsync(fault, cancellation);
        }
        else
        {
            // A client or a session that is gone stays gone, whatever the advice.
            throw Refused(answer, "stream connect");
        }
    }

    private async Task SubscribeAsync(IReadOnlyList<string> channels, CancellationToken cancellation)
    {
        SalesforceException? refusal = null;
        int heard = 0;
        foreach (string[] some in channels.Chunk(SubscriptionsMax))
        {
            foreach (string channel in some.Where(positions.IsLost))
            {
                await news.WriteAsync(
                    new StreamNews.Missed(channel, ReplayPosition.Newest, ReplayPosition.Newest, "the channel was heard before, and there is no event to go on from"), cancellation);
            }

            List<BayeuxAnswer> answers = await SendSubscriptionsAsync(some, cancellation);
            foreach (string channel in some)
            {
                SyncFault? fault = await SettleAsync(channel, answers, cancellation);
                heard += fault is null ? 1 : 0;
                refusal = fault is null ? refusal : new SalesforceException(fault, $"subscribe {channel}");
            }
        }

        if (heard == 0 && refusal is not null)
        {
            throw refusal;
        }
    }

    private Task<List<BayeuxAnswer>> SendSubscriptionsAsync(IReadOnlyList<string> channels, CancellationToken cancellation) => SendAsync(
        $"stream subscribe {channels.Count}",
        [.. channels.Select(channel => new BayeuxRequest(BayeuxRequest.Subscribe, clientId) { Subscription = channel, From = positions[channel] })],
        options.CallDeadline,
        cancellation);

    /// <summary>Tells how the subscription of a channel went. A position that is gone is told and left for the oldest there is.</summary>
    /// <returns>Why it is not heard; null if it is.</returns>
    private async Task<SyncFault?> SettleAsync(string channel, List<BayeuxAnswer> answers, CancellationToken cancellation)
    {
        BayeuxAnswer answer = Of(answers, channel);
        SyncFault? fault = answer.Successful ? null : transport!.Fault(answer);
        if (fault is { Code: StreamFaults.ReplayIdInvalid } && positions[channel].IsEvent)
        {
            await news.WriteAsync(new StreamNews.Missed(channel, positions[channel], ReplayPosition.Oldest, fault.Message), cancellation);
            positions.Move(channel, ReplayPosition.Oldest);
            answer = Of(await SendSubscriptionsAsync([channel], cancellation), channel);
            fault = answer.Successful ? null : transport!.Fault(answer);
        }

        if (fault is null)
        {
            positions.Heard(channel);
            await news.WriteAsync(new StreamNews.Subscribed(channel, positions[channel]), cancellation);
            return null;
        }

        if (!StreamFaults.IsFinal(fault))
        {
            throw new SalesforceException(fault, $"subscribe {channel}");
        }

        await news.WriteAsync(new StreamNews.Refused(channel, fault), cancellation);
        return fault;
    }

    private static BayeuxAnswer Of(List<BayeuxAnswer> answers, string channel) =>
        answers.Find(answer => answer.Channel == BayeuxRequest.Subscribe && answer.Subscription == channel)
        ?? answers.Find(answer => answer is { Channel: BayeuxRequest.Subscribe, Subscription: null, Successful: false })
        ?? throw Unanswered($"subscribe {channel}");

    /// <summary>Sends, and passes on the events that came with the answer, whatever it is.</summary>
    private async Task<List<BayeuxAnswer>> SendAsync(string operation, IReadOnlyList<BayeuxRequest> requests, TimeSpan allowed, CancellationToken cancellation)
    {
        List<BayeuxAnswer> answers = await transport!.SendAsync(operation, requests, allowed, cancellation);
        foreach (StreamNews told in answers.Select(answer => answer.News).OfType<StreamNews>())
        {
            await news.WriteAsync(told, cancellation);
            (string channel, long? replayId) = told switch
            {
                StreamNews.Changed changed => (changed.Channel, changed.ReplayId),
                StreamNews.Unreadable unreadable => (unreadable.Channel, unreadable.ReplayId),
                _ => throw new UnreachableException(told.GetType().Name),
            };
            if (replayId is { } id)
            {
                positions.Move(channel, ReplayPosition.After(id));
            }
        }

        return answers;
    }

    /// <summary>Advice holds until the next handshake, and never for longer than we let it.</summary>
    private void Heed(BayeuxAnswer answer)
    {
        interval = answer.Interval is { } wait ? Shorter(wait, options.AdvisedIntervalMax) : interval;
        connectTimeout = answer.Timeout is { } timeout && timeout > TimeSpan.Zero ? Shorter(timeout, options.AdvisedTimeoutMax) : connectTimeout;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Waits before the next attempt: nothing where the server only forgot us or the session ended, longer with each failure in a row.</summary>
    private async Task RestAsync(SyncFault fault, CancellationToken cancellation)
    {
        failures++;
        bool isHarmless = fault.Code is StreamFaults.UnknownClient or StreamFaults.HandshakeAdvised or SalesforceFaults.InvalidSession;
        TimeSpan wait = WaitAfter(isHarmless ? failures - 1 : failures);
        if (fault is SyncFault.Throttled { WaitAtLeast: var least } && wait < least)
        {
            wait = least;
        }

        await news.WriteAsync(new StreamNews.Interrupted(fault, wait), cancellation);
        await Task.Delay(wait, session.Time, cancellation);
    }

    private TimeSpan WaitAfter(int failed)
    {
        TimeSpan wait = failed == 0 ? TimeSpan.Zero : options.ReconnectWaitMin;
        for (int i = 1; i < failed && wait < options.ReconnectWaitMax; i++)
        {
            wait += wait;
        }

        return Shorter(wait, options.ReconnectWaitMax);
    }

    private SalesforceException Refused(BayeuxAnswer answer, string operation)
    {
        SyncFault fault = answer is { Error: "", Reconnect: Reconnect.Handshake }
            ? new SyncFault.NotExecuted(StreamFaults.HandshakeAdvised, "the server asks for a handshake.", TimeSpan.Zero)
            : transport!.Fault(answer);
        return answer.Reconnect == Reconnect.None && fault is SyncFault.Transient
            ? new SalesforceException(new SyncFault.Misconfigured(fault.Code, fault.Message, "The org sends streaming clients away: see its Setup and its status page."), operation)
            : new SalesforceException(fault, operation);
    }

    private static BayeuxAnswer Only(List<BayeuxAnswer> answers, string channel, string operation) =>
        answers.Find(answer => answer.Channel == channel) ?? throw Unanswered(operation);

    private static SalesforceException Unanswered(string operation) =>
        new(new SyncFault.Transient("UNREADABLE_ANSWER", "the answer has none to our message."), operation);

    /// <summary>Tells the server that we are gone, so that it need not find out. Nobody waits for that for long.</summary>
    private async Task SayGoodbyeAsync()
    {
        if (clientId.Length == 0)
        {
            return;
        }

        try
        {
            await transport!.SendAsync("stream disconnect", [new BayeuxRequest(BayeuxRequest.Disconnect, clientId)], options.DisconnectTimeMax, CancellationToken.None);
        }
        catch (SalesforceException)
        {
            // The server forgets us by itself.
        }
    }
}
