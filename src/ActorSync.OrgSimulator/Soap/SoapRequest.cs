using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>The headers a call may carry (partner WSDL); others are ignored, as Salesforce ignores what does not concern an operation.</summary>
internal sealed class SoapHeaders
{
    public string SessionId { get; set; } = "";

    public string? Client { get; set; }

    public bool AllOrNone { get; set; }

    public bool AllowFieldTruncation { get; set; }

    /// <summary>AssignmentRuleHeader/assignmentRuleId; null if not sent.</summary>
    public string? AssignmentRuleId { get; set; }

    public bool UseDefaultRule { get; set; }

    /// <summary>DuplicateRuleHeader/allowSave.</summary>
    public bool SaveDuplicates { get; set; }

    /// <summary>QueryOptions/batchSize, rows; null if not sent.</summary>
    public int? BatchSize { get; set; }
}

/// <summary>One SOAP call: the first element of its body, that element's children as text, and its sObjects.</summary>
internal sealed class SoapRequest
{
    public SoapHeaders Headers { get; } = new();

    /// <summary>Version of the address that was called, 66 for 66.0.</summary>
    public int Version { get; set; } = Http.ApiVersion.Newest;

    /// <summary>Local name of the body's first element.</summary>
    public string Operation { get; set; } = "";

    public List<KeyValuePair<string, string>> Arguments { get; } = [];

    public List<RecordInput> Records { get; } = [];

    /// <summary>The first argument of that name, or an empty string: Salesforce treats a missing text argument as empty.</summary>
    public string Argument(string name)
    {
        foreach (var (key, value) in Arguments)
        {
            if (key == name)
            {
                return value;
            }
        }

        return "";
    }

    /// <summary>All arguments of that name, in order.</summary>
    public List<string> All(string name) => [.. Arguments.Where(a => a.Key == name).Select(a => a.Value)];
}
