using System.Globalization;
using ActorSync.Operations;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Operations;

public sealed class BootTimeProviderTests
{
    private readonly BootTimeProvider _clock = new();

    // The kernel says there how long the machine is up, sleep included, to a hundredth. `unshare --user --map-root-user --time --boottime 1000` sets that clock apart from the one without sleep.
    [Fact]
    public void Its_timestamps_are_the_machines_time_since_boot_sleep_included()
    {
        var before = _clock.GetTimestamp();
        var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        var after = _clock.GetTimestamp();

        uptime.ShouldBeInRange(Seconds(before) - 0.02, Seconds(after) + 0.02);
    }

    [Fact]
    public void It_measures_as_the_systems_clock_does_while_the_machine_is_awake()
    {
        var (began, systems) = (_clock.GetTimestamp(), TimeProvider.System.GetTimestamp());
        SpinWait.SpinUntil(() => TimeProvider.System.GetElapsedTime(systems) >= TimeSpan.FromMilliseconds(20));

        _clock.GetElapsedTime(began).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(20));
        (_clock.GetUtcNow() - TimeProvider.System.GetUtcNow()).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    private double Seconds(long timestamp) => timestamp / (double)_clock.TimestampFrequency;
}
