namespace ActorSync.OrgSimulator.Http;

/// <summary>Counts API requests, or Bulk batches, against the org's allowance. The window rolls: what is older than it, by the server's clock, counts no more.</summary>
internal sealed class ApiUsage(int perDayMax, TimeSpan window, TimeProvider clock)
{
    /// <summary>A part of the window is forgotten at a time: a minute of a day.</summary>
    private const int Parts = 1440;

    private readonly Lock _gate = new();
    private readonly Queue<(long Part, int Count)> _parts = [];
    private readonly long _began = clock.GetTimestamp();
    private (long Part, int Count) _latest;
    private int _used;

    public ApiUsage(int perDayMax, TimeProvider clock)
        : this(perDayMax, TimeSpan.FromHours(24), clock)
    {
    }

    public int PerDayMax => perDayMax;

    /// <summary>Counted in the window that ends now.</summary>
    public int Used
    {
        get
        {
            lock (_gate)
            {
                Forget();
                return _used;
            }
        }
    }

    /// <summary>Most that was counted in any window so far.</summary>
    public int Peak { get; private set; }

    /// <summary>False when the allowance is used up; nothing is counted then.</summary>
    public bool TryCount()
    {
        lock (_gate)
        {
            Forget();
            if (_used >= perDayMax)
            {
                return false;
            }

            Add(1);
            Peak = Math.Max(Peak, _used);
            return true;
        }
    }

    /// <summary>Requests of others, at most what is left.</summary>
    public void Spend(int requests)
    {
        lock (_gate)
        {
            Forget();
            Add(Math.Clamp(requests, 0, perDayMax - _used));
        }
    }

    /// <summary>Others use up all but so many.</summary>
    public void UseUp(int left) => Spend(Math.Max(0, perDayMax - left - Used));

    /// <summary>Nothing is counted, and never was.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _parts.Clear();
            (_latest, _used, Peak) = ((Now(), 0), 0, 0);
        }
    }

    private long Now() => (long)(clock.GetElapsedTime(_began) / (window / Parts));

    private void Add(int count)
    {
        var now = Now();
        if (_latest.Part != now)
        {
            _parts.Enqueue(_latest);
            _latest = (now, 0);
        }

        _latest.Count += count;
        _used += count;
    }

    private void Forget()
    {
        var oldest = Now() - Parts;
        while (_parts.TryPeek(out var part) && part.Part < oldest)
        {
            _used -= _parts.Dequeue().Count;
        }

        if (_latest.Part < oldest)
        {
            _used -= _latest.Count;
            _latest.Count = 0;
        }
    }
}
