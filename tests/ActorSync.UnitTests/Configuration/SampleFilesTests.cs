using ActorSync.Configuration;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Configuration;

/// <summary>The files in hocon/ as they are shipped, read from beside the program.</summary>
public sealed class SampleFilesTests
{
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["ACTORSYNC_POSTGRES_URL"] = "postgres://actorsync:pg-password@localhost:5432/demo",
        ["ACTORSYNC_SALESFORCE_LOGIN_URL"] = "http://localhost:8080",
        ["ACTORSYNC_SALESFORCE_CLIENT_ID"] = "client",
        ["ACTORSYNC_SALESFORCE_CLIENT_SECRET"] = "sf-secret",
    };

    [Theory]
    [InlineData("demo.conf")]
    [InlineData("actorsync.conf")]
    public void Sample_is_valid_with_the_secrets_in_the_environment(string name)
    {
        var loaded = SyncConfigLoader.Load([Path.Combine(ConfigFixture.SampleFolder, name)], Environment);
        loaded.Report.ProblemsToText().ShouldBe("0 errors, 0 warnings\n");
        loaded.Config.ShouldNotBeNull().Mappings.Select(m => m.Object).ShouldBe(["Account", "Contact", "Lead", "Opportunity", "Case"]);
    }

    [Fact]
    public void Sample_without_the_environment_lacks_the_four_required_keys()
    {
        var file = Path.Combine(ConfigFixture.SampleFolder, "actorsync.conf");
        var errors = SyncConfigLoader.Load([file], new Dictionary<string, string>()).Report.Errors;
        errors.Select(e => e.Key).ShouldBe(
            ["actorsync.postgres.url", "actorsync.salesforce.login-url", "actorsync.salesforce.client-id", "actorsync.salesforce.client-secret"]);
        errors.ShouldAllBe(e => e.Origin.Source == file && e.Origin.Line > 1 && e.Message == "is missing, it has no default");
    }

    [Fact]
    public void Demo_settles_and_polls_in_seconds()
    {
        var config = SyncConfigLoader.Load([Path.Combine(ConfigFixture.SampleFolder, "demo.conf")], Environment).Config.ShouldNotBeNull();
        config.Salesforce.SettleLimit.ShouldBe(TimeSpan.FromSeconds(5));
        (config.Feed.Interval, config.Feed.Overlap).ShouldBe((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)));
    }
}
