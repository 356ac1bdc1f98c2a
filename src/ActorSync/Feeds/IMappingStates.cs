using ActorSync.Domain.Records;
using ActorSync.Runtime.Turns;

namespace ActorSync.Feeds;

/// <summary>What people want of a mapping, and what keeps it from going on.</summary>
/// <param name="IsPaused">Its feed reads nothing and its offers stay where they are.</param>
/// <param name="Reloads">How many times a reload was asked for.</param>
/// <param name="Failed">Why it waits for a person; null when it does not.</param>
internal readonly record struct MappingWish(bool IsPaused, int Reloads, string? Failed);

/// <summary>The wishes of all mappings, as people and the feeds leave them for each other.</summary>
internal interface IMappingStates
{
    /// <summary>Mappings of which there is something to say.</summary>
    Task<IReadOnlyDictionary<short, MappingWish>> ReadAsync(CancellationToken stop);

    /// <summary>Notes that a mapping waits for a person.</summary>
    Task FailAsync(short mapping, string why, CancellationToken stop);

    /// <summary>The greatest id of an offer, of any mapping; 0 when there is none.</summary>
    Task<long> LastOfferAsync(CancellationToken stop);

    /// <summary>Makes a piece of a mapping's offers new, in their order: who passed over them reads them as if they had just been made.</summary>
    /// <param name="after">Behind this id.</param>
    /// <param name="to">Up to this one.</param>
    /// <returns>The last id of the piece; null when there is no such offer.</returns>
    Task<long?> OfferAnewAsync(Turn turn, short mapping, long after, long to, int max, CancellationToken stop);

    /// <summary>Makes offers new in the order given; one that is gone is passed over.</summary>
    Task OfferAnewAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop);

    /// <summary>Records whose births are offered.</summary>
    Task<IReadOnlyList<RecordId>> BirthsAsync(int max, CancellationToken stop);
}
