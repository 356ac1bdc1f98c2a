using System.Globalization;

namespace ActorSync.Salesforce.Budget;

/// <summary>A number of calls, or a part of what the org allows.</summary>
/// <param name="Calls">The number; null: it is a part.</param>
/// <param name="Percent">0 to 100.</param>
public sealed record ApiShare(long? Calls, double? Percent = null)
{
    /// <summary>The number of calls; null while what the org allows is not known.</summary>
    public long? Of(long? orgMax) => Calls ?? (long?)(orgMax * Percent / 100);

    /// <summary>As in the configuration: <c>1000</c> or <c>50%</c>.</summary>
    public override string ToString() => Calls?.ToString(CultureInfo.InvariantCulture) ?? string.Create(CultureInfo.InvariantCulture, $"{Percent}%");
}

/// <summary>What a connection may spend of the org's daily API requests.</summary>
public sealed record ApiBudgetOptions
{
    /// <summary>Parts of the window. What was called in one of them leaves the window together.</summary>
    public const int PartsOfWindow = 96;

    /// <summary>Calls this connection may make in any 24 hours, all its nodes together; null: as many as the org has but for the reserve.</summary>
    public ApiShare? Share { get; init; }

    /// <summary>The org's last calls, which are left to others.</summary>
    public ApiShare Reserve { get; init; } = new(null, 5);

    /// <summary>How long a call counts. Salesforce's limit is of the last 24 hours, not of a calendar day.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(24);

    /// <summary>15 minutes of a day.</summary>
    public TimeSpan Part => Window / PartsOfWindow;

    /// <summary>Calls booked ahead at a time, so that a node that is killed has never made more than are booked. What it had not used is lost to the share until it leaves the window.</summary>
    public int AheadMax { get; init; } = 20;

    /// <summary>Calls while the share is a part of something not known yet: enough to start and to hear of it.</summary>
    public int UnknownMax { get; init; } = 25;

    /// <summary>Until when a part of the window counts. One part longer than the window: a call leaves, and is counted by the org, a little later than it is booked.</summary>
    public DateTimeOffset LeavesAt(DateTimeOffset part) => part + Window + (2 * Part);
}
