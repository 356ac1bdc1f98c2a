using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>An offered write as the coordinator holds it ready.</summary>
/// <param name="OfferId">Its row; deleted in the turn that cuts it into a submission.</param>
/// <param name="DueAt">Not before this time, the store's clock.</param>
internal sealed record ReadyWrite(long OfferId, OfferedWrite Write, DateTimeOffset? DueAt)
{
    /// <summary>Length of its text as it is stored, in characters.</summary>
    public int Chars { get; init; }
}

/// <summary>Writes offered by record actors, each kept until it is cut.</summary>
internal interface IOfferTable
{
    /// <summary>Offers writes, in the turn of the records that offer them.</summary>
    Task OfferAsync(Turn turn, IReadOnlyList<OfferedWrite> writes, CancellationToken stop) => OfferAgainAsync(turn, [.. writes.Select(write => (write, default(DateTimeOffset?)))], stop);

    /// <summary>Offers writes, in the turn of the coordinator that offers them again, each when it is due; null: at once.</summary>
    Task OfferAgainAsync(Turn turn, IReadOnlyList<(OfferedWrite Write, DateTimeOffset? DueAt)> writes, CancellationToken stop);

    /// <summary>Removes offers that a submission has taken; throws if one is gone, because it would be sent twice.</summary>
    Task TakeAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop);

    /// <summary>The offers that stand first in the change log, and what must be known before one of them may leave: all as of one moment.</summary>
    Task<OffersInOrder> ReadInOrderAsync(int max, CancellationToken stop);

    /// <summary>Those of some records of some mappings whose births are offered.</summary>
    Task<IReadOnlyCollection<RecordId>> BirthsAsync(IReadOnlyCollection<short> mappings, IReadOnlyCollection<Guid> records, CancellationToken stop);

    /// <summary>True when more offers wait than <paramref name="max"/>, due or not; in the order of the log only if one of them could leave without a change that is not decided yet.</summary>
    Task<bool> ExceedAsync(int max, bool inLogOrder, CancellationToken stop);

    /// <summary>How many offers wait, due or not, by mapping, if those that wait for Salesforce are more than <paramref name="max"/>; nothing otherwise. Those that wait for people do not count.</summary>
    Task<IReadOnlyDictionary<short, long>> WaitingAsync(int max, CancellationToken stop);

    /// <summary>Begins to read offers, with everything there is.
    IOfferWindow OpenWindow();
}

/// <summary>Reads new offers: one that was committed late is never missed behind a higher id. What does not fit stays where it is.</summary>
internal interface IOfferWindow
{
    /// <summary>The next offers, at most <paramref name="max"/>, and fewer when they are long, with the store's clock.</summary>
    Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop);

    /// <summary>Offers that were read before and are still there, oldest first.</summary>
    Task<IReadOnlyList<ReadyWrite>> ReadAgainAsync(IReadOnlyCollection<long> offers, CancellationToken stop);

    /// <summary>Mappings whose changes are read apart in any shard, each with the places where it stands: some changes of them may stand unread before what has been read of others.</summary>
    Task<IReadOnlyDictionary<short, string>> ApartAsync(CancellationToken stop);

    /// <summary>Of some records those whose births are offered, or may stand unread in the change log: they have no actor, and either their mapping is read apart or their birth has been
    /// logged and the worker of their shard has not decided it yet.</summary>
    Task<IReadOnlyCollection<RecordId>> UnreadBirthsAsync(IReadOnlyCollection<RecordId> named, CancellationToken stop);
}

/// <summary>A look at the offers in the order of the change log.</summary>
/// <param name="Writes">By position, then as they were offered.</param>
/// <param name="Now">The store's clock.</param>
/// <param name="UndecidedFrom">Least id of a committed change that no turn has decided; null when there is none.</param>
/// <param name="OldestMail">Least id of an envelope for record shards; null when there is none.</param>
/// <param name="LatestMail">Greatest id of one; null when there is none.</param>
internal sealed record OffersInOrder(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now, long? UndecidedFrom, long? OldestMail, long? LatestMail)
{
    /// <summary>Mappings whose offers were left out because they are paused.</summary>
    public IReadOnlyList<short> Paused { get; init; } = [];
}
