using ActorSync.Configuration;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.ConfigFixture;

namespace ActorSync.UnitTests.Configuration;

/// <summary>From texts to a <see cref="SyncConfig"/> or to every error at once. Single keys and relations; mappings have tests of their own.</summary>
public sealed class SyncConfigLoaderTests
{
    [Fact]
    public void Minimal_file_gets_the_defaults()
    {
        var config = Valid(Minimal);
        config.Postgres.Url.Host.ShouldBe("db.example.com");
        config.Postgres.Schema.ShouldBe("salesforce");
        config.Salesforce.ClientSecret.ShouldNotBeNull().Reveal().ShouldBe("sf-secret");
        config.Salesforce.RefreshToken.ShouldBeNull();
        config.Salesforce.SettleLimit.ShouldBe(TimeSpan.FromMinutes(10));
        config.Salesforce.ResponseBytesMax.ShouldBe(64L << 20);
        config.Runtime.Lease.ShouldBe(new LeaseConfig { Ttl = TimeSpan.FromSeconds(6), Renew = TimeSpan.FromSeconds(1), Margin = TimeSpan.FromSeconds(2) });
        config.Feed.OverlapInterval.ShouldBe(TimeSpan.FromMinutes(1));
        config.Mappings.ShouldHaveSingleItem().Table.ShouldBe("account");
    }

    [Fact]
    public void Later_file_wins_over_an_earlier_one_and_the_environment_over_both()
    {
        var files = Reader(("a.conf", Minimal), ("b.conf", "actorsync { feed.interval = 7s, node.name = b }"));
        var environment = new Dictionary<string, string> { ["ACTORSYNC_NODE_NAME"] = "from-environment", ["ACTORSYNC_FEED_INTERVAL"] = "" };
        var config = SyncConfigLoader.Load(["a.conf", "b.conf"], environment, files).Config.ShouldNotBeNull();
        config.Feed.Interval.ShouldBe(TimeSpan.FromSeconds(7));
        config.Node.Name.ShouldBe("from-environment");
    }

    [Fact]
    public void Keys_beside_actorsync_are_the_users_own() =>
        Valid($"interval = 3s\n{Minimal}\nactorsync.feed.interval = ${{interval}}").Feed.Interval.ShouldBe(TimeSpan.FromSeconds(3));

    [Theory]
    [InlineData("actorsync.feed.intervall = 2s", "conf/my.conf:10: actorsync.feed.intervall: there is no such key; write interval")]
    [InlineData("actorsync.feeed.interval = 2s", "conf/my.conf:10: actorsync.feeed: there is no such key; write feed")]
    [InlineData("actorsync.coordinator.settle-limit = 5s", "conf/my.conf:10: actorsync.coordinator.settle-limit: there is no such key; write it as actorsync.salesforce.settle-limit")]
    [InlineData("actorsync.runtime.poll.colour = 1", "conf/my.conf:10: actorsync.runtime.poll.colour: there is no such key; remove it; the keys here are min, max, watch-interval")]
    [InlineData("actorsink { }", "conf/my.conf:10: actorsink: there is no such key; write actorsync")]
    [InlineData("feed { interval = 2s }", "conf/my.conf:10: feed: stands outside the block actorsync; write actorsync { feed ... }")]
    [InlineData("actorsync.feed = 2s", "conf/my.conf:10: actorsync.feed: is a text, not a block; write feed { ... }")]
    [InlineData("actorsync.feed.interval { }", null)]
    [InlineData("actorsync.feed.interval = [2s]", "conf/my.conf:10: actorsync.feed.interval: is a list, not a single value; write a duration from 100ms to 1h: a number and one of ms, s, m, h, d, such as 250ms or 5 minutes")]
    [InlineData("actorsync.feed.interval = 2", "conf/my.conf:10: actorsync.feed.interval: \"2\" has no unit; write a duration from 100ms to 1h: a number and one of ms, s, m, h, d, such as 250ms or 5 minutes")]
    [InlineData("actorsync.feed.interval = soon", "conf/my.conf:10: actorsync.feed.interval: \"soon\" is not a duration; write a duration from 100ms to 1h: a number and one of ms, s, m, h, d, such as 250ms or 5 minutes")]
    [InlineData("actorsync.feed.interval = 2h", "conf/my.conf:10: actorsync.feed.interval: \"2h\" is out of range; write a duration from 100ms to 1h: a number and one of ms, s, m, h, d, such as 250ms or 5 minutes")]
    [InlineData("actorsync.feed.interval = null", "conf/my.conf:10: actorsync.feed.interval: is missing, it has no default; write a duration from 100ms to 1h: a number and one of ms, s, m, h, d, such as 250ms or 5 minutes in the block actorsync.feed, or set ACTORSYNC_FEED_INTERVAL")]
    [InlineData("actorsync.coordinator.soap-rows-max = 201", "conf/my.conf:10: actorsync.coordinator.soap-rows-max: \"201\" is out of range; write a whole number from 1 to 200")]
    [InlineData("actorsync.coordinator.soap-rows-max = 1.5", "conf/my.conf:10: actorsync.coordinator.soap-rows-max: \"1.5\" is not a whole number; write a whole number from 1 to 200")]
    [InlineData("actorsync.salesforce.response-bytes-max = 64", "conf/my.conf:10: actorsync.salesforce.response-bytes-max: \"64\" has no unit; write a size from 1MiB to 1GiB: a number and one of B, kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024), such as 64MiB")]
    [InlineData("actorsync.coordinator.bulk.rows-max = 10001", "conf/my.conf:10: actorsync.coordinator.bulk.rows-max: \"10001\" is out of range; write a whole number from 1 to 10000")]
    [InlineData("actorsync.salesforce.api-version = 30.0", "conf/my.conf:10: actorsync.salesforce.api-version: \"30.0\" is retired; 31.0 is the oldest; write a version such as 64.0")]
    [InlineData("actorsync.salesforce.login-url = \"https://x.my.salesforce.com/services\"", "conf/my.conf:10: actorsync.salesforce.login-url: holds more than the origin; write https://x.my.salesforce.com")]
    [InlineData("actorsync.salesforce.login-url = x.my.salesforce.com", "conf/my.conf:10: actorsync.salesforce.login-url: is not an https:// address; write login-url = \"https://YOUR-DOMAIN.my.salesforce.com\"")]
    [InlineData("actorsync.salesforce.client-secret = \"\"", "conf/my.conf:10: actorsync.salesforce.client-secret: is empty; write client-secret = ${?VARIABLE} and keep the secret in the environment")]
    [InlineData("actorsync.postgres.schema = actorsync", "conf/my.conf:10: actorsync.postgres.schema: \"actorsync\" is the schema of the engine's own tables; write the name of a schema for the mapped tables, such as salesforce")]
    [InlineData("actorsync.postgres.schema = pg_x", "conf/my.conf:10: actorsync.postgres.schema: \"pg_x\" begins with pg_, which PostgreSQL keeps for itself; write the name of a schema for the mapped tables, such as salesforce")]
    [InlineData("actorsync.conflict.policy = counter", "conf/my.conf:10: actorsync.conflict.policy: counter is a policy of single number fields, { name = Total__c, policy = counter } in a mapping with feed = cdc; write latest-wins, salesforce-wins, postgres-wins or manual")]
    [InlineData("actorsync.conflict.policy = latest_win", "conf/my.conf:10: actorsync.conflict.policy: \"latest_win\" is none of the choices; write latest-wins; the choices are latest-wins, salesforce-wins, postgres-wins or manual")]
    public void Wrong_key_or_value_is_one_error_with_file_line_key_and_remedy(string line, string? expected) =>
        ErrorsOfMinimalAnd(line).ShouldBe([expected ?? "conf/my.conf:10: actorsync.feed.interval: is a block, not a single value; write a duration from 100ms to 1h: a number and one of ms, s, m, h, d, such as 250ms or 5 minutes"]);

    [Theory]
    [InlineData("salesforce.api-version = \"40.0\"", "salesforce.api-version: Bulk API 2.0 begins with 41.0: however much there is to write goes by SOAP; write 41.0 or later, or coordinator.bulk.jobs-max = 0")]
    [InlineData("coordinator.ready-writes-max = 1999", "coordinator.ready-writes-max: is smaller than coordinator.bulk.rows-min: so many writes are never ready, and everything goes by SOAP; write at least 2000, or coordinator.bulk.jobs-max = 0")]
    [InlineData("salesforce.api-version = \"40.0\", coordinator.bulk.jobs-max = 0", null)]
    [InlineData("coordinator.order = log", null)]
    public void Settings_under_which_no_job_is_ever_made_are_warned_of(string keys, string? expected)
    {
        var loaded = Load($"{Minimal}\nactorsync {{ {keys} }}");
        var options = NodeOptions.From(loaded.Config.ShouldNotBeNull());
        loaded.Report.Warnings.Select(warning => warning.ToString()).ShouldBe(expected is null ? [] : [$"conf/my.conf:10: actorsync.{expected}"]);
        options.Cut.Jobs.ShouldBe(keys.Contains("40.0", StringComparison.Ordinal) || keys.Contains("log", StringComparison.Ordinal) ? null : new(2000, 10_000, TimeSpan.FromMilliseconds(500), 4, 99_900_000));
    }

    [Theory]
    [InlineData("runtime.shard-count = 48", "48 is not a power of two: the shard is taken from the last bits of the record's UUID; write 32 or 64")]
    [InlineData("runtime.lease.ttl = 3s, runtime.lease.margin = 1s", "3s is not longer than three times runtime.lease.renew: two late renewals would lose the lease; write more than 3s, or renew more often")]
    [InlineData("runtime.lease.renew = 2s", "6s is not longer than three times runtime.lease.renew: two late renewals would lose the lease; write more than 6s, or renew more often")]
    [InlineData("runtime.lease.margin = 3s", "3s is not shorter than half of runtime.lease.ttl: too little of the lease could be used; write less than 3s")]
    [InlineData("runtime.turn.time-budget = 3s", "3s does not fit into the trust window runtime.lease.ttl - margin - renew: a turn would outlive its lease; write less than 3s, or a longer ttl")]
    [InlineData("runtime.poll.min = 26ms", "26ms is longer than runtime.poll.max; write at most 25ms")]
    [InlineData("runtime.write-back.lock-timeout = 200ms", "200ms is not shorter than runtime.turn.time-budget: one locked row would use up the turn; write less than 100ms")]
    [InlineData("runtime.actor-cache.records-max = 4999", "4999 is smaller than runtime.turn.messages-max: the records of one turn must fit; write at least 5000")]
    [InlineData("salesforce.connect-timeout = 1m, salesforce.request-deadline = 1m", "1m is not shorter than salesforce.request-deadline, which includes it; write less than 1m")]
    [InlineData("coordinator.ready-writes-max = 799", "799 is smaller than coordinator.soap-rows-max times submissions-max: submissions could not be filled; write at least 800")]
    [InlineData("coordinator.bulk.rows-min = 10000, coordinator.bulk.rows-max = 9999", "10000 is greater than coordinator.bulk.rows-max: no job could hold as many; write at most 9999")]
    [InlineData("coordinator.bulk.poll-interval = 31s", "31s is longer than coordinator.bulk.poll-interval-max; write at most 30s")]
    [InlineData("coordinator.retry.delay = 31s", "31s is longer than coordinator.retry.delay-max; write at most 30s")]
    [InlineData("feed.overlap-interval = 1s", "1s is shorter than feed.interval: the overlap is read in a poll; write at least 2s")]
    [InlineData("feed.overlap = 59s", "59s is shorter than feed.overlap-interval: changes between two readings of it would be missed; write at least 1m")]
    public void Broken_relation_is_one_error_on_a_line_of_the_user(string keys, string expected)
    {
        var errors = ErrorsOfMinimalAnd($"actorsync {{ {keys} }}");
        errors.ShouldHaveSingleItem().ShouldStartWith("conf/my.conf:10: actorsync.");
        errors[0].ShouldEndWith(expected);
    }

    [Fact]
    public void Missing_required_keys_point_at_the_block_they_belong_to()
    {
        var errors = ErrorsOf("actorsync {\n  node.name = x\n  salesforce {\n    client-id = a\n  }\n}");
        errors.ShouldBe(
        [
            "conf/my.conf:1: actorsync.postgres.url: is missing, it has no default; write url = \"postgres://user:password@host:5432/database\" in the block actorsync.postgres, or set ACTORSYNC_POSTGRES_URL",
            "conf/my.conf:1: actorsync.mappings: is missing, it has no default; write mappings = [ ... ] and in it, per object, { object = Account, fields = [Name, Phone] } in the block actorsync",
            "conf/my.conf:3: actorsync.salesforce.login-url: is missing, it has no default; write login-url = \"https://YOUR-DOMAIN.my.salesforce.com\" in the block actorsync.salesforce, or set ACTORSYNC_SALESFORCE_LOGIN_URL",
            "conf/my.conf:3: actorsync.salesforce.client-secret: is missing, it has no default; write client-secret = ${?VARIABLE} and keep the secret in the environment in the block actorsync.salesforce, or set ACTORSYNC_SALESFORCE_CLIENT_SECRET",
        ]);
    }

    [Fact]
    public void Absent_file_is_one_error_and_nothing_seems_missing_from_it() =>
        SyncConfigLoader.Load(["no.conf"], new Dictionary<string, string>(), Reader()).Report.Errors.ShouldHaveSingleItem().ToString()
            .ShouldStartWith("no.conf: there is no such file;");

    [Fact]
    public void Errors_of_text_values_and_relations_come_together()
    {
        var errors = ErrorsOfMinimalAnd("actorsync {\n  feed.interval = 2\n  node.name = a@b\n  runtime.shard-count = 3\n  colour = red\n}\nactorsync.postgres.schema = PG");
        errors.Select(e => e.Split(": ")[0] + " " + e.Split(": ")[1]).ShouldBe(
        [
            "conf/my.conf:11 actorsync.feed.interval", "conf/my.conf:12 actorsync.node.name", "conf/my.conf:13 actorsync.runtime.shard-count",
            "conf/my.conf:14 actorsync.colour", "conf/my.conf:16 actorsync.postgres.schema",
        ]);
    }

    [Fact]
    public void Mistake_in_the_environment_names_the_variable()
    {
        var report = Load(Minimal, ("ACTORSYNC_FEED_INTERVAL", "often"), ("ACTORSYNC_POSTGRES_URI", "x"), ("ACTORSYNC_POSTGRES", "x"), ("ACTORSYNC_HOME", "x")).Report;
        report.Errors.ShouldHaveSingleItem().ToString().ShouldStartWith("environment variable ACTORSYNC_FEED_INTERVAL: actorsync.feed.interval: \"often\" is not a duration;");
        report.Warnings.ShouldHaveSingleItem().ToString().ShouldBe("environment variable ACTORSYNC_POSTGRES_URI: this variable sets no key; write ACTORSYNC_POSTGRES_URL");
    }

    [Fact]
    public void Secret_in_clear_text_over_the_network_is_a_warning()
    {
        Load(Minimal, ("ACTORSYNC_SALESFORCE_LOGIN_URL", "http://org:8080")).Report.Warnings.ShouldHaveSingleItem().Key.ShouldBe("actorsync.salesforce.login-url");
        Load(Minimal, ("ACTORSYNC_SALESFORCE_LOGIN_URL", "http://127.0.0.1:8080")).Report.Warnings.ShouldBeEmpty();
    }
}
