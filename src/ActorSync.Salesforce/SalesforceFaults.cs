using System.Collections.Frozen;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce;

/// <summary>
/// What follows from each code of <see cref="SalesforceCodes"/>. Codes that are not there: a row is <c>Rejected</c> (Salesforce said that it did not write it),
/// a write call is <c>InDoubt</c>, a read call <c>Transient</c>.
/// </summary>
public static class SalesforceFaults
{
    /// <summary>The session is gone; nothing ran.</summary>
    public const string InvalidSession = "INVALID_SESSION_ID";

    /// <summary>The session is of another address: the org has moved. Nothing ran.</summary>
    public const string WrongInstance = "URL_NOT_RESET";

    /// <summary>A value of a unique field is taken.</summary>
    public const string DuplicateValue = "DUPLICATE_VALUE";

    private static readonly TimeSpan DailyLimitWait = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ConcurrencyLimitWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaintenanceWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnavailableWait = TimeSpan.FromSeconds(10);

    private static readonly FrozenDictionary<string, CodeMeaning> RowCodes =
        SalesforceCodes.All.Where(code => code.Row is not null).ToFrozenDictionary(code => code.Code, code => code.Row!.Value);

    private static readonly FrozenDictionary<string, CodeMeaning> CallCodes =
        SalesforceCodes.All.Where(code => code.Call is not null).ToFrozenDictionary(code => code.Code, code => code.Call!.Value);

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

        return RowCodes.GetValueOrDefault(code, CodeMeaning.Rejected) switch
        {
            CodeMeaning.Transient => new SyncFault.Transient(code, message),
            CodeMeaning.ConcurrencyLimit => new SyncFault.Throttled(code, message, ConcurrencyLimitWait),
            CodeMeaning.DailyLimit => new SyncFault.Throttled(code, message, DailyLimitWait),
            _ => new SyncFault.Rejected(code, message, fields),
        };
    }

    /// <summary>Nothing ran because of the session: a new one makes the same call possible.</summary>
    public static bool IsOfSession(SyncFault? fault) => fault is SyncFault.NotExecuted { Code: InvalidSession or WrongInstance };

    /// <summary>The org's API requests of the day are used up.</summary>
    public static bool IsOfDailyLimit(SyncFault fault) => fault is SyncFault.Throttled { Code: "REQUEST_LIMIT_EXCEEDED" } && IsOfTheDay(fault.Message);

    /// <summary>What follows from a fault of a whole call.</summary>
    public static SyncFault OfCall(string code, string message, CallKind kind)
    {
        ArgumentNullException.ThrowIfNull(message);
        return CallCodes.GetValueOrDefault(code, CodeMeaning.InDoubt) switch
        {
            CodeMeaning.SendAgainNow => new SyncFault.NotExecuted(code, message, TimeSpan.Zero),
            CodeMeaning.Unavailable => new SyncFault.NotExecuted(code, message, UnavailableWait),
            CodeMeaning.Maintenance => new SyncFault.NotExecuted(code, message, MaintenanceWait),
            CodeMeaning.ConcurrencyLimit => new SyncFault.Throttled(code, message, IsOfTheDay(message) ? DailyLimitWait : ConcurrencyLimitWait),
            CodeMeaning.DailyLimit => new SyncFault.Throttled(code, message, DailyLimitWait),
            CodeMeaning.Rejected => new SyncFault.Rejected(code, message, FieldNames.None),
            CodeMeaning.Credentials => new SyncFault.Misconfigured(code, message, "Check the credentials and the login history of the integration user in Setup."),
            CodeMeaning.Permission => new SyncFault.Misconfigured(code, message, "Give the integration user's profile or permission set this access (API Enabled, the object, the fields)."),
            CodeMeaning.Schema => new SyncFault.Misconfigured(code, message, "Compare the mapping with the object's fields in Setup, and check that the integration user can see them."),
            CodeMeaning.Version => new SyncFault.Misconfigured(code, message, "Set an API version that the org supports."),
            _ => kind == CallKind.Read ? new SyncFault.Transient(code, message) : new SyncFault.InDoubt(code, message),
        };
    }

    /// <summary><c>TotalRequests Limit exceeded.</c> is the limit of 24 hours; the others are limits of requests at one time. The code is the same for both.</summary>
    private static bool IsOfTheDay(string message) => message.StartsWith("TotalRequests", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>duplicate value found: Key__c duplicates value on record with id: 001...</c></summary>
    private static bool IsRaceFor(string externalIdField, string message) =>
        message.StartsWith($"duplicate value found: {externalIdField} duplicates ", StringComparison.OrdinalIgnoreCase);
}
