using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>REST errors: an array of <c>message</c> and <c>errorCode</c>, with <c>fields</c> where a record was refused.</summary>
internal static class RestErrors
{
    public static readonly OrgFaultException NoResource = new("NOT_FOUND", "The requested resource does not exist");

    public static readonly OrgFaultException TooLong = new("EXCEEDED_MAX_SIZE_REQUEST", "Maximum size of request reached.");

    public static OrgFaultException NoRecord(string key) => new("NOT_FOUND", $"Provided external ID field does not exist or is not accessible: {key}");

    public static OrgFaultException Method(string method, string allowed) =>
        new("METHOD_NOT_ALLOWED", $"HTTP Method '{method}' not allowed. Allowed are {allowed}");

    public static Answer Write(OrgFaultException fault) => Write(Status(fault.ExceptionCode), fault.ExceptionCode, fault.Message, null);

    /// <summary>A single record that was refused.</summary>
    public static Answer Write(RecordError error) => Write(Status(error.StatusCode), error.StatusCode, error.Message, error.Fields);

    private static Answer Write(int status, string code, string message, IReadOnlyList<string>? fields) => Answer.Json(status, json =>
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("message", message);
        json.WriteString("errorCode", code);
        if (fields is not null)
        {
            json.WriteStartArray("fields");
            foreach (var field in fields)
            {
                json.WriteStringValue(field);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    });

    private static int Status(string code) => code switch
    {
        "INVALID_SESSION_ID" => 401,
        "REQUEST_LIMIT_EXCEEDED" or "API_CURRENTLY_DISABLED" or "API_DISABLED_FOR_ORG" or "INSUFFICIENT_ACCESS" => 403,
        "NOT_FOUND" or "ENTITY_IS_DELETED" => 404,
        "METHOD_NOT_ALLOWED" => 405,
        "API_VERSION_MISMATCH" => 409,
        "UNSUPPORTED_API_VERSION" => 410,
        "JOB_NOT_COMPLETE" => 412,
        "EXCEEDED_MAX_SIZE_REQUEST" => 413,
        "UNSUPPORTED_MEDIA_TYPE" => 415,
        "UNKNOWN_EXCEPTION" => 500,
        "SERVER_UNAVAILABLE" => 503,
        _ => 400,
    };
}
