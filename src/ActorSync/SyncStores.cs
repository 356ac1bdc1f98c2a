using ActorSync.Coordination;
using ActorSync.Failovers;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.Runtime.Turns;
using ActorSync.WriteBack;

namespace ActorSync;

/// <summary>Where the flow keeps what it must not lose. PostgreSQL in a node, memory in the simulation; each turn writes to all of them in one transaction.</summary>
/// <param name="Turns">Turns, leases, mailboxes, journal and snapshots.</param>
/// <param name="Rows">The mapped tables.</param>
/// <param name="Links">The index from Salesforce ids to records.</param>
/// <param name="Offers">Writes that wait for the coordinator.</param>
/// <param name="Submissions">What was started and what became of it.</param>
internal sealed record SyncStores(ITurnStore Turns, IMappedRows Rows, ISfidLinks Links, IOfferTable Offers, ISubmissionTable Submissions)
{
    /// <summary>What people want of the mappings; null where nobody says anything.</summary>
    public IMappingStates? States { get; init; }

    /// <summary>How far the change events of objects with counters have been taken; null where none are heard.</summary>
    public IStreamTold? Told { get; init; }

    /// <summary>Failovers that may have lost commits; null where there are none.</summary>
    public IFailovers? Failovers { get; init; }
}
