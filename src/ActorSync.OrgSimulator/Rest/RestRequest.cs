using System.Globalization;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>One REST request, from the wire or from within a composite.</summary>
/// <param name="Segments">Decoded path segments behind <c>/services/data/vXX.0</c>.</param>
/// <param name="Body">JSON, empty if none was sent.</param>
internal sealed record RestRequest(
    string Method,
    int Version,
    IReadOnlyList<string> Segments,
    IReadOnlyDictionary<string, string> Query,
    ReadOnlyMemory<byte> Body,
    RestOptions Options)
{
    /// <summary>Path of this version's resources, for example <c>/services/data/v66.0</c>.</summary>
    public string Root => string.Create(CultureInfo.InvariantCulture, $"{RestEndpoint.Prefix}/v{Version}.0");

    public string? Parameter(string name) => Query.GetValueOrDefault(name);
}

/// <summary>What the request's headers say.</summary>
/// <param name="Client">client= of Sforce-Call-Options.</param>
/// <param name="BatchRows">batchSize= of Sforce-Query-Options.</param>
/// <param name="ContentType">Content-Type of the body; null if none was sent.</param>
internal sealed record RestOptions(string? Client, int? BatchRows, string SessionId, string? ContentType)
{
    /// <summary>The first version with Sforce-Duplicate-Rule-Header.</summary>
    private const int DuplicateRuleVersion = 52;

    /// <summary>Sforce-Auto-Assign: true, false or the id of an assignment rule; empty when it was not sent, which means true.</summary>
    public string AutoAssign { get; init; } = "";

    /// <summary>allowSave= of Sforce-Duplicate-Rule-Header.</summary>
    public bool SaveDuplicates { get; init; }

    /// <summary>Whose write it is, and how it is to be saved.</summary>
    public DmlContext Context(string userId, int version, bool allOrNone = false)
    {
        bool isDefault = AutoAssign.Length == 0 || AutoAssign.Equals("true", StringComparison.OrdinalIgnoreCase);
        return new DmlContext("rest", Client, userId, allOrNone)
        {
            ApiVersion = version,
            UseDefaultRule = isDefault,
            AssignmentRuleId = isDefault || AutoAssign.Equals("false", StringComparison.OrdinalIgnoreCase) ? null : AutoAssign,
            SaveDuplicates = SaveDuplicates && version >= DuplicateRuleVersion,
        };
    }
}

/// <summary>A resource that was found: what the call is, and what it does.</summary>
internal sealed record RestAction(string Operation, IReadOnlyList<string> Types, int Records, Func<CallScope, Answer> Effect)
{
    /// <summary>The surface, for faults to select by.</summary>
    public string Api { get; init; } = "rest";

    public bool NeedsSession { get; init; } = true;

    public Func<bool>? Locked { get; init; }
}
