namespace ActorSync.OrgSimulator.Org;

/// <summary>One record of a DML call. <paramref name="Fields"/> holds the fields present in the request; a null value means "set to null" (SOAP fieldsToNull, JSON null).</summary>
/// <param name="Type">API name of the object.</param>
/// <param name="Id">15- or 18-character id; null on create and on upsert by an external id.</param>
/// <param name="Fields">Text as sent (a surface never converts types), null, or a <see cref="ParentReference"/> under a relationship name.</param>
public sealed record RecordInput(string Type, string? Id, IReadOnlyDictionary<string, object?> Fields);

/// <summary>A parent named by one of its external ids: <c>&lt;Account&gt;&lt;type&gt;Account&lt;/type&gt;&lt;Ext__c&gt;A-1&lt;/Ext__c&gt;&lt;/Account&gt;</c>.</summary>
public sealed record ParentReference(string? Type, string ExternalIdField, string Value);

/// <summary>Who calls and how. <paramref name="Client"/> is CallOptions/client or Sforce-Call-Options client=.</summary>
public sealed record DmlContext(string Api, string? Client, string UserId, bool AllOrNone = false, bool AllowFieldTruncation = false)
{
    /// <summary>Version of the API that was called, 67 for 67.0.</summary>
    public int ApiVersion { get; init; } = Http.ApiVersion.Newest;

    /// <summary>The assignment rule to run for cases and leads; null for none. As sent, not checked.</summary>
    public string? AssignmentRuleId { get; init; }

    /// <summary>The active assignment rule of the object is to run, if no rule is named.</summary>
    public bool UseDefaultRule { get; init; }

    /// <summary>Duplicates are saved where a rule does not block them.</summary>
    public bool SaveDuplicates { get; init; }
}

/// <summary>A per-record error, as SOAP and REST report it.</summary>
public sealed record RecordError(string StatusCode, string Message, IReadOnlyList<string> Fields);

/// <summary>The outcome of one record of a DML call, index-aligned with the input.</summary>
public sealed record RecordResult(string? Id, bool Success, bool Created, IReadOnlyList<RecordError> Errors);

/// <summary>A whole-call failure: SOAP fault, REST error array. <paramref name="ExceptionCode"/> is Salesforce's ExceptionCode.</summary>
public sealed class OrgFaultException(string exceptionCode, string message, int? row = null, int? column = null) : Exception(message)
{
    /// <summary>Salesforce's ExceptionCode, for example MALFORMED_QUERY.</summary>
    public string ExceptionCode { get; } = exceptionCode;

    /// <summary>Line of the query the fault points at, one-based.</summary>
    public int? Row { get; } = row;

    /// <summary>Column of the query the fault points at, one-based.</summary>
    public int? Column { get; } = column;
}

/// <summary>One row of a query answer: the selected fields in query order. A value is null, string, bool, decimal, long, DateTimeOffset, DateOnly, TimeOnly, or a nested <see cref="QueryRow"/> for parent fields.</summary>
public sealed record QueryRow(string Type, string Id, IReadOnlyList<KeyValuePair<string, object?>> Fields);

/// <summary>One page of a query answer. <paramref name="TotalSize"/> counts all pages; <paramref name="Locator"/> is null on the last one. For count() the rows are empty.</summary>
public sealed record QueryPage(int TotalSize, bool Done, string? Locator, IReadOnlyList<QueryRow> Rows);

/// <summary>A record deleted in the window that was asked for.</summary>
public sealed record DeletedRecord(string Id, DateTimeOffset DeletedDate);

/// <summary>What the org saw arrive, in order of its effect: the judge's view, kept apart from what callers were told.</summary>
/// <param name="Sequence">1, 2, 3 ... in the order in which writes took effect.</param>
/// <param name="Operation">create, update, upsert, delete, undelete or hardDelete; and what followed from them: rollup, cascadeDelete, cascadeUndelete, cascadeHardDelete, clearLookup, restoreLookup.</param>
/// <param name="ExternalId">The external id of an upsert, else the record's first external id field.</param>
/// <param name="Before">Stored values of the written fields before, empty on create.</param>
/// <param name="After">Stored values of the written fields after, empty on delete and on rejection.</param>
public sealed record Arrival(
    long Sequence,
    DateTimeOffset At,
    string Api,
    string? Client,
    string Operation,
    string Type,
    string? Id,
    string? ExternalId,
    IReadOnlyDictionary<string, string?> Before,
    IReadOnlyDictionary<string, string?> After,
    RecordError? Error);
