using System.Collections.Immutable;
using ActorSync.Configuration;
using ActorSync.Salesforce.Budget;

namespace ActorSync.Budget;

/// <summary>API requests a day of one object that nothing happens to.</summary>
/// <param name="Polls">Queries for changes; the overlap is read in the same ones.</param>
/// <param name="Deletions">Questions for deleted records, each with one for the org's clock.</param>
internal sealed record ObjectCalls(string Object, double Polls, double Deletions)
{
    /// <summary>All of them.</summary>
    public double PerDay => Polls + Deletions;
}

/// <summary>What a configuration costs of the org's daily API requests while nothing is slowed.</summary>
/// <param name="Start">Of each start of a node.</param>
/// <param name="Objects">While nothing changes.</param>
/// <param name="SoapPerThousand">Of 1,000 changes of one object and operation that fill their batches.</param>
/// <param name="BulkPerThousand">The same in full jobs; null: nothing goes by jobs.</param>
internal sealed record CallEstimate(int Start, ImmutableArray<ObjectCalls> Objects, double SoapPerThousand, double? BulkPerThousand)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>A day on which nothing changes.</summary>
    public double IdlePerDay => Objects.Sum(calls => calls.PerDay);

    /// <summary>Estimates a configuration.</summary>
    public static CallEstimate Of(SyncConfig config)
    {
        var calls = config.Mappings.Select(mapping => Idle(mapping, config.Feed));
        var coordinator = config.Coordinator;
        var byJobs = coordinator is { Order: Domain.Submissions.WriteOrder.Record, Bulk.JobsMax: > 0 } && config.Salesforce.HasBulk();
        return new CallEstimate(
            1 + config.Mappings.Length, [.. calls], Math.Ceiling(1000.0 / coordinator.SoapRowsMax), byJobs ? 1000.0 * ApiBudget.JobCalls / coordinator.Bulk.RowsMax : null);
    }

    // Deletions are asked for in a poll.
    private static ObjectCalls Idle(MappingConfig mapping, FeedConfig feed)
    {
        var interval = mapping.Feed == FeedChoice.ChangeEvents ? feed.Cdc.FallbackInterval : feed.Interval;
        var deletions = feed.DeletedInterval > interval ? feed.DeletedInterval : interval;
        return new ObjectCalls(mapping.Object, Day / interval, 2 * (Day / deletions));
    }
}
