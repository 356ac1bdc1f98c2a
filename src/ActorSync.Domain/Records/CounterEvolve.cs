using System.Collections.Immutable;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.Domain.Records;

/// <summary>How counters change the state.</summary>
internal static class CounterEvolve
{
    /// <summary>A side added something.</summary>
    public static RecordState Counted(RecordState state, CounterCounted e) => state with
    {
        Counters = Kept(state.Counters, e.Field, e.Now),
        Queue = LocalQueue.Without(state.Queue, new HashSet<string>(StringComparer.Ordinal) { e.Field }),
        Owed = e.RowValue is null ? state.Owed?.Without([e.Field]) : OwedRow.Of(state, FieldValues.Of((e.Field, e.RowValue)), new RowStatus()),
    };

    /// <summary>A change event was taken.</summary>
    public static RecordState Taken(RecordState state, ChangeEventTaken e) => Heard(state) with
    {
        StreamAt = state.StreamAt > e.Position ? state.StreamAt : e.Position,
        StreamSeen = e.Fields.IsEmpty ? state.StreamSeen : Seen(state.StreamSeen, e.Position),
        StreamOwnAt = e.OwnWrite is null || e.Fields.IsEmpty || state.StreamOwnAt > e.Position ? state.StreamOwnAt : e.Position,
        StreamTakenAt = e.At,
        // A read of an earlier version must not pass for a later one.
        SystemModstamp = state.SystemModstamp > e.AsOf ? state.SystemModstamp : e.AsOf,
    };

    /// <summary>Events are missing.</summary>
    public static RecordState Missed(RecordState state, ChangeEventsMissed e) => Heard(state) with
    {
        StreamAt = state.StreamAt > e.Position ? state.StreamAt : e.Position,
        StreamSeen = Seen(state.StreamSeen, e.Position),
    };

    /// <summary>The sums that a write takes along.</summary>
    public static ImmutableSortedDictionary<string, CounterField> Offered(RecordState state, WriteOffered e) => e.Counted is null ? state.Counters
        : state.Counters.SetItems(e.Counted.Select(sum => KeyValuePair.Create(
            sum.Key, state.Counters[sum.Key] with { Delta = "0", Outside = new CounterWrite(e.WriteNo, e.Base[sum.Key]!, sum.Value!) })));

    /// <summary>A write was not applied: what it should have added is to be offered again, unless its change event has been seen.</summary>
    public static ImmutableSortedDictionary<string, CounterField> Returned(RecordState state, int writeNo)
    {
        var counters = state.Counters;
        foreach (var (name, counter) in counters.Where(counter => counter.Value.Outside?.WriteNo == writeNo))
        {
            var write = counter.Outside!;
            var delta = Counters.Read(counter.Delta) + Counters.Read(write.Sent) - Counters.Read(write.Base);
            counters = Kept(counters, name, counter with { Delta = Counters.Text(delta), Outside = null });
        }

        return counters;
    }

    /// <summary>What was added here and is not offered yet is given up.</summary>
    public static ImmutableSortedDictionary<string, CounterField> Dropped(RecordState state) =>
        state.Counters.Aggregate(state.Counters, (counters, counter) => Kept(counters, counter.Key, counter.Value with { Delta = "0" }));

    /// <summary>The latest read that has shown the counters, once this one has been taken: one that comes while a counter is open says nothing of it. Until the stream tells of
    /// the record, and a counter is open, it is the latest read of all, and is not noted.</summary>
    public static (DateTimeOffset? AsOf, DateTimeOffset? Began) Shown(RecordState state, RemoteTaken e) =>
        !state.Counters.IsEmpty ? LatestRead(state)
        : state.StreamAt is not null ? (e.AsOf, e.ReadBegan)
        : (null, null);

    /// <summary>The latest read that has shown the counters.</summary>
    public static (DateTimeOffset? AsOf, DateTimeOffset? Began) LatestRead(RecordState state) =>
        state.StreamAt is null && state.StreamReadAsOf is null ? (state.SystemModstamp, state.EvidenceReadBegan) : (state.StreamReadAsOf, state.StreamReadBegan);

    // SystemModstamp is an event's as well from now on.
    private static RecordState Heard(RecordState state)
    {
        var (asOf, began) = LatestRead(state);
        return state with { StreamReadAsOf = asOf, StreamReadBegan = began };
    }

    private static ImmutableArray<StreamPosition> Seen(ImmutableArray<StreamPosition> seen, StreamPosition position)
    {
        var all = seen.Add(position).Sort();
        return all.Length > RecordState.StreamSeenMax ? all.RemoveAt(0) : all;
    }

    private static ImmutableSortedDictionary<string, CounterField> Kept(ImmutableSortedDictionary<string, CounterField> counters, string name, CounterField counter) =>
        counter is { Delta: "0", Outside: null } ? counters.Remove(name) : counters.SetItem(name, counter);
}
