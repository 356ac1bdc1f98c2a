namespace ActorSync.Feeds;

/// <summary>How long a feed rests after reads that failed, whatever wakes it: twice as long after each, up to a limit.</summary>
/// <param name="first">After the first. Not what the API budget makes of it: trouble would last for hours after it is over.</param>
/// <param name="interval">Between polls while nothing is slowed. No pause is longer, or than <see cref="LimitMin"/> where that is longer.</param>
internal sealed class TroublePause(TimeSpan first, TimeSpan interval, TimeProvider clock)
{
    /// <summary>Pauses may grow as long whatever the interval.</summary>
    public static readonly TimeSpan LimitMin = TimeSpan.FromMinutes(1);

    private const int TroublesMax = 6;

    private int _troubles;
    private long _metAt;
    private TimeSpan _pause;

    /// <summary>What is still to be waited out.</summary>
    public TimeSpan Left => clock.GetElapsedTime(_metAt) is var since && since < _pause ? _pause - since : TimeSpan.Zero;

    /// <summary>A read failed.</summary>
    /// <returns>The pause that begins.</returns>
    public TimeSpan Meet()
    {
        _troubles = Math.Min(_troubles + 1, TroublesMax);
        var (grown, limit) = (first * Math.Pow(2, _troubles - 1), interval > LimitMin ? interval : LimitMin);
        _metAt = clock.GetTimestamp();
        return _pause = grown < limit ? grown : limit;
    }

    /// <summary>Everything was read.</summary>
    public void Succeed() => (_troubles, _pause) = (0, TimeSpan.Zero);
}
