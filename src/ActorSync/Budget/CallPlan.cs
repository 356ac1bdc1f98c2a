using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Configuration;
using ActorSync.Salesforce.Rest;

namespace ActorSync.Budget;

/// <summary>An estimate beside what there is to spend.</summary>
/// <param name="Share">Calls of this connection in 24 hours; null: none is configured, or the org's limit that it is a part of is not known.</param>
/// <param name="OrgMax">Null: the org was not asked.</param>
internal sealed record CallPlan(
    ImmutableArray<ObjectCalls> Objects, double IdlePerDay, int Start, double SoapPerThousand, double? BulkPerThousand, long? Share, long? OrgMax, long? OrgRemaining,
    ImmutableArray<string> Warnings)
{
    /// <summary>The plan of a configuration.</summary>
    public static CallPlan Of(SyncConfig config, OrgLimit? org)
    {
        var estimate = CallEstimate.Of(config);
        var budget = config.Salesforce.ApiBudget;
        var share = budget.CallsPerDay?.Of(org?.Max);
        var warnings = new List<string>();
        if (TooSmall(estimate, share) is { } small)
        {
            warnings.Add($"salesforce.api-budget.calls-per-day {small}");
        }

        if (org is not null && org.Max - (budget.Reserve.Of(org.Max) ?? 0) is var open && estimate.IdlePerDay > open)
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"polling alone takes {Math.Ceiling(estimate.IdlePerDay):0} API requests a day, and the org has {open} without the reserve: polls slow down as it runs low; make feed.interval longer"));
        }

        return new CallPlan(estimate.Objects, estimate.IdlePerDay, estimate.Start, estimate.SoapPerThousand, estimate.BulkPerThousand, share, org?.Max, org?.Remaining, [.. warnings]);
    }

    /// <summary>What is wrong with a share that does not even hold the polls; null if it does.</summary>
    public static string? TooSmall(CallEstimate estimate, long? share) => share is { } calls && calls < estimate.IdlePerDay
        ? string.Create(CultureInfo.InvariantCulture, $"is {calls}, less than the {Math.Ceiling(estimate.IdlePerDay):0} calls a day that polling alone takes: polls slow down as it runs low")
        : null;
}
