using ActorSync.Runtime.Hosting;
using ActorSync.Salesforce.Streaming;

namespace ActorSync.Feeds;

/// <summary>What the stream has for one feed: news of its channel, in their order. A feed that is slower than its channel lets go of the rest and has it told again, so that it holds back no other.
/// Filled by the stream's loop and emptied by the feed's.</summary>
internal sealed class ChangeInbox(string channel, Wakeup feed, TimeProvider clock)
{
    /// <summary>News that wait for the feed. Some kilobytes each; what is let go is told, and counted by the org, twice.</summary>
    public const int NewsMax = 10_000;

    /// <summary>A channel of which nothing has come for so long is quiet.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<StreamNews> _news = [];
    private ReplayPosition _position;
    private long _toldAt = clock.GetTimestamp();
    private bool _isBehind;
    private volatile bool _isHeard;
    private volatile bool _isAnswered;

    /// <summary>The channel, <c>/data/AccountChangeEvent</c>.</summary>
    public string ChannelName => channel;

    /// <summary>Salesforce tells what happens on the channel, as far as is known.</summary>
    public bool IsHeard => _isHeard;

    /// <summary>It is known whether the channel can be heard.</summary>
    public bool IsAnswered => _isAnswered;

    /// <summary>The channel is heard, nothing is left here, and nothing has come for <see cref="QuietTime"/>: what is kept behind the place of a reading comes at once.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_gate)
            {
                return _isHeard && !_isBehind && _news.Count == 0 && clock.GetElapsedTime(_toldAt) >= QuietTime;
            }
        }
    }

    /// <summary>News were let go, and the feed has taken everything that is here: the channel has to be read again from <see cref="Position"/>.</summary>
    public bool WantsReading
    {
        get
        {
            lock (_gate)
            {
                return _isBehind && _news.Count == 0;
            }
        }
    }

    /// <summary>Up to here everything is committed: the next reading of the channel starts there.</summary>
    public ReplayPosition Position
    {
        get
        {
            lock (_gate)
            {
                return _position;
            }
        }

        set
        {
            lock (_gate)
            {
                _position = value;
            }
        }
    }

    /// <summary>The channel is heard, or it is not for the time being.</summary>
    public void Hear(bool isHeard) => (_isHeard, _isAnswered) = (isHeard, true);

    /// <summary>Leaves news for the feed.</summary>
    public void Post(StreamNews news)
    {
        lock (_gate)
        {
            _toldAt = clock.GetTimestamp();
            // From now on something can be missed: another reading begins with everything that is kept.
            _position = news is StreamNews.Subscribed && _position == ReplayPosition.Newest ? ReplayPosition.Oldest : _position;
            _isBehind |= _news.Count >= NewsMax;
            if (!_isBehind)
            {
                _news.Enqueue(news);
            }
        }

        feed.Signal();
    }

    /// <summary>The next news.</summary>
    public bool TryTake(out StreamNews? news)
    {
        lock (_gate)
        {
            return _news.TryDequeue(out news);
        }
    }

    /// <summary>A new reading begins: what the last one left is told again.</summary>
    /// <returns>Where it begins.</returns>
    public ReplayPosition Reopen()
    {
        lock (_gate)
        {
            _news.Clear();
            _isBehind = false;
            return _position;
        }
    }
}
