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

    /// <summary>Makes the offers of a mapping new: who passed over them reads them as if they had just been made.</summary>
    Task OfferAnewAsync(Turn turn, short mapping, CancellationToken stop);
}
