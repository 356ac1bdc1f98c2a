using System.Collections.Immutable;

namespace ActorSync.Salesforce;

/// <summary>What a code of Salesforce means.</summary>
internal enum CodeMeaning
{
    /// <summary>Not applied; the same may succeed in a moment.</summary>
    Transient,

    /// <summary>The limit of 24 hours, or of storage.</summary>
    DailyLimit,

    /// <summary>Too many requests at one time.</summary>
    ConcurrencyLimit,

    /// <summary>The call did not run: sign in and send it again.</summary>
    SendAgainNow,

    /// <summary>The call did not run: the server is busy.</summary>
    Unavailable,

    /// <summary>The call did not run: the org is being maintained.</summary>
    Maintenance,

    /// <summary>Permanent: the same is refused again.</summary>
    Rejected,

    /// <summary>The call may have run.</summary>
    InDoubt,

    /// <summary>The credentials are wrong.</summary>
    Credentials,

    /// <summary>The integration user lacks a right.</summary>
    Permission,

    /// <summary>The mapping names what the org does not have.</summary>
    Schema,

    /// <summary>The API version is wrong.</summary>
    Version,
}

/// <summary>One code of Salesforce.</summary>
/// <param name="Row">What it means as the error of one record; null: it is none of those, and would be permanent.</param>
/// <param name="Call">What it means as the fault of a whole call; null: it is none of those, and a write would be in doubt.</param>
internal sealed record SalesforceCode(string Code, CodeMeaning? Row = null, CodeMeaning? Call = null);

/// <summary>
/// The table of codes. Source of the codes and what they say: "Core Data Types Used in API Calls" of the SOAP API Developer Guide (StatusCode of a record,
/// ExceptionCode of a call; sforce_api_calls_concepts_core_data_objects.htm) and the enumerations of those names in the partner WSDL, 47.0. Not there: NOT_FOUND,
/// from "Status Codes and Error Responses" of the REST API Developer Guide (errorcodes.htm); URL_NOT_RESET, which REST answers at an address that is not the session's
/// (github.com/forcedotcom/cli/issues/3026); and the codes of Bulk API 2.0, which it writes without underscores. Those never stand for what a job may have done: its state
/// tells. The meanings are ours.
/// </summary>
internal static class SalesforceCodes
{
    /// <summary>Every code that is known. One that is not is permanent for a record, doubt for a write call, and passes for a read call.</summary>
    public static readonly ImmutableArray<SalesforceCode> All =
    [
        // It passes by itself: the same row or call may succeed in a moment.
        new("UNABLE_TO_LOCK_ROW", Row: CodeMeaning.Transient, Call: CodeMeaning.InDoubt),
        new("RECORD_IN_USE_BY_WORKFLOW", Row: CodeMeaning.Transient),
        new("TERRITORY_REALIGN_IN_PROGRESS", Row: CodeMeaning.Transient),
        new("ALL_OR_NONE_OPERATION_ROLLED_BACK", Row: CodeMeaning.Transient),
        new("PROCESSING_HALTED", Row: CodeMeaning.Transient),
        new("SERVER_UNAVAILABLE", Row: CodeMeaning.Transient, Call: CodeMeaning.Unavailable),
        new("QUERY_TIMEOUT", Row: CodeMeaning.Transient, Call: CodeMeaning.InDoubt),
        new("REQUEST_RUNNING_TOO_LONG", Row: CodeMeaning.Transient, Call: CodeMeaning.InDoubt),
        new("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", Row: CodeMeaning.Transient, Call: CodeMeaning.Maintenance),
        new("UNKNOWN_EXCEPTION", Row: CodeMeaning.Transient, Call: CodeMeaning.InDoubt),
        new("INTERNAL_ERROR", Row: CodeMeaning.Transient),
        new("INVALID_SESSION_ID", Row: CodeMeaning.Transient, Call: CodeMeaning.SendAgainNow),
        new("URL_NOT_RESET", Call: CodeMeaning.SendAgainNow),
        new("FUNCTIONALITY_TEMPORARILY_UNAVAILABLE", Call: CodeMeaning.Unavailable),
        new("ORG_LOCKED", Call: CodeMeaning.Maintenance),
        new("ORG_IN_MAINTENANCE", Call: CodeMeaning.Maintenance),
        new("API_CURRENTLY_DISABLED", Call: CodeMeaning.Maintenance),
        new("LOGIN_DURING_RESTRICTED_TIME", Call: CodeMeaning.Maintenance),

        // A limit of the org is used up.
        new("REQUEST_LIMIT_EXCEEDED", Row: CodeMeaning.ConcurrencyLimit, Call: CodeMeaning.ConcurrencyLimit),
        new("TOO_MANY_APEX_REQUESTS", Row: CodeMeaning.ConcurrencyLimit, Call: CodeMeaning.ConcurrencyLimit),
        new("LIMIT_EXCEEDED", Row: CodeMeaning.DailyLimit, Call: CodeMeaning.DailyLimit),
        new("STORAGE_LIMIT_EXCEEDED", Row: CodeMeaning.DailyLimit),
        new("EXCEEDED_QUOTA", Call: CodeMeaning.DailyLimit),
        new("EXCEEDEDQUOTA", Call: CodeMeaning.DailyLimit),

        // What was sent is wrong, and stays so until somebody corrects it.
        new("REQUIRED_FIELD_MISSING", Row: CodeMeaning.Rejected),
        new("DUPLICATE_VALUE", Row: CodeMeaning.Rejected),
        new("DUPLICATE_EXTERNAL_ID", Row: CodeMeaning.Rejected),
        new("DUPLICATES_DETECTED", Row: CodeMeaning.Rejected),
        new("ENTITY_IS_DELETED", Row: CodeMeaning.Rejected),
        new("ENTITY_IS_LOCKED", Row: CodeMeaning.Rejected),
        new("INVALID_CROSS_REFERENCE_KEY", Row: CodeMeaning.Rejected),
        new("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", Row: CodeMeaning.Rejected),
        new("INSUFFICIENT_ACCESS_OR_READONLY", Row: CodeMeaning.Rejected),
        new("STRING_TOO_LONG", Row: CodeMeaning.Rejected),
        new("NUMBER_OUTSIDE_VALID_RANGE", Row: CodeMeaning.Rejected),
        new("INVALID_TYPE_ON_FIELD_IN_RECORD", Row: CodeMeaning.Rejected),
        new("INVALID_EMAIL_ADDRESS", Row: CodeMeaning.Rejected),
        new("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", Row: CodeMeaning.Rejected),
        new("FIELD_CUSTOM_VALIDATION_EXCEPTION", Row: CodeMeaning.Rejected),
        new("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", Row: CodeMeaning.Rejected),
        new("FIELD_INTEGRITY_EXCEPTION", Row: CodeMeaning.Rejected),
        new("INVALID_FIELD_FOR_INSERT_UPDATE", Row: CodeMeaning.Rejected),
        new("INVALID_FIELD", Row: CodeMeaning.Rejected, Call: CodeMeaning.Schema),
        new("MALFORMED_ID", Row: CodeMeaning.Rejected, Call: CodeMeaning.Rejected),
        new("MISSING_ARGUMENT", Row: CodeMeaning.Rejected),
        new("DELETE_FAILED", Row: CodeMeaning.Rejected),
        new("UNDELETE_FAILED", Row: CodeMeaning.Rejected),
        new("EXCEEDED_ID_LIMIT", Call: CodeMeaning.Rejected),
        new("EXCEEDED_MAX_SIZE_REQUEST", Call: CodeMeaning.Rejected),
        new("OPERATION_TOO_LARGE", Call: CodeMeaning.Rejected),
        new("INVALID_BATCH_SIZE", Call: CodeMeaning.Rejected),
        new("INVALID_QUERY_LOCATOR", Call: CodeMeaning.Rejected),
        new("INVALID_REPLICATION_DATE", Call: CodeMeaning.Rejected),
        new("MALFORMED_QUERY", Call: CodeMeaning.Rejected),
        new("QUERY_TOO_COMPLICATED", Call: CodeMeaning.Rejected),
        new("XML_PARSER_ERROR", Call: CodeMeaning.Rejected),
        new("INVALID_SOAP_HEADER", Call: CodeMeaning.Rejected),
        new("ARGUMENT_OBJECT_PARSE_ERROR", Call: CodeMeaning.Rejected),
        new("JSON_PARSER_ERROR", Call: CodeMeaning.Rejected),
        new("CLIENTINPUTERROR", Call: CodeMeaning.Rejected),
        new("INVALIDBATCH", Call: CodeMeaning.Rejected),
        new("INVALIDENTITY", Call: CodeMeaning.Rejected),
        new("INVALIDJOB", Call: CodeMeaning.Rejected),
        new("INVALIDJOBSTATE", Call: CodeMeaning.Rejected),
        new("INVALIDOPERATION", Call: CodeMeaning.Rejected),
        new("UNSUPPORTED_MEDIA_TYPE", Call: CodeMeaning.Rejected),

        // The org or the configuration has to be corrected.
        new("INVALID_LOGIN", Call: CodeMeaning.Credentials),
        new("INVALID_CLIENT", Call: CodeMeaning.Credentials),
        new("LOGIN_MUST_USE_SECURITY_TOKEN", Call: CodeMeaning.Credentials),
        new("LOGIN_DURING_RESTRICTED_DOMAIN", Call: CodeMeaning.Credentials),
        new("PASSWORD_LOCKOUT", Call: CodeMeaning.Credentials),
        new("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", Call: CodeMeaning.Credentials),
        new("MUTUAL_AUTHENTICATION_FAILED", Call: CodeMeaning.Credentials),
        new("TRIAL_EXPIRED", Call: CodeMeaning.Credentials),
        new("API_DISABLED_FOR_ORG", Call: CodeMeaning.Permission),
        new("CLIENT_NOT_ACCESSIBLE_FOR_USER", Call: CodeMeaning.Permission),
        new("INSUFFICIENT_ACCESS", Call: CodeMeaning.Permission),
        new("FUNCTIONALITY_NOT_ENABLED", Call: CodeMeaning.Permission),
        new("FEATURENOTENABLED", Call: CodeMeaning.Permission),
        new("INVALID_TYPE", Call: CodeMeaning.Schema),
        new("INVALID_TYPE_FOR_OPERATION", Call: CodeMeaning.Schema),
        new("INVALID_ID_FIELD", Call: CodeMeaning.Schema),
        new("ENTITY_NOT_QUERYABLE", Call: CodeMeaning.Schema),
        new("NOT_FOUND", Call: CodeMeaning.Schema),
        new("UNSUPPORTED_API_VERSION", Call: CodeMeaning.Version),
        new("UNSUPPORTED_CLIENT", Call: CodeMeaning.Version),
        new("INVALIDVERSION", Call: CodeMeaning.Version),
    ];
}
