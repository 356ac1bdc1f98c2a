using ActorSync.Demo;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Demo;

public sealed class PlainValueTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Values_that_mean_the_same_are_equal_however_they_are_written()
    {
        PlainValue.AreEqual(null, null).ShouldBeTrue();
        PlainValue.AreEqual(null, "  ").ShouldBeTrue();
        PlainValue.AreEqual("a", " a ").ShouldBeTrue();
        PlainValue.AreEqual(12.5m, "12.50").ShouldBeTrue();
        PlainValue.AreEqual(3L, "3").ShouldBeTrue();
        PlainValue.AreEqual(false, null).ShouldBeTrue();
        PlainValue.AreEqual(true, "true").ShouldBeTrue();
        PlainValue.AreEqual(Noon, "2030-01-02 12:00:00+00").ShouldBeTrue();
        PlainValue.AreEqual(new DateOnly(2030, 1, 2), "2030-01-02").ShouldBeTrue();
        PlainValue.AreEqual(new TimeOnly(3, 4, 5), "03:04:05").ShouldBeTrue();
    }

    [Fact]
    public void Values_that_differ_are_not()
    {
        PlainValue.AreEqual(null, "a").ShouldBeFalse();
        PlainValue.AreEqual("a", null).ShouldBeFalse();
        PlainValue.AreEqual("a", "A").ShouldBeFalse();
        PlainValue.AreEqual(12.5m, "12.51").ShouldBeFalse();
        PlainValue.AreEqual(0m, null).ShouldBeFalse();
        PlainValue.AreEqual(true, null).ShouldBeFalse();
        PlainValue.AreEqual(false, "true").ShouldBeFalse();
        PlainValue.AreEqual(Noon, "2030-01-02 12:00:01+00").ShouldBeFalse();
        PlainValue.AreEqual(new DateOnly(2030, 1, 2), "2030-01-03").ShouldBeFalse();
    }
}
