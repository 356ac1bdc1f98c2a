namespace ActorSync.UnitTests.Salesforce;

/// <summary>A clock moved by hand: time passes, the machine sleeps, or somebody sets the wall clock. Timers fire inside <see cref="Pass"/>, and stand still in sleep as real ones do.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset utc = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan awake;
    private TimeSpan asleep;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => utc;

    public override long GetTimestamp() => (awake + asleep).Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        lock (timers)
        {
            timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Somebody sets the wall clock, forward or back.</summary>
    public void SetUtc(TimeSpan step) => utc += step;

    /// <summary>The machine sleeps: timestamps and the wall clock count it, timers do not.</summary>
    public void Sleep(TimeSpan time) => (asleep, utc) = (asleep + time, utc + time);

    /// <summary>Time passes and fires what is due.</summary>
    public void Pass(TimeSpan time)
    {
        (awake, utc) = (awake + time, utc + time);
        ManualTimer[] present;
        lock (timers)
        {
            present = [.. timers];
        }

        foreach (ManualTimer timer in present)
        {
            timer.FireIfDue();
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan? dueAt;
        private TimeSpan period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            this.period = period;
            dueAt = dueTime == Timeout.InfiniteTimeSpan ? null : time.awake + dueTime;
            return true;
        }

        public void FireIfDue()
        {
            if (dueAt is { } due && time.awake >= due)
            {
                dueAt = period > TimeSpan.Zero ? time.awake + period : null;
                callback(state);
            }
        }

        public void Dispose()
        {
            dueAt = null;
            lock (time.timers)
            {
                time.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
