namespace ActorSync.Salesforce.Soap;

/// <summary>Records deleted in a window.</summary>
/// <param name="Records">Deleted records with the time of their deletion.</param>
/// <param name="EarliestDateAvailable">Deletes before this may have been purged from the list.</param>
/// <param name="LatestDateCovered">Start of the next window: later deletes may not be in the list yet.</param>
public sealed record DeletedAnswer(IReadOnlyList<DeletedRecord> Records, DateTimeOffset EarliestDateAvailable, DateTimeOffset LatestDateCovered);

/// <summary>One deleted record.</summary>
public sealed record DeletedRecord(string Id, DateTimeOffset DeletedDate);

/// <summary>Who we are signed in as.</summary>
/// <param name="OrganizationId">Id of the org, 18 characters.</param>
/// <param name="UserId">Id of the user, 18 characters; the last modifier of everything we write.</param>
/// <param name="UserName">Name the user signs in with.</param>
/// <param name="OrganizationName">Name of the org for people.</param>
public sealed record UserInfo(string OrganizationId, string UserId, string UserName, string OrganizationName);
