using System.Collections.Frozen;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce;

/// <summary>
/// Salesforce's codes and what follows from each. Sources: <c>ExceptionCode</c> and <c>StatusCode</c> of the partner WSDL and the SOAP API
/// guide's description of them. Codes that are not here: a row is <c>Rejected</c> (Salesforce said that it did not write it), a write call is
/// <c>InDoubt</c>, a read call <c>Transient</c>.
/// </summary>
public static class SalesforceFaults
{
    /// <summary>The session is gone; nothing ran.</summary>
    public const string InvalidSession = "INVALID_SESSION_ID";

    /// <summary>Too many API calls, in all or at one time.</summary>
    public const string RequestLimitExceeded = "REQUEST_LIMIT_EXCEEDED";

    /// <summary>A value of a unique field is taken.</summary>
    public const string DuplicateValue = "DUPLICATE_VALUE";

    private static readonly TimeSpan DailyLimitWait = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ConcurrencyLimitWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaintenanceWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnavailableWait = TimeSpan.FromSeconds(10);

    private enum Meaning
    {
        Transient,
        DailyLimit,
        ConcurrencyLimit,
        SendAgainNow,
        Unavailable,
        Maintenance,
        Rejected,
        InDoubt,
        Credentials,
        Permission,
        Schema,
        Version,
    }

    private static readonly FrozenDictionary<string, Meaning> RowCodes = new Dictionary<string, Meaning>
    {
        ["UNABLE_TO_LOCK_ROW"] = Meaning.Transient,
        ["RECORD_IN_USE_BY_WORKFLOW"] = Meaning.Transient,
        ["TERRITORY_REALIGN_IN_PROGRESS"] = Meaning.Transient,
        ["ALL_OR_NONE_OPERATION_ROLLED_BACK"] = Meaning.Transient,
        ["PROCESSING_HALTED"] = Meaning.Transient,
        ["SERVER_UNAVAILABLE"] = Meaning.Transient,
        ["QUERY_TIMEOUT"] = Meaning.Transient,
        ["REQUEST_RUNNING_TOO_LONG"] = Meaning.Transient,
        ["INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"] = Meaning.Transient,
        ["UNKNOWN_EXCEPTION"] = Meaning.Transient,
        ["INTERNAL_ERROR"] = Meaning.Transient,
        [InvalidSession] = Meaning.Transient,
        [RequestLimitExceeded] = Meaning.ConcurrencyLimit,
        ["TOO_MANY_APEX_REQUESTS"] = Meaning.ConcurrencyLimit,
        ["LIMIT_EXCEEDED"] = Meaning.DailyLimit,
        ["STORAGE_LIMIT_EXCEEDED"] = Meaning.DailyLimit,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Meaning> CallCodes = new Dictionary<string, Meaning>
    {
        [InvalidSession] = Meaning.SendAgainNow,
        ["SERVER_UNAVAILABLE"] = Meaning.Unavailable,
        ["FUNCTIONALITY_TEMPORARILY_UNAVAILABLE"] = Meaning.Unavailable,
        ["ORG_LOCKED"] = Meaning.Maintenance,
        ["ORG_IN_MAINTENANCE"] = Meaning.Maintenance,
        ["API_CURRENTLY_DISABLED"] = Meaning.Maintenance,
        ["INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"] = Meaning.Maintenance,
        ["LOGIN_DURING_RESTRICTED_TIME"] = Meaning.Maintenance,
        [RequestLimitExceeded] = Meaning.ConcurrencyLimit,
        ["TOO_MANY_APEX_REQUESTS"] = Meaning.ConcurrencyLimit,
        ["LIMIT_EXCEEDED"] = Meaning.DailyLimit,
        ["EXCEEDED_QUOTA"] = Meaning.DailyLimit,
        ["EXCEEDED_ID_LIMIT"] = Meaning.Rejected,
        ["EXCEEDED_MAX_SIZE_REQUEST"] = Meaning.Rejected,
        ["OPERATION_TOO_LARGE"] = Meaning.Rejected,
        ["INVALID_BATCH_SIZE"] = Meaning.Rejected,
        ["INVALID_QUERY_LOCATOR"] = Meaning.Rejected,
        ["INVALID_REPLICATION_DATE"] = Meaning.Rejected,
        ["MALFORMED_ID"] = Meaning.Rejected,
        ["MALFORMED_QUERY"] = Meaning.Rejected,
        ["QUERY_TOO_COMPLICATED"] = Meaning.Rejected,
        ["XML_PARSER_ERROR"] = Meaning.Rejected,
        ["INVALID_SOAP_HEADER"] = Meaning.Rejected,
        ["ARGUMENT_OBJECT_PARSE_ERROR"] = Meaning.Rejected,
        ["JSON_PARSER_ERROR"] = Meaning.Rejected,
        ["REQUEST_RUNNING_TOO_LONG"] = Meaning.InDoubt,
        ["QUERY_TIMEOUT"] = Meaning.InDoubt,
        ["UNABLE_TO_LOCK_ROW"] = Meaning.InDoubt,
        ["UNKNOWN_EXCEPTION"] = Meaning.InDoubt,
        ["INVALID_LOGIN"] = Meaning.Credentials,
        ["INVALID_CLIENT"] = Meaning.Credentials,
        ["LOGIN_MUST_USE_SECURITY_TOKEN"] = Meaning.Credentials,
        ["LOGIN_DURING_RESTRICTED_DOMAIN"] = Meaning.Credentials,
        ["PASSWORD_LOCKOUT"] = Meaning.Credentials,
        ["INVALID_OPERATION_WITH_EXPIRED_PASSWORD"] = Meaning.Credentials,
        ["MUTUAL_AUTHENTICATION_FAILED"] = Meaning.Credentials,
        ["TRIAL_EXPIRED"] = Meaning.Credentials,
        ["API_DISABLED_FOR_ORG"] = Meaning.Permission,
        ["CLIENT_NOT_ACCESSIBLE_FOR_USER"] = Meaning.Permission,
        ["INSUFFICIENT_ACCESS"] = Meaning.Permission,
        ["FUNCTIONALITY_NOT_ENABLED"] = Meaning.Permission,
        ["INVALID_TYPE"] = Meaning.Schema,
        ["INVALID_TYPE_FOR_OPERATION"] = Meaning.Schema,
        ["INVALID_FIELD"] = Meaning.Schema,
        ["INVALID_ID_FIELD"] = Meaning.Schema,
        ["ENTITY_NOT_QUERYABLE"] = Meaning.Schema,
        ["NOT_FOUND"] = Meaning.Schema,
        ["UNSUPPORTED_API_VERSION"] = Meaning.Version,
        ["UNSUPPORTED_CLIENT"] = Meaning.Version,
    }.ToFrozenDictionary();

    /// <summary>What follows from an error of one record: <c>Transient</c>, <c>Throttled</c> or <c>Rejected</c>. The record was not written.</summary>
    /// <param name="code">Salesforce's status code.</param>
    /// <param name="message">Salesforce's text.</param>
    /// <param name="fields">The fields it blames.</param>
    /// <param name="externalIdField">The field of the upsert, if it was one: a key that another writer inserted at the same time is found by the next attempt.</param>
    public static SyncFault OfRow(string code, string message, FieldNames fields, string? externalIdField = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (code == DuplicateValue && externalIdField is not null && IsRaceFor(externalIdField, message))
        {
            return new SyncFault.Transient(code, message);
        }

        return RowCodes.GetValueOrDefault(code, Meaning.Rejected) switch
        {
            Meaning.Transient => new SyncFault.Transient(code, message),
            Meaning.ConcurrencyLimit => new SyncFault.Throttled(code, message, ConcurrencyLimitWait),
            Meaning.DailyLimit => new SyncFault.Throttled(code, message, DailyLimitWait),
            _ => new SyncFault.Rejected(code, message, fields),
        };
    }

    /// <summary>What follows from a fault of a whole call.</summary>
    public static SyncFault OfCall(string code, string message, CallKind kind)
    {
        ArgumentNullException.ThrowIfNull(message);
        return CallCodes.GetValueOrDefault(code, Meaning.InDoubt) switch
        {
            Meaning.SendAgainNow => new SyncFault.NotExecuted(code, message, TimeSpan.Zero),
            Meaning.Unavailable => new SyncFault.NotExecuted(code, message, UnavailableWait),
            Meaning.Maintenance => new SyncFault.NotExecuted(code, message, MaintenanceWait),
            Meaning.ConcurrencyLimit => new SyncFault.Throttled(code, message, IsOfTheDay(message) ? DailyLimitWait : ConcurrencyLimitWait),
            Meaning.DailyLimit => new SyncFault.Throttled(code, message, DailyLimitWait),
            Meaning.Rejected => new SyncFault.Rejected(code, message, FieldNames.None),
            Meaning.Credentials => new SyncFault.Misconfigured(code, message, "Check the credentials and the login history of the integration user in Setup."),
            Meaning.Permission => new SyncFault.Misconfigured(code, message, "Give the integration user's profile or permission set this access (API Enabled, the object, the fields)."),
            Meaning.Schema => new SyncFault.Misconfigured(code, message, "Compare the mapping with the object's fields in Setup, and check that the integration user can see them."),
            Meaning.Version => new SyncFault.Misconfigured(code, message, "Set an API version that the org supports."),
            _ => kind == CallKind.Read ? new SyncFault.Transient(code, message) : new SyncFault.InDoubt(code, message),
        };
    }

    /// <summary><c>TotalRequests Limit exceeded.</c> is the limit of 24 hours; the others are limits of requests at one time. The code is the same for both.</summary>
    private static bool IsOfTheDay(string message) => message.StartsWith("TotalRequests", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>duplicate value found: Key__c duplicates value on record with id: 001...</c></summary>
    private static bool IsRaceFor(string externalIdField, string message) =>
        message.StartsWith($"duplicate value found: {externalIdField} duplicates ", StringComparison.OrdinalIgnoreCase);
}
