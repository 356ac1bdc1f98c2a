using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;

namespace ActorSync.Records;

/// <summary>The durable index from Salesforce ids to records. Deletes carry only the sfid: one of an unknown sfid stays as an orphan tombstone and is
/// found by whoever learns the sfid later; both sides upsert the same row, so neither can miss the other.</summary>
internal interface ISfidLinks
{
    /// <summary>Learns sfids; gives back those that are already known to be deleted, with the time of the read that showed it.</summary>
    Task<IReadOnlyList<(ActorId Actor, string Sfid, DateTimeOffset ReadBegan)>> LearnAsync(
        Turn turn, IEnumerable<(ActorId Actor, string Sfid)> links, CancellationToken stop);

    /// <summary>Records by sfid, of those that are known.</summary>
    Task<IReadOnlyDictionary<string, ActorId>> FindAsync(Turn turn, IReadOnlyCollection<string> sfids, CancellationToken stop);

    /// <summary>Records of a mapping in the order of their sfids, deleted ones among them.</summary>
    /// <param name="after">Only sfids behind this one; empty: from the first.</param>
    Task<IReadOnlyList<(string Sfid, ActorId Actor)>> PageAsync(Turn turn, short mapping, string after, int recordsMax, CancellationToken stop);

    /// <summary>Notes deletions and gives the records of the known ones; the others become orphan tombstones.</summary>
    Task<IReadOnlyDictionary<string, ActorId>> BuryAsync(Turn turn, IReadOnlyCollection<string> sfids, DateTimeOffset readBegan, CancellationToken stop);
}
