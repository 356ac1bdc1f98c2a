using ActorSync.Records;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>An offered write as the coordinator holds it ready.</summary>
/// <param name="OfferId">Its row; deleted in the turn that cuts it into a submission.</param>
/// <param name="DueAt">Not before this time, the store's clock.</param>
internal sealed record ReadyWrite(long OfferId, OfferedWrite Write, DateTimeOffset? DueAt);

/// <summary>Writes offered by record actors, each kept until it is cut.</summary>
internal interface IOfferTable
{
    /// <summary>Offers writes, in the turn of the records that offer them.</summary>
    Task OfferAsync(Turn turn, IReadOnlyList<OfferedWrite> writes, CancellationToken stop) => OfferAgainAsync(turn, [.. writes.Select(write => (write, default(DateTimeOffset?)))], stop);

    /// <summary>Offers writes, in the turn of the coordinator that offers them again, each when it is due; null: at once.</summary>
    Task OfferAgainAsync(Turn turn, IReadOnlyList<(OfferedWrite Write, DateTimeOffset? DueAt)> writes, CancellationToken stop);

    /// <summary>Removes offers that a submission has taken; throws if one is gone, because it would be sent twice.</summary>
    Task TakeAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop);

    /// <summary>Begins to read offers, with everything there is.</summary>
    IOfferWindow OpenWindow();
}

/// <summary>Reads new offers: one that was committed late is never missed behind a higher id. What does not fit stays where it is.</summary>
internal interface IOfferWindow
{
    /// <summary>The next offers, at most <paramref name="max"/>, with the store's clock.</summary>
    Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop);
}
