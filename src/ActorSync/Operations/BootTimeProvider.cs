using System.Runtime.InteropServices;

namespace ActorSync.Operations;

/// <summary>
/// The clock of a node: its timestamps count the time in which the machine was suspended, as those of <see cref="TimeProvider.System"/> do not on Linux and macOS, so that a node that wakes
/// knows at once that it no longer has its leases, and that its requests are past their deadlines. No setting of the wall clock moves them. Timers are the system's and do not count
/// suspension: who must know acts on timestamps. Elsewhere (Windows), the system's timestamps count it already.
/// </summary>
internal sealed class BootTimeProvider : TimeProvider
{
    // clock_gettime(2): CLOCK_BOOTTIME of Linux; clock_gettime(3): CLOCK_MONOTONIC of macOS, which goes on in sleep.
    private const int LinuxBootTime = 7;
    private const int MacMonotonic = 6;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private static readonly int? Clock = OperatingSystem.IsLinux() ? LinuxBootTime : OperatingSystem.IsMacOS() ? MacMonotonic : null;

    /// <inheritdoc/>
    public override long TimestampFrequency => Clock is null ? base.TimestampFrequency : NanosecondsPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        if (Clock is not { } clock)
        {
            return base.GetTimestamp();
        }

        return GetTime(clock, out var time) == 0
            ? (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds
            : throw new InvalidOperationException($"clock_gettime({clock}) failed with errno {Marshal.GetLastPInvokeError()}: ActorSync needs a clock that counts suspension");
    }

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetTime(int clock, out TimeSpec time);

    /// <summary>struct timespec: two C longs.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);
}
