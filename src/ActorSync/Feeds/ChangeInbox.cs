using System.Threading.Channels;
using ActorSync.Runtime.Hosting;
using ActorSync.Salesforce.Streaming;

namespace ActorSync.Feeds;

/// <summary>What the stream has for one feed: news of its channel, in their order. A feed that is slower than its channel lets go of the rest and has it told again, so that it holds back no other.</summary>
internal sealed class ChangeInbox(string channel, Wakeup feed)
{
    /// <summary>News that wait for the feed.</summary>
    public const int NewsMax = 2_000;

    private readonly Channel<StreamNews> _news = Channel.CreateBounded<StreamNews>(new BoundedChannelOptions(NewsMax));
    private readonly Lock _gate = new();
    private ReplayPosition _position;
    private volatile bool _isBehind;
    private volatile bool _isHeard;
    private volatile bool _isAnswered;

    /// <summary>The channel, <c>/data/AccountChangeEvent</c>.</summary>
    public string ChannelName => channel;

    /// <summary>Salesforce tells what happens on the channel, as far as is known.</summary>
    public bool IsHeard => _isHeard;

    /// <summary>It is known whether the channel can be heard.</summary>
    public bool IsAnswered => _isAnswered;

    /// <summary>News were let go: once the feed has taken what is here, the channel has to be read again from <see cref="Position"/>.</summary>
    public bool IsBehind => _isBehind;

    /// <summary>The feed has taken everything that is here.</summary>
    public bool IsEmpty => _news.Reader.Count == 0;

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
        if (!_isBehind && !_news.Writer.TryWrite(news))
        {
            _isBehind = true;
        }

        feed.Signal();
    }

    /// <summary>The next news.</summary>
    public bool TryTake(out StreamNews? news) => _news.Reader.TryRead(out news);

    /// <summary>A new reading begins: what the last one left is told again.</summary>
    public void Reopen()
    {
        while (_news.Reader.TryRead(out _))
        {
        }

        _isBehind = false;
        feed.Signal();
    }
}
