namespace ActorSync.OrgSimulator.Http;

/// <summary>Counts API requests, or Bulk batches, against the org's allowance of a day. The day is 24 hours of the server's clock from the first one, then starts anew.</summary>
internal sealed class ApiUsage(int perDayMax, TimeProvider clock)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private long _dayStartedAt = clock.GetTimestamp();
    private int _used;

    public int PerDayMax => perDayMax;

    public int Used
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>False when the allowance is used up; nothing is counted then.</summary>
    public bool TryCount()
    {
        lock (_gate)
        {
            if (clock.GetElapsedTime(_dayStartedAt) >= Day)
            {
                _dayStartedAt = clock.GetTimestamp();
                _used = 0;
            }

            if (_used >= perDayMax)
            {
                return false;
            }

            _used++;
            return true;
        }
    }
}
