namespace ActorSync.Salesforce.Budget;

/// <summary>Keeps the count of calls where a crash does not lose it and all nodes of a connection see it.</summary>
public interface IApiCallLedger
{
    /// <summary>Adds what was used, keeps or changes what is booked ahead, and tells what all nodes have counted: one transaction, one after the other.</summary>
    Task<ApiCounts> ExchangeAsync(ApiExchange exchange, CancellationToken cancellation);
}

/// <summary>What a node tells the ledger.</summary>
/// <param name="Used">Calls since the last exchange.</param>
/// <param name="Held">Calls booked ahead earlier and not used.</param>
/// <param name="Wanted">More to be booked ahead, if the share holds them; negative: given back.</param>
/// <param name="Share">Calls of all nodes in the window; null: no limit.</param>
/// <param name="Org">The org's count, if it was heard since the last exchange.</param>
public sealed record ApiExchange(IReadOnlyList<(ApiKind Kind, long Calls)> Used, long Held, long Wanted, long? Share, ApiUsage? Org);

/// <summary>What the ledger holds.</summary>
/// <param name="Now">Its clock.</param>
/// <param name="Ahead">Booked ahead by this node after the exchange.</param>
/// <param name="Calls">Calls in the window, of all nodes.</param>
/// <param name="Org">The org's count as last heard by any node.</param>
public sealed record ApiCounts(DateTimeOffset Now, long Ahead, IReadOnlyList<CountedCalls> Calls, ApiUsage? Org)
{
    /// <summary>All calls in the window, those booked ahead included.</summary>
    public long Total { get; } = Calls.Sum(part => part.Calls);
}

/// <summary>Calls of one part of the window.</summary>
/// <param name="Part">When the part began.</param>
/// <param name="Kind">Null: booked ahead.</param>
public sealed record CountedCalls(DateTimeOffset Part, ApiKind? Kind, long Calls);
