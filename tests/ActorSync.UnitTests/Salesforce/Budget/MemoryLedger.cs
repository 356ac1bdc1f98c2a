using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;

namespace ActorSync.UnitTests.Salesforce.Budget;

/// <summary>A ledger in memory that several nodes share, by a clock that the test sets.</summary>
internal sealed class MemoryLedger(ApiBudgetOptions options)
{
    private readonly Dictionary<(DateTimeOffset Part, string Node, ApiKind? Kind), long> calls = [];
    private ApiUsage? org;

    public DateTimeOffset Now { get; set; } = new(2030, 1, 2, 3, 0, 0, TimeSpan.Zero);

    /// <summary>The ledger cannot be reached.</summary>
    public bool IsAway { get; set; }

    public long Total => calls.Values.Sum();

    public IApiCallLedger Of(string node) => new Node(this, node);

    /// <summary>Calls of some other node.</summary>
    public void Add(long count, DateTimeOffset? at = null) => Add(at ?? Now, "another", ApiKind.SoapRead, count);

    private void Add(DateTimeOffset at, string node, ApiKind? kind, long count)
    {
        var key = (at - TimeSpan.FromTicks(at.Ticks % options.Part.Ticks), node, kind);
        calls[key] = calls.GetValueOrDefault(key) + count;
    }

    private ApiCounts Exchange(string node, ApiExchange exchange)
    {
        if (IsAway)
        {
            throw new IOException("away");
        }

        foreach (var key in calls.Keys.Where(key => (key.Node == node && key.Kind is null) || options.LeavesAt(key.Part) <= Now).ToList())
        {
            calls.Remove(key);
        }

        foreach (var (kind, count) in exchange.Used)
        {
            Add(Now, node, kind, count);
        }

        var room = exchange.Share is { } share ? Math.Max(0, share - exchange.Held - Total) : 0;
        var ahead = Math.Max(0, exchange.Held + Math.Min(exchange.Wanted, room));
        Add(Now, node, null, ahead);
        org = exchange.Org ?? org;
        return new ApiCounts(Now, ahead, [.. calls.Select(part => new CountedCalls(part.Key.Part, part.Key.Kind, part.Value))], org);
    }

    private sealed class Node(MemoryLedger ledger, string name) : IApiCallLedger
    {
        public Task<ApiCounts> ExchangeAsync(ApiExchange exchange, CancellationToken cancellation)
        {
            try
            {
                return Task.FromResult(ledger.Exchange(name, exchange));
            }
            catch (IOException error)
            {
                return Task.FromException<ApiCounts>(error);
            }
        }
    }
}
