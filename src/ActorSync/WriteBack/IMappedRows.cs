using ActorSync.Domain.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;

namespace ActorSync.WriteBack;

/// <summary>The mapped tables, as turns read and write them.</summary>
internal interface IMappedRows
{
    /// <summary>Rows as they stand, by key; rows that do not exist are left out.</summary>
    Task<IReadOnlyDictionary<Guid, RowImage>> ReadAsync(Turn turn, short mapping, IReadOnlyCollection<Guid> keys, CancellationToken stop);

    /// <summary>Writes owed rows by compare-and-set, without waiting for the application; the result of each, as a message for this turn.</summary>
    Task<IReadOnlyList<Delivery<RecordMessage>>> WriteAsync(Turn turn, IReadOnlyList<(ActorId Actor, RecordState State)> owing, CancellationToken stop);
}
