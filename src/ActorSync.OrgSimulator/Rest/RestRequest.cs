using System.Globalization;
using ActorSync.OrgSimulator.Http;

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
internal sealed record RestOptions(string? Client, int? BatchRows, string SessionId, string? ContentType);

/// <summary>A resource that was found: what the call is, and what it does.</summary>
internal sealed record RestAction(string Operation, IReadOnlyList<string> Types, int Records, Func<CallScope, Answer> Effect)
{
    /// <summary>The surface, for faults to select by.</summary>
    public string Api { get; init; } = "rest";

    public bool NeedsSession { get; init; } = true;

    public Func<bool>? Locked { get; init; }
}
