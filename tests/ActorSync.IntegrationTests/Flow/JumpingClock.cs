using ActorSync.Operations;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A node's clock whose wall time somebody sets, as an administrator or NTP does; its timestamps go on.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private readonly BootTimeProvider _boot = new();
    private long _ticksAhead;

    public override long TimestampFrequency => _boot.TimestampFrequency;

    public override long GetTimestamp() => _boot.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _boot.GetUtcNow().AddTicks(Interlocked.Read(ref _ticksAhead));

    /// <summary>Sets the wall time to so much ahead of the right one; negative: behind it.</summary>
    public void Set(TimeSpan ahead) => Interlocked.Exchange(ref _ticksAhead, ahead.Ticks);
}
