using ActorSync.Salesforce;
using ActorSync.Salesforce.Http;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Http;

public sealed class OneLineTests
{
    [Fact]
    public void Line_ends_and_control_characters_become_one_space() => OneLine.Of("  a\r\n\t b\u0007c ").ShouldBe("a b c");

    [Fact]
    public void Secrets_are_hidden() => OneLine.Of("token abc is bad: abc", "abc", null, "").ShouldBe("token *** is bad: ***");

    [Fact]
    public void Long_text_is_cut() => OneLine.Of(new string('x', 5_000)).Length.ShouldBe(1_001);

    [Theory]
    [InlineData("api-usage=18/5000", 18L, 5000L)]
    [InlineData("api-usage=25/5000; per-app-api-usage=17/250(appName=sample-connected-app)", 25L, 5000L)]
    public void Limit_header_gives_the_orgs_usage(string header, long used, long max) => HttpExchange.ParseUsage(header).ShouldBe(new ApiUsage(used, max));

    [Theory]
    [InlineData("")]
    [InlineData("api-usage=x/5000")]
    [InlineData("per-app-api-usage=17/250(appName=x)")]
    public void Limit_header_without_it_gives_nothing(string header) => HttpExchange.ParseUsage(header).ShouldBeNull();
}
