using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Runtime.Turns;

/// <summary>What the runtime keeps its turns in: PostgreSQL, or memory in the simulation. Both pass one conformance suite.</summary>
public interface ITurnStore
{
    /// <summary>Nodes and leases.</summary>
    ILeaseTable Leases { get; }

    /// <summary>Begins a turn: one transaction, read committed.</summary>
    Task<Turn> BeginAsync(CancellationToken stop);

    /// <summary>The store's clock.</summary>
    Task<DateTimeOffset> NowAsync(CancellationToken stop);

    /// <summary>A cheap look whether a turn could find anything. A plain read: nothing is locked.</summary>
    Task<StoreGlance> GlanceAsync(IReadOnlyList<int> addresses, CancellationToken stop);

    /// <summary>Waits until the store's snapshot is another one, looking every <paramref name="look"/>, for at most a time, and glances then. A store that cannot wait glances at once.</summary>
    Task<StoreGlance> WatchAsync(IReadOnlyList<int> addresses, string snapshot, TimeSpan look, TimeSpan atMost, CancellationToken stop);

    /// <summary>Actors of these shards whose snapshots say that they owe something. Of each kind at most so many: where there are more, the first by shard and id, in that order.</summary>
    Task<IReadOnlyList<ActorId>> OwingAsync(IReadOnlyList<short> shards, int ofKindMax, CancellationToken stop);

    /// <summary>Actors of a kind and of these shards whose snapshots say that they owe something: the first so many by shard and id behind one of them, in that order.</summary>
    /// <param name="after">Need not owe anything any more, nor exist; null: from the first.</param>
    Task<IReadOnlyList<ActorId>> OwingAsync(IReadOnlyList<short> shards, short kind, Guid? after, int max, CancellationToken stop);

    /// <summary>The oldest envelopes of a mailbox, left where they are.</summary>
    Task<IReadOnlyList<StoredEnvelope>> PeekMailAsync(int address, int envelopesMax, CancellationToken stop);

    /// <summary>The oldest envelopes of some mailboxes that were sent with a due time, due or not, left where they are.</summary>
    Task<IReadOnlyList<StoredEnvelope>> PeekPostponedAsync(IReadOnlyList<int> addresses, int envelopesMax, CancellationToken stop);

    /// <summary>How many envelopes wait for record shards, counted up to a limit.</summary>
    Task<long> CountShardMailAsync(int envelopesMax, CancellationToken stop);
}

/// <summary>What a glance saw.</summary>
/// <param name="Snapshot">What was visible: another text means that something committed.</param>
/// <param name="DueMail">The addresses among those asked for that have an envelope which is due, or has no due time.</param>
public readonly record struct StoreGlance(string Snapshot, IReadOnlyCollection<int> DueMail)
{
    /// <summary>The store has waited for it.</summary>
    public bool HasWaited { get; init; }
}

/// <summary>An envelope in a mailbox.</summary>
/// <param name="Id">In the order of sending.</param>
/// <param name="Body">Messages, JSON.</param>
public readonly record struct StoredEnvelope(long Id, int Address, string Body);
