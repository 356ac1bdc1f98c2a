namespace ActorSync.Salesforce;

/// <summary>API requests of the org in the last 24 hours, as Salesforce counts them (<c>Sforce-Limit-Info</c>, SOAP <c>LimitInfoHeader</c>).</summary>
/// <param name="Used">Requests used.</param>
/// <param name="Max">Requests allowed.</param>
public sealed record ApiUsage(long Used, long Max);
