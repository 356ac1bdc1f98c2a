using ActorSync.Chaos.Judging;
using ActorSync.Commands;

namespace ActorSync.Chaos;

/// <summary>Waits until nothing is owed and nothing moves, for longer than the feeds take to read again what may have been committed late.</summary>
internal static class Rest
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan QuietMin = (ChaosWorld.OverlapInterval * 2) + TimeSpan.FromSeconds(1);

    /// <summary>Whether it came to rest in time, and after how long.</summary>
    public static async Task<Verdict> AwaitAsync(ChaosWorld world, ChaosOptions options, TimeProvider clock, Action<string> progress)
    {
        var status = new StatusReader(world.Application);
        var startedAt = clock.GetTimestamp();
        var (quietSince, last) = (startedAt, (Arrival: -1L, Version: -1L));
        while (true)
        {
            var report = await status.ReadAsync(CancellationToken.None);
            var now = (world.Org.LastArrival, await RowHistory.LastAsync(world));
            if (!report.IsQuiet || now != last)
            {
                (quietSince, last) = (clock.GetTimestamp(), now);
            }

            var elapsed = clock.GetElapsedTime(startedAt);
            if (clock.GetElapsedTime(quietSince) >= QuietMin)
            {
                return new Verdict("I7", "when edits stop, writes stop", FormattableString.Invariant($"at rest {(elapsed - QuietMin).TotalSeconds:0} s after the last edit, and for {QuietMin.TotalSeconds:0} s since"), []);
            }

            if (elapsed > options.QuietMax)
            {
                return new Verdict("I7", "when edits stop, writes stop", FormattableString.Invariant($"waited {elapsed.TotalSeconds:0} s"), [$"still moving: {(report.IsQuiet ? "writes go on arriving" : report.Moving)}"]);
            }

            progress(FormattableString.Invariant($"{elapsed.TotalSeconds:0} s without edits: {(report.IsQuiet ? "quiet" : report.Moving)}"));
            await Task.Delay(LookInterval, clock);
        }
    }
}
