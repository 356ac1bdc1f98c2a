using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Journal;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>States and journals of records as the database holds them. Each text is read once.</summary>
internal sealed class Readings(MemoryDatabase database)
{
    private static readonly RecordCodec Codec = new();

    private readonly Dictionary<ActorId, (string Text, RecordState State)> _states = [];
    private readonly Dictionary<(int Address, long Seq), (JournalEntry Entry, RecordEvent Event)> _events = [];
    private IReadOnlyList<(ActorId Actor, IReadOnlyList<(JournalEntry Entry, RecordEvent Event)> Events)> _journals = [];

    public static string Written(RecordState state) => Codec.WriteState(state);

    public IEnumerable<(ActorId Actor, RecordState State)> States() => database.States.Scan(null).Select(row =>
    {
        if (!_states.TryGetValue(row.Key, out var known) || !ReferenceEquals(known.Text, row.Value.State))
        {
            _states[row.Key] = known = (row.Value.State, Codec.ReadState(row.Value.State));
        }

        return (row.Key, known.State);
    });

    /// <summary>The journals of all records, each in its order. What is journaled stays as it is.</summary>
    public IReadOnlyList<(ActorId Actor, IReadOnlyList<(JournalEntry Entry, RecordEvent Event)> Events)> Journals()
    {
        var known = _events.Count;
        foreach (var (key, entry) in database.Journal.Scan(null).Where(row => row.Key.Address < World.ShardCount && !_events.ContainsKey(row.Key)))
        {
            _events[key] = (entry, Codec.ReadEvent(entry.Type, entry.Body));
        }

        if (_events.Count > known)
        {
            _journals = [.. _events.Values.GroupBy(entry => entry.Entry.Actor)
                .Select(group => (group.Key, (IReadOnlyList<(JournalEntry, RecordEvent)>)[.. group.OrderBy(entry => entry.Entry.Seq)]))];
        }

        return _journals;
    }
}
