using ActorSync.Domain.Faults;

namespace ActorSync.Coordination;

/// <summary>How many jobs may be started while Salesforce cannot be reached: each that is cut then is journaled for nothing, ten thousand records at a time. So none is for a growing
/// pause, then one, and as many as there are places once anything has reached the org again.</summary>
internal sealed class JobPlaces(RetryPolicy retry)
{
    private readonly RetryPolicy _retry = retry with { AttemptsMax = int.MaxValue };
    private DateTimeOffset _closedUntil;
    private TimeSpan _pause;
    private int _failures;
    private bool _isTried;

    /// <summary>Jobs that may be started now.</summary>
    public int StartsMax(DateTimeOffset now) => _failures == 0 ? int.MaxValue : now < _closedUntil ? 0 : 1;

    /// <summary>A job was started; in an outage the next one waits for its answer, or for as long again.</summary>
    public void Started(DateTimeOffset now) => (_isTried, _closedUntil) = (_failures > 0, now + _pause);

    /// <summary>A job could not be opened because the org was not reached. Those that were started side by side before anybody knew are one failure.</summary>
    /// <param name="lot">A random number from 0 to below 1.</param>
    public void Missed(DateTimeOffset now, double lot)
    {
        if (_failures == 0 || _isTried)
        {
            _pause = _retry.DelayAfter(++_failures, lot)!.Value;
            (_isTried, _closedUntil) = (false, now + _pause);
        }
    }

    /// <summary>What an answer says of whether the org can be reached; null says nothing.</summary>
    public void Note(LaneAnswer? answer, DateTimeOffset now, Random jitter)
    {
        if (answer is { IsUnreached: true })
        {
            Missed(now, jitter.NextDouble());
        }
        else if (answer is { Results: not null } or { BySoap: true })
        {
            Reached();
        }
    }

    /// <summary>The org has answered.</summary>
    public void Reached() => (_failures, _pause, _closedUntil) = (0, TimeSpan.Zero, default);
}
