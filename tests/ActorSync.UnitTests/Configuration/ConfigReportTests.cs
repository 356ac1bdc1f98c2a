using System.Text.Json;
using ActorSync.Configuration;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.ConfigFixture;

namespace ActorSync.UnitTests.Configuration;

public sealed class ConfigReportTests
{
    [Fact]
    public void Values_show_where_each_was_written_and_no_secret()
    {
        var report = Load(Minimal, ("ACTORSYNC_FEED_INTERVAL", "3 seconds"), ("ACTORSYNC_SALESFORCE_REFRESH_TOKEN", "sf-refresh")).Report;
        var lines = report.ValuesToText().Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToArray();
        lines.ShouldContain("actorsync.postgres.url = postgres://app@db.example.com:5432/crm # conf/my.conf:2");
        lines.ShouldContain("actorsync.salesforce.client-secret = *** # conf/my.conf:6");
        lines.ShouldContain("actorsync.salesforce.refresh-token = *** # environment variable ACTORSYNC_SALESFORCE_REFRESH_TOKEN");
        lines.ShouldContain("actorsync.feed.interval = 3s # environment variable ACTORSYNC_FEED_INTERVAL");
        lines.ShouldContain(l => l.StartsWith("actorsync.runtime.shard-count = 32 # built-in reference.conf:", StringComparison.Ordinal));
        lines.ShouldContain("actorsync.mappings[0].table = account # conf/my.conf:8");
        lines.ShouldContain("actorsync.mappings[0].fields = Name, Phone # conf/my.conf:8");
        lines.ShouldContain(l => l.StartsWith("actorsync.mappings[0].policy = latest-wins # built-in reference.conf:", StringComparison.Ordinal));
        ShouldHoldNoSecret(report);
    }

    [Fact]
    public void Json_holds_errors_warnings_and_values()
    {
        var report = Load($"{Minimal}\nactorsync.feed.interval = x", ("ACTORSYNC_FEED_OVERLAB", "1m")).Report;
        var json = JsonDocument.Parse(report.ToJson()).RootElement;
        json.GetProperty("valid").GetBoolean().ShouldBeFalse();
        var error = json.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("file").GetString().ShouldBe("conf/my.conf");
        error.GetProperty("line").GetInt32().ShouldBe(10);
        error.GetProperty("key").GetString().ShouldBe("actorsync.feed.interval");
        error.GetProperty("message").GetString().ShouldBe("\"x\" is not a duration");
        error.GetProperty("remedy").GetString().ShouldNotBeNull().ShouldStartWith("write a duration");
        json.GetProperty("warnings").GetArrayLength().ShouldBe(1);
        json.GetProperty("values").EnumerateArray().Select(v => v.GetProperty("key").GetString()).ShouldContain("actorsync.node.name");
        ShouldHoldNoSecret(report);
    }

    [Fact]
    public void Errors_beyond_the_limit_are_counted()
    {
        var text = string.Concat(Enumerable.Range(0, 250).Select(i => $"actorsync.feed.wrong{i} = 1\n"));
        var report = Load($"{Minimal}\n{text}").Report;
        report.Errors.Length.ShouldBe(ConfigProblems.ErrorsMax);
        report.ProblemsToText().ShouldEndWith("... and 150 more errors\n250 errors, 0 warnings\n");
    }

    [Fact]
    public void Secret_shows_itself_only_when_asked()
    {
        var secret = new Secret("s3cret");
        $"{secret}".ShouldBe("***");
        Valid(Minimal).ToString().ShouldNotContain("sf-secret");
        Valid(Minimal).ToString().ShouldNotContain("pg-password");
        secret.Reveal().ShouldBe("s3cret");
        secret.ShouldBe(new Secret("s3cret"));
        secret.ShouldNotBe(new Secret("other"));
    }

    private static void ShouldHoldNoSecret(ConfigReport report)
    {
        foreach (var secret in (string[])["pg-password", "sf-secret", "sf-refresh"])
        {
            (report.ToJson() + report.ValuesToText() + report.ProblemsToText()).ShouldNotContain(secret);
        }
    }
}
