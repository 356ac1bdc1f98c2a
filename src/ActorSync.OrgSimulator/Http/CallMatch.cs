namespace ActorSync.OrgSimulator.Http;

/// <summary>Which calls a fault or a hold concerns: every part given must agree; a part left null agrees with anything.</summary>
/// <param name="Operation">Exact operation name, ignoring case.</param>
/// <param name="Type">API name of an object the call touches, ignoring case.</param>
/// <param name="ClientContains">A piece of the caller's client id, by ordinal comparison.</param>
/// <param name="Api">soap, rest, bulk, stream, oauth or page, ignoring case.</param>
public sealed record CallMatch(string? Operation = null, string? Type = null, string? ClientContains = null, string? Api = null)
{
    /// <summary>Agrees with every call.</summary>
    public static CallMatch Any { get; } = new();

    /// <summary>True when every part given agrees with the call.</summary>
    public bool Matches(OrgCall call) =>
        Same(Operation, call.Operation)
        && Same(Api, call.Api)
        && (Type is null || call.Objects.Contains(Type, StringComparer.OrdinalIgnoreCase))
        && (ClientContains is null || (call.Client?.Contains(ClientContains, StringComparison.Ordinal) ?? false));

    private static bool Same(string? wanted, string actual) =>
        wanted is null || string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase);
}
