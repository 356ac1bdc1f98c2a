using System.Collections.Immutable;

namespace ActorSync.Commands;

/// <summary>API requests of the connection, and what its nodes make of their budget.</summary>
/// <param name="Calls">Made in the window by all nodes.</param>
/// <param name="Ahead">Booked and not made yet, or by a node that was killed.</param>
/// <param name="Share">Null: none is configured, or it is not known yet.</param>
/// <param name="Left">Null: nothing is known that limits.</param>
/// <param name="OrgUsed">By all applications of the org, as last heard.</param>
/// <param name="Reserve">The org's last calls, which are left to others.</param>
/// <param name="PerHour">Of late.</param>
/// <param name="UsedUpAt">If it goes on so; null: it lasts.</param>
/// <param name="MoreAt">When the next calls leave the window.</param>
/// <param name="Level">plenty, saving or out.</param>
/// <param name="Said">What is done and why.</param>
internal sealed record ApiStatus(
    long Calls, ImmutableSortedDictionary<string, long> ByKind, long Ahead, long? Share, long? Left, long? OrgUsed, long? OrgMax, DateTimeOffset? OrgAt, long? Reserve, double? PerHour,
    DateTimeOffset? UsedUpAt, DateTimeOffset? MoreAt, string? Level, string? Said, DateTimeOffset? At);
