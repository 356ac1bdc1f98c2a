using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using ActorSync.Budget;
using ActorSync.Configuration.Hocon;

namespace ActorSync.Configuration;

/// <summary>What must hold between keys. Each relation is checked if the keys it names were bound without an error.</summary>
internal static class SyncConfigValidator
{
    /// <param name="Key">The key to change.</param>
    /// <param name="Other">The key it stands in relation to.</param>
    /// <param name="Holds">False if the relation is broken.</param>
    /// <param name="Message">What is wrong and why it matters.</param>
    /// <param name="Remedy">What to write.</param>
    private sealed record Relation(string Key, string Other, Func<SyncConfig, bool> Holds, string Message, Func<SyncConfig, string> Remedy);

    private static readonly ImmutableArray<Relation> Relations =
    [
        new("runtime.shard-count", "runtime.shard-count", c => BitOperations.IsPow2(c.Runtime.ShardCount),
            "is not a power of two: the shard is taken from the last bits of the record's UUID",
            c => $"write {Show(PowersAround(c.Runtime.ShardCount).Lower)} or {Show(PowersAround(c.Runtime.ShardCount).Upper)}"),
        new("runtime.lease.ttl", "runtime.lease.renew", c => c.Runtime.Lease.Ttl > 3 * c.Runtime.Lease.Renew,
            "is not longer than three times runtime.lease.renew: two late renewals would lose the lease",
            c => $"write more than {Show(3 * c.Runtime.Lease.Renew)}, or renew more often"),
        new("runtime.lease.margin", "runtime.lease.ttl", c => c.Runtime.Lease.Margin < c.Runtime.Lease.Ttl / 2,
            "is not shorter than half of runtime.lease.ttl: too little of the lease could be used",
            c => $"write less than {Show(c.Runtime.Lease.Ttl / 2)}"),
        new("runtime.turn.time-budget", "runtime.lease.ttl", c => c.Runtime.Turn.TimeBudget < c.Runtime.Lease.Ttl - c.Runtime.Lease.Margin - c.Runtime.Lease.Renew,
            "does not fit into the trust window runtime.lease.ttl - margin - renew: a turn would outlive its lease",
            c => $"write less than {Show(c.Runtime.Lease.Ttl - c.Runtime.Lease.Margin - c.Runtime.Lease.Renew)}, or a longer ttl"),
        new("runtime.poll.min", "runtime.poll.max", c => c.Runtime.Poll.Min <= c.Runtime.Poll.Max,
            "is longer than runtime.poll.max", c => $"write at most {Show(c.Runtime.Poll.Max)}"),
        new("runtime.write-back.lock-timeout", "runtime.turn.time-budget", c => c.Runtime.WriteBack.LockTimeout < c.Runtime.Turn.TimeBudget,
            "is not shorter than runtime.turn.time-budget: one locked row would use up the turn",
            c => $"write less than {Show(c.Runtime.Turn.TimeBudget)}"),
        new("runtime.actor-cache.records-max", "runtime.turn.messages-max", c => c.Runtime.ActorCache.RecordsMax >= c.Runtime.Turn.MessagesMax,
            "is smaller than runtime.turn.messages-max: the records of one turn must fit",
            c => $"write at least {Show(c.Runtime.Turn.MessagesMax)}"),
        new("salesforce.connect-timeout", "salesforce.request-deadline", c => c.Salesforce.ConnectTimeout < c.Salesforce.RequestDeadline,
            "is not shorter than salesforce.request-deadline, which includes it",
            c => $"write less than {Show(c.Salesforce.RequestDeadline)}"),
        new("coordinator.ready-writes-max", "coordinator.submissions-max", c => c.Coordinator.ReadyWritesMax >= c.Coordinator.SoapRowsMax * c.Coordinator.SubmissionsMax,
            "is smaller than coordinator.soap-rows-max times submissions-max: submissions could not be filled",
            c => $"write at least {Show(c.Coordinator.SoapRowsMax * c.Coordinator.SubmissionsMax)}"),
        new("coordinator.offers-max", "coordinator.ready-writes-max", c => c.Coordinator.OffersMax >= c.Coordinator.ReadyWritesMax,
            "is smaller than coordinator.ready-writes-max: capture would wait before the coordinator has all it may hold",
            c => $"write at least {Show(c.Coordinator.ReadyWritesMax)}"),
        new("coordinator.bulk.rows-min", "coordinator.bulk.rows-max", c => c.Coordinator.Bulk.RowsMin <= c.Coordinator.Bulk.RowsMax,
            "is greater than coordinator.bulk.rows-max: no job could hold as many", c => $"write at most {Show(c.Coordinator.Bulk.RowsMax)}"),
        new("coordinator.bulk.poll-interval", "coordinator.bulk.poll-interval-max", c => c.Coordinator.Bulk.PollInterval <= c.Coordinator.Bulk.PollIntervalMax,
            "is longer than coordinator.bulk.poll-interval-max", c => $"write at most {Show(c.Coordinator.Bulk.PollIntervalMax)}"),
        new("coordinator.retry.delay", "coordinator.retry.delay-max", c => c.Coordinator.Retry.Delay <= c.Coordinator.Retry.DelayMax,
            "is longer than coordinator.retry.delay-max", c => $"write at most {Show(c.Coordinator.Retry.DelayMax)}"),
        new("feed.overlap-interval", "feed.interval", c => c.Feed.OverlapInterval >= c.Feed.Interval,
            "is shorter than feed.interval: the overlap is read in a poll", c => $"write at least {Show(c.Feed.Interval)}"),
        new("feed.overlap", "feed.overlap-interval", c => c.Feed.Overlap >= c.Feed.OverlapInterval,
            "is shorter than feed.overlap-interval: changes between two readings of it would be missed",
            c => $"write at least {Show(c.Feed.OverlapInterval)}"),
    ];

    public static void Validate(SyncConfig config, ConfigBinding binding)
    {
        foreach (var relation in Relations)
        {
            var key = binding.Find($"{SyncConfigBinder.Root}.{relation.Key}");
            var other = binding.Find($"{SyncConfigBinder.Root}.{relation.Other}");
            if (key is not null && other is not null && !relation.Holds(config))
            {
                // The line to look at is one the user wrote.
                var origin = ConfigBinding.IsUsers(key.Origin) ? key.Origin : other.Origin;
                binding.Problems.Error(origin, key.Key, $"{key.Value} {relation.Message}", relation.Remedy(config));
            }
        }

        WarnAboutClearText(config, binding);
        WarnAboutBulk(config, binding);
        CheckBudget(config, binding);
    }

    // A part of the org's limit is known only to a node, which says so itself.
    private static void CheckBudget(SyncConfig config, ConfigBinding binding)
    {
        var share = binding.Find($"{SyncConfigBinder.Root}.salesforce.api-budget.calls-per-day");
        if (share is null || config.Feed.Interval <= TimeSpan.Zero)
        {
            return;
        }

        var estimate = CallEstimate.Of(config);
        var calls = config.Salesforce.ApiBudget.CallsPerDay?.Calls;
        if (calls < estimate.Start)
        {
            binding.Problems.Error(
                share.Origin, share.Key, string.Create(CultureInfo.InvariantCulture, $"is {calls}, less than the {estimate.Start} calls of a start, one and one for each object: no node would ever start"),
                "write a number that holds polls and writes as well, or a part of the org's limit such as 50%");
        }
        else if (CallPlan.TooSmall(estimate, calls) is { } complaint)
        {
            binding.Problems.Warn(share.Origin, share.Key, complaint, "write a larger number, or a longer feed.interval and feed.deleted-interval");
        }
    }

    // Nothing is lost without jobs: it takes more calls and more time.
    private static void WarnAboutBulk(SyncConfig config, ConfigBinding binding)
    {
        var version = binding.Find($"{SyncConfigBinder.Root}.salesforce.api-version");
        var ready = binding.Find($"{SyncConfigBinder.Root}.coordinator.ready-writes-max");
        if (config.Coordinator.Bulk.JobsMax == 0)
        {
            return;
        }

        if (version is not null && !config.Salesforce.HasBulk())
        {
            binding.Problems.Warn(
                version.Origin, version.Key, $"Bulk API 2.0 begins with {SalesforceConfig.BulkVersionMin}.0: however much there is to write goes by SOAP",
                $"write {SalesforceConfig.BulkVersionMin}.0 or later, or coordinator.bulk.jobs-max = 0");
        }
        else if (ready is not null && config.Coordinator.ReadyWritesMax < config.Coordinator.Bulk.RowsMin)
        {
            binding.Problems.Warn(
                ready.Origin, ready.Key, "is smaller than coordinator.bulk.rows-min: so many writes are never ready, and everything goes by SOAP",
                $"write at least {Show(config.Coordinator.Bulk.RowsMin)}, or coordinator.bulk.jobs-max = 0");
        }
    }

    private static void WarnAboutClearText(SyncConfig config, ConfigBinding binding)
    {
        var entry = binding.Find($"{SyncConfigBinder.Root}.salesforce.login-url");
        if (entry is not null && config.Salesforce.LoginUrl is { IsLoopback: false, Scheme: "http" })
        {
            binding.Problems.Warn(entry.Origin, entry.Key, "what signs in and every record cross the network in clear text", "write https:// unless this is a simulator on a private network");
        }
    }

    private static (int Lower, int Upper) PowersAround(int count)
    {
        var upper = (int)BitOperations.RoundUpToPowerOf2((uint)count);
        return (upper / 2, upper);
    }

    private static string Show(TimeSpan duration) => HoconQuantity.Show(duration);

    private static string Show(int count) => count.ToString(CultureInfo.InvariantCulture);
}
