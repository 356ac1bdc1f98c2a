namespace ActorSync.TestKit.Time;

/// <summary>
/// Time that moves only when the test says so. The wall clock can be set apart from the monotonic one, as an administrator or
/// NTP does. Timers fire inside <see cref="Advance"/>, in the order of their due times, each at its own time; one that is
/// due at once fires with the next call, also by zero.
/// </summary>
public sealed class FakeClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _timerWaits = [];
    private DateTimeOffset _wall = start;
    private TimeSpan _elapsed;

    /// <summary>Starts at 2030-01-02 03:04:05 UTC: no part of it is zero or like another.</summary>
    public FakeClock()
        : this(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero))
    {
    }

    /// <summary>An unusual unit: code that takes a timestamp for TimeSpan ticks fails.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond * 7;

    /// <summary>A zone with an offset: code that shows local time for UTC fails.</summary>
    public override TimeZoneInfo LocalTimeZone { get; } =
        TimeZoneInfo.CreateCustomTimeZone("Test", TimeSpan.FromMinutes(345), "Test", "Test");

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _elapsed.Ticks * 7;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _wall;
        }
    }

    /// <summary>Sets the wall clock, forward or back; timestamps and timers do not notice.</summary>
    public void SetUtcNow(DateTimeOffset now)
    {
        lock (_lock)
        {
            _wall = now.ToUniversalTime();
        }
    }

    /// <summary>Moves both clocks and fires what falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan target;
        lock (_lock)
        {
            target = _elapsed + by;
        }

        while (NextDue(target) is { } timer)
        {
            timer.Fire(); // outside the lock: the callback may ask the time or set timers
        }
    }

    /// <summary>
    /// Completes when so many timers are set: the code under test has reached its waits. Await it before
    /// <see cref="Advance"/>; a test that advances too early would wait forever.
    /// </summary>
    public Task TimersSetAsync(int count)
    {
        lock (_lock)
        {
            if (_timers.Count >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _timerWaits.Add((count, reached));
            return reached.Task;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time to the first timer due by the target and takes it out, or to the target if there is none.</summary>
    private FakeTimer? NextDue(TimeSpan target)
    {
        lock (_lock)
        {
            var next = _timers.Count == 0 ? null : _timers.Where(timer => timer.Due <= target).MinBy(timer => timer.Due); // the earlier set wins a tie
            var reached = next is null ? target : next.Due;
            _wall += reached - _elapsed;
            _elapsed = reached;
            if (next is not null)
            {
                _timers.Remove(next);
                if (next.Period > TimeSpan.Zero)
                {
                    next.Due = reached + next.Period;
                    _timers.Add(next);
                }
            }

            return next;
        }
    }

    private void Set(FakeTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Due = _elapsed + dueTime;
                timer.Period = period;
                _timers.Add(timer);
            }

            foreach (var wait in _timerWaits.FindAll(wait => _timers.Count >= wait.Count))
            {
                _timerWaits.Remove(wait);
                wait.Reached.SetResult();
            }
        }
    }

    private void Remove(FakeTimer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class FakeTimer(FakeClock clock, Action callback) : ITimer
    {
        private bool _disposed;

        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; set; }

        public void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
            {
                return false;
            }

            clock.Set(this, dueTime, period);
            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            clock.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
