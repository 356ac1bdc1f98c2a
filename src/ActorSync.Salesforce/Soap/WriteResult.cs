using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce.Soap;

/// <summary>What Salesforce says about one record of a write, at the index of the record in the call.</summary>
/// <param name="Id">18-character id; null when a record was not created.</param>
/// <param name="Success">The record was written.</param>
/// <param name="Created">The record was born by this write (upsert only).</param>
/// <param name="Errors">Salesforce's errors; empty on success.</param>
/// <param name="Fault">What follows from them: <c>Transient</c>, <c>Throttled</c> or <c>Rejected</c>; null on success.</param>
public sealed record WriteResult(string? Id, bool Success, bool Created, IReadOnlyList<WriteError> Errors, SyncFault? Fault);

/// <summary>One error of one record.</summary>
/// <param name="StatusCode">Salesforce's code, such as <c>REQUIRED_FIELD_MISSING</c>.</param>
/// <param name="Message">Salesforce's text.</param>
/// <param name="Fields">API names of the fields it blames; may be empty.</param>
public sealed record WriteError(string StatusCode, string Message, FieldNames Fields);
