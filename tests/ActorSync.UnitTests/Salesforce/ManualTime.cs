namespace ActorSync.UnitTests.Salesforce;

/// <summary>A clock whose monotonic and UTC parts are moved by hand, apart if a test wants a suspension or a step. Timers fire inside <see cref="Move"/>.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset utc = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => utc;

    public override long GetTimestamp() => ticks;

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

    /// <summary>Moves both clocks and fires what is due on the monotonic one, as real timers do.</summary>
    public void Move(TimeSpan monotonic, TimeSpan utcStep)
    {
        ticks += monotonic.Ticks;
        utc += utcStep;
        ManualTimer[] present;
        lock (timers)
        {
            present = [.. timers];
        }

        foreach (ManualTimer timer in present)
        {
            timer.FireIfDue(ticks);
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long? dueAt;
        private TimeSpan period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            this.period = period;
            dueAt = dueTime == Timeout.InfiniteTimeSpan ? null : time.ticks + dueTime.Ticks;
            return true;
        }

        public void FireIfDue(long now)
        {
            if (dueAt is { } due && now >= due)
            {
                dueAt = period > TimeSpan.Zero ? now + period.Ticks : null;
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
