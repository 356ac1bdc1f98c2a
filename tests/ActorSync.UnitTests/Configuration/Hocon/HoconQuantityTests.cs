using ActorSync.Configuration.Hocon;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Configuration.Hocon;

public sealed class HoconQuantityTests
{
    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("250 milliseconds", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("5 minutes", 300_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1 day", 86_400_000)]
    [InlineData("0", 0)]
    public void Duration_is_read_in_its_unit(string text, int milliseconds) =>
        HoconQuantity.ReadDuration(text).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("1.2.3s")]
    [InlineData("5 fortnights")]
    [InlineData("1S")]
    [InlineData("99999999999999999999d")]
    [InlineData("99999999999999999999999999999999999999d")]
    [InlineData("0.000000001us")]
    public void Duration_without_a_sensible_meaning_is_none(string text) => HoconQuantity.ReadDuration(text).ShouldBeNull();

    [Theory]
    [InlineData("512B", 512)]
    [InlineData("10 kB", 10_000)]
    [InlineData("10KiB", 10_240)]
    [InlineData("2MB", 2_000_000)]
    [InlineData("2 MiB", 2_097_152)]
    [InlineData("2M", 2_097_152)]
    [InlineData("1GiB", 1_073_741_824)]
    [InlineData("0.5KiB", 512)]
    public void Size_is_read_in_its_unit(string text, long bytes) => HoconQuantity.ReadBytes(text).ShouldBe(bytes);

    [Theory]
    [InlineData("64")]
    [InlineData("64 mib")]
    [InlineData("MB")]
    [InlineData("0.3B")]
    public void Size_without_a_sensible_meaning_is_none(string text) => HoconQuantity.ReadBytes(text).ShouldBeNull();

    [Theory]
    [InlineData("90s", "90s")]
    [InlineData("120s", "2m")]
    [InlineData("1500ms", "1500ms")]
    [InlineData("24h", "1d")]
    [InlineData("5us", "5us")]
    [InlineData("0", "0us")]
    public void Duration_is_shown_as_it_would_be_written(string text, string shown)
    {
        var duration = HoconQuantity.ReadDuration(text).ShouldNotBeNull();
        HoconQuantity.Show(duration).ShouldBe(shown);
        HoconQuantity.ReadDuration(shown).ShouldBe(duration);
    }

    [Fact]
    public void Size_is_shown_as_it_would_be_written()
    {
        HoconQuantity.ShowBytes(64L << 20).ShouldBe("64MiB");
        HoconQuantity.ShowBytes(1025).ShouldBe("1025B");
    }
}
