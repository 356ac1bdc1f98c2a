using System.Globalization;
using ActorSync.OrgSimulator.Http;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorHttp;

public sealed class WireValueTests
{
    // Seen in exports of real orgs: 9.9213206E7, 1.15056052E8, 9.0E7 (forcedotcom/dataloader issues 161 and 1204).
    [Theory]
    [InlineData("0", "0.0")]
    [InlineData("1", "1.0")]
    [InlineData("-23.50", "-23.5")]
    [InlineData("9999999.99", "9999999.99")]
    [InlineData("10000000", "1.0E7")]
    [InlineData("99213206", "9.9213206E7")]
    [InlineData("-115056052", "-1.15056052E8")]
    [InlineData("90000000", "9.0E7")]
    [InlineData("0.001", "0.001")]
    [InlineData("0.000123", "1.23E-4")]
    [InlineData("0.1", "0.1")]
    [InlineData("1234567.891", "1234567.891")]
    [InlineData("999999999999999999", "1.0E18")]
    [InlineData("123456789012345678", "1.2345678901234568E17")]
    public void Doubles_are_written_as_Java_writes_them(string value, string text) =>
        WireValue.Double(decimal.Parse(value, CultureInfo.InvariantCulture)).ShouldBe(text);

    [Fact]
    public void Every_double_reads_back_as_itself()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var value = decimal.Round((decimal)(random.NextDouble() * Math.Pow(10, random.Next(0, 16))), random.Next(0, 8));
            double.Parse(WireValue.Double(value), CultureInfo.InvariantCulture).ShouldBe((double)value);
        }
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00Z")]
    [InlineData("2026-01-01T00:00:00.000Z")]
    [InlineData("2026-01-01T01:00:00+01:00")]
    [InlineData("2026-01-01T01:00:00+0100")]
    [InlineData("2025-12-31T19:00:00.000-0500")]
    [InlineData("2026-01-01")]
    [InlineData("2026-01-01T00:00:00")]
    public void Moments_are_read_in_every_form_that_clients_send(string text)
    {
        WireValue.TryDateTime(text, out var value).ShouldBeTrue();
        value.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Moments_are_written_with_milliseconds_in_UTC()
    {
        var moment = new DateTimeOffset(2015, 8, 19, 10, 17, 0, TimeSpan.FromHours(2));
        WireValue.SoapDateTime(moment).ShouldBe("2015-08-19T08:17:00.000Z");
        WireValue.RestDateTime(moment).ShouldBe("2015-08-19T08:17:00.000+0000");
    }

    [Theory]
    [InlineData(31, "Summer '14")]
    [InlineData(32, "Winter '15")]
    [InlineData(65, "Winter '26")]
    [InlineData(66, "Spring '26")]
    [InlineData(67, "Summer '26")]
    public void Versions_carry_their_release_name(int version, string label) => ApiVersion.Label(version).ShouldBe(label);

    [Theory]
    [InlineData("v66.0", 66)]
    [InlineData("47", 47)]
    [InlineData("66.1", null)]
    [InlineData("x", null)]
    public void Versions_are_read(string text, int? version) => ApiVersion.Parse(text).ShouldBe(version);
}
