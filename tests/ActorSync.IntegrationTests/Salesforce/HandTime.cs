using System.Collections.Concurrent;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>A clock that stands still until a test lets all of its deadlines pass.</summary>
internal sealed class HandTime : TimeProvider
{
    private readonly ConcurrentDictionary<HandTimer, byte> timers = new();
    private long ticks;

    /// <summary>The clock jumps by this after it is read once more.</summary>
    public TimeSpan? StepAtNextTimestamp { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        long now = Interlocked.Read(ref ticks);
        if (StepAtNextTimestamp is { } step)
        {
            StepAtNextTimestamp = null;
            Interlocked.Add(ref ticks, step.Ticks);
        }

        return now;
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Interlocked.Read(ref ticks));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        HandTimer timer = new(this, callback, state);
        timers[timer] = 0;
        return timer;
    }

    public void LetDeadlinesPass()
    {
        Interlocked.Add(ref ticks, TimeSpan.FromDays(1).Ticks);
        foreach (HandTimer timer in timers.Keys)
        {
            timer.Fire();
        }
    }

    private sealed class HandTimer(HandTime time, TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => time.timers.TryRemove(this, out _);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
