using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorSync.Domain.Records;
using ActorSync.Runtime.Actors;

namespace ActorSync.Records;

/// <summary>Stable names and JSON of record events and states. An unknown name throws: a state must never be folded from half a journal.</summary>
internal sealed class RecordCodec : IActorCodec<RecordState, RecordEvent>
{
    /// <summary>What is written of states, events, mail and the cursors of shards. Raise it with every change after which an older program could not read them or, writing a state again, would lose
    /// of it: from the first node of the new version on no older one holds a shard. Before 2 there were no mappings read apart; before 3 a birth forgot that an earlier record was undeleted; before 4 every
    /// state named all its members, and each bar its time.</summary>
    public const int Format = 4;

    private static readonly Dictionary<string, JsonTypeInfo> ByName = new(StringComparer.Ordinal)
    {
        ["local-changed"] = RecordJson.Default.LocalChanged,
        ["row-touched"] = RecordJson.Default.RowTouched,
        ["write-offered"] = RecordJson.Default.WriteOffered,
        ["write-applied"] = RecordJson.Default.WriteApplied,
        ["write-not-applied"] = RecordJson.Default.WriteNotApplied,
        ["write-overwritten"] = RecordJson.Default.WriteOverwritten,
        ["write-rejected"] = RecordJson.Default.WriteRejected,
        ["references-deferred"] = RecordJson.Default.ReferencesDeferred,
        ["record-parked"] = RecordJson.Default.RecordParked,
        ["remote-taken"] = RecordJson.Default.RemoteTaken,
        ["read-back-asked"] = RecordJson.Default.ReadBackAsked,
        ["conflict-resolved"] = RecordJson.Default.ConflictResolved,
        ["adoption-queued"] = RecordJson.Default.AdoptionQueued,
        ["remote-deletion-taken"] = RecordJson.Default.RemoteDeletionTaken,
        ["remote-undeletion-taken"] = RecordJson.Default.RemoteUndeletionTaken,
        ["remote-merge-taken"] = RecordJson.Default.RemoteMergeTaken,
        ["remote-displaced"] = RecordJson.Default.RemoteDisplaced,
        ["row-written"] = RecordJson.Default.RowWritten,
        ["operator-acted"] = RecordJson.Default.OperatorActed,
        ["conflict-frozen"] = RecordJson.Default.ConflictFrozen,
        ["conflict-chosen"] = RecordJson.Default.ConflictChosen,
        ["change-event-taken"] = RecordJson.Default.ChangeEventTaken,
        ["change-events-missed"] = RecordJson.Default.ChangeEventsMissed,
        ["counter-counted"] = RecordJson.Default.CounterCounted,
        ["unexpected"] = RecordJson.Default.Unexpected,
    };

    private static readonly Dictionary<Type, (string Name, JsonTypeInfo Info)> ByType =
        ByName.ToDictionary(entry => entry.Value.Type, entry => (entry.Key, entry.Value));

    private static readonly JsonTypeInfo<RecordState> State = StateWithoutEmpty();

    /// <summary>The names of all events, for the test that every event has one.</summary>
    public static IReadOnlyCollection<Type> KnownTypes => ByType.Keys;

    public string NameOf(RecordEvent @event) => ByType[@event.GetType()].Name;

    public string WriteEvent(RecordEvent @event) => JsonSerializer.Serialize(@event, ByType[@event.GetType()].Info);

    public RecordEvent ReadEvent(string name, string json) =>
        ByName.TryGetValue(name, out var info)
            ? (RecordEvent)JsonSerializer.Deserialize(json, info)!
            : throw new InvalidDataException($"the journal holds an event '{name}' that this version does not know: run the version that wrote it, or a newer one");

    public string WriteState(RecordState state) => JsonSerializer.Serialize(state, State);

    public RecordState ReadState(string json) => JsonSerializer.Deserialize(json, State)!;

    private static JsonTypeInfo<RecordState> StateWithoutEmpty()
    {
        var options = new JsonSerializerOptions(RecordJson.Default.Options) { TypeInfoResolver = RecordJson.Default.WithAddedModifier(LeaveOutEmpty) };
        return (JsonTypeInfo<RecordState>)options.GetTypeInfo(typeof(RecordState));
    }

    // Most of what a record can have most records do not have.
    private static void LeaveOutEmpty(JsonTypeInfo type)
    {
        if (type.Type == typeof(RecordState))
        {
            foreach (var member in type.Properties.Where(member => typeof(ICollection).IsAssignableFrom(member.PropertyType)))
            {
                member.ShouldSerialize = (_, value) => value is ICollection { Count: > 0 };
            }
        }
    }
}
