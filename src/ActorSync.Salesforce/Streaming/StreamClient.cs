using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Streaming;

/// <summary>
/// Change Data Capture of one org over CometD: several channels on one connection, each from a position of its own. At least once and in the order of the channel: what
/// was read and not committed is read again by the next reading, or, where nothing of a channel is committed that was to be heard from <see cref="ReplayPosition.Newest"/> on,
/// told as <see cref="StreamNews.Missed"/>. Nothing is dropped silently: see <see cref="StreamNews"/>.
/// </summary>
public sealed class StreamClient
{
    private readonly SalesforceSession session;
    private readonly StreamOptions options;
    private readonly ConcurrentDictionary<string, ReplayPosition> committed;

    // Touched by the reading alone, and there is one at a time.
    private readonly HashSet<string> heard = new(StringComparer.Ordinal);
    private int isReading;

    /// <summary>Nothing is sent before the first reading.</summary>
    /// <param name="session">Whose org it is; renewed when it expires.</param>
    /// <param name="channels">What to hear and from where: <c>/data/ChangeEvents</c>, <c>/data/AccountChangeEvent</c>, <c>/data/Invoice__ChangeEvent</c>. Names differ by case.</param>
    /// <param name="options">Limits and times; null: the defaults.</param>
    public StreamClient(SalesforceSession session, IReadOnlyDictionary<string, ReplayPosition> channels, StreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channels);
        if (channels.Count == 0 || channels.Keys.Any(channel => !channel.StartsWith("/data/", StringComparison.Ordinal)))
        {
            throw new ArgumentException("name one channel at least; channels of change events begin with /data/", nameof(channels));
        }

        this.session = session;
        this.options = options ?? new StreamOptions();
        committed = new ConcurrentDictionary<string, ReplayPosition>(channels, StringComparer.Ordinal);
    }

    /// <summary>Where the next reading starts.</summary>
    public IReadOnlyDictionary<string, ReplayPosition> Committed => committed.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The channel on which changes of an object come: <c>/data/AccountChangeEvent</c>, for a custom object <c>/data/Invoice__ChangeEvent</c>.</summary>
    public static string ChannelOf(string objectName)
    {
        ArgumentNullException.ThrowIfNull(objectName);
        return $"/data/{(objectName.EndsWith("__c", StringComparison.Ordinal) ? objectName[..^1] : objectName)}ChangeEvent";
    }

    /// <summary>What was said on the channel up to this event is safe with the caller: the next reading starts behind it. A reading that goes on is not touched by it.</summary>
    /// <exception cref="ArgumentException">The client does not hear such a channel.</exception>
    public void Commit(string channel, ReplayPosition position)
    {
        if (!committed.ContainsKey(channel))
        {
            throw new ArgumentException($"{channel} is not among the channels of this client", nameof(channel));
        }

        committed[channel] = position;
    }

    /// <inheritdoc cref="Commit(string, ReplayPosition)"/>
    public void Commit(StreamNews.Changed changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        Commit(changed.Channel, ReplayPosition.After(changed.ReplayId));
    }

    /// <summary>
    /// Reads on from what is committed until the caller ends it, through interruptions of any length. Ending it, by the token or by leaving the loop, ends the request
    /// that is out at once and says goodbye within <see cref="StreamOptions.DisconnectTimeMax"/>. One reading at a time.
    /// </summary>
    /// <exception cref="SalesforceException">Only a person can make it go on: credentials, rights, none of the channels.</exception>
    /// <exception cref="InvalidOperationException">The client is being read.</exception>
    public async IAsyncEnumerable<StreamNews> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref isReading, 1) != 0)
        {
            throw new InvalidOperationException("the client is being read; one reading at a time");
        }

        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Channel<StreamNews> news = Channel.CreateBounded<StreamNews>(new BoundedChannelOptions(options.NewsBufferedMax) { SingleReader = true, SingleWriter = true });
        Task running = new StreamConnection(session, options, new StreamPositions(Committed, heard), news.Writer).RunAsync(ended.Token);
        try
        {
            await foreach (StreamNews told in news.Reader.ReadAllAsync(cancellation))
            {
                // What still waits is not for a caller who has left: it is not committed, so the next reading tells it again, or that it is missed.
                cancellation.ThrowIfCancellationRequested();
                yield return told;
            }
        }
        finally
        {
            await ended.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref isReading, 0);
        }
    }
}
