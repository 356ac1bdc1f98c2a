using ActorSync.Salesforce.Budget;

namespace ActorSync.Configuration;

/// <summary>What a connection may spend of the org's daily API requests.</summary>
internal sealed record ApiBudgetConfig
{
    /// <summary>Calls in any 24 hours, of all nodes together; null: as many as the org has but for the reserve.</summary>
    public required ApiShare? CallsPerDay { get; init; }

    /// <summary>The org's last calls, which are left to others.</summary>
    public required ApiShare Reserve { get; init; }
}
