using ActorSync.Operations;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Streaming;

namespace ActorSync.Feeds;

/// <summary>Hears the change events of all mappings that are fed by them, on one connection, and leaves them in the inboxes of their feeds. Runs without a lease: what is heard
/// counts when a feed commits it. Never ends by itself; a reading that only a person could mend is tried again and again, and feeds poll meanwhile.</summary>
internal sealed class ChangeStream(SalesforceSession session, IReadOnlyList<ChangeInbox> inboxes, TimeProvider clock, SyncLog log)
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(1);

    // How often the inboxes are looked at for a feed that fell behind.
    private static readonly TimeSpan BehindInterval = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, ChangeInbox> _inboxes = inboxes.ToDictionary(inbox => inbox.ChannelName, StringComparer.Ordinal);
    private readonly Dictionary<string, string> _troubles = new(StringComparer.Ordinal);
    private int _refused;
    private TimeSpan _pause = PauseMin;
    private bool _isInterrupted;

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await ReadAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop: what was not committed is told again.
        }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        Volatile.Write(ref _refused, 0);
        var client = new StreamClient(session, inboxes.ToDictionary(inbox => inbox.ChannelName, inbox => inbox.Reopen(), StringComparer.Ordinal));
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = WatchAsync(reading);
        try
        {
            await foreach (var news in client.ReadAsync(reading.Token))
            {
                Take(news, reading);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // A feed fell behind, or a channel is to be tried again: read from where the feeds are.
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            Silence();
            if (IsNews("", error))
            {
                log.Trouble(error, $"change events cannot be heard; their mappings are polled, and it is tried again at least every {PauseMax.TotalSeconds:0} s");
            }

            await reading.CancelAsync();
            await RestAsync(stop);
        }
        finally
        {
            await reading.CancelAsync();
            await watching;
        }
    }

    private void Take(StreamNews news, CancellationTokenSource reading)
    {
        switch (news)
        {
            case StreamNews.Changed told:
                Inbox(told.Channel)?.Post(told);
                break;
            case StreamNews.Unreadable told:
                Inbox(told.Channel)?.Post(told);
                break;
            case StreamNews.Missed { After: var after } told when after == ReplayPosition.Newest && Inbox(told.Channel) is { } inbox && inbox.Position != after:
                // It was interrupted before its first event: everything that is kept is heard again instead.
                reading.Cancel();
                break;
            case StreamNews.Missed told:
                Inbox(told.Channel)?.Post(told);
                break;
            case StreamNews.Subscribed told when Inbox(told.Channel) is { } inbox:
                inbox.Hear(isHeard: true);
                inbox.Post(told);
                _troubles.Remove(told.Channel);
                _troubles.Remove("");
                if (_isInterrupted)
                {
                    _isInterrupted = false;
                    log.Say("change events are heard again; nothing was missed unless it is said");
                }

                break;
            case StreamNews.Refused told when Inbox(told.Channel) is { } inbox:
                inbox.Hear(isHeard: false);
                Interlocked.Increment(ref _refused);
                var refusal = new SalesforceException(told.Fault, $"subscribe {told.Channel}");
                if (IsNews(told.Channel, refusal))
                {
                    log.Trouble(refusal, $"the channel {told.Channel} cannot be heard; its mapping is polled, and it is tried again at least every {PauseMax.TotalSeconds:0} s");
                }

                break;
            case StreamNews.Interrupted told:
                Silence();
                if (!_isInterrupted && told.Wait > TimeSpan.Zero)
                {
                    _isInterrupted = true;
                    log.Trouble(new SalesforceException(told.Fault, "hear change events"), "change events are interrupted; their mappings are polled until they are heard again");
                }

                break;
        }
    }

    // Ends the reading when a feed has taken what was left for it and more was let go, or when it is time to try a refused channel again.
    private async Task WatchAsync(CancellationTokenSource reading)
    {
        var began = clock.GetTimestamp();
        while (!reading.IsCancellationRequested)
        {
            await Task.Delay(BehindInterval, clock, reading.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var (refused, lasted) = (Volatile.Read(ref _refused) > 0, clock.GetElapsedTime(began));
            var retry = refused && lasted >= _pause;
            if (retry || lasted >= PauseMax)
            {
                _pause = refused ? Longer(_pause) : PauseMin;
            }

            if (retry || inboxes.Any(inbox => inbox.WantsReading))
            {
                await reading.CancelAsync();
            }
        }
    }

    private async Task RestAsync(CancellationToken stop)
    {
        var pause = _pause;
        _pause = Longer(_pause);
        await Task.Delay(pause, clock, stop);
    }

    private void Silence()
    {
        foreach (var inbox in inboxes)
        {
            inbox.Hear(isHeard: false);
        }
    }

    // What does not change is said once: it is tried again all night.
    private bool IsNews(string channel, Exception error)
    {
        var isNews = !_troubles.TryGetValue(channel, out var said) || said != error.Message;
        _troubles[channel] = error.Message;
        return isNews;
    }

    private ChangeInbox? Inbox(string channel) => _inboxes.GetValueOrDefault(channel);

    private static TimeSpan Longer(TimeSpan pause) => pause + pause < PauseMax ? pause + pause : PauseMax;
}
