using ActorSync.Domain.Records;

namespace ActorSync.Domain.Submissions;

/// <summary>What writes contend for that Salesforce refused a lock: the parents they refer to, whose rows it locks too, or without one their own record.
/// As long as such a write waits or is outside, all writes that need the same record share one submission, and no second one of them is outside.</summary>
internal sealed class LockContention
{
    private readonly HashSet<RecordId> _contended;
    private readonly HashSet<RecordId> _held;

    public LockContention(IReadOnlyCollection<WaitingWrite> waiting, IReadOnlyCollection<WaitingWrite> outside)
    {
        _contended = [.. waiting.Concat(outside).Where(write => write.Contended).SelectMany(write => write.ContendsFor)];
        _held = [.. outside.SelectMany(Needed)];
    }

    /// <summary>True when a submission that is outside, or leaves now, needs the same.</summary>
    public bool Holds(WaitingWrite write) => Needed(write).Any(_held.Contains);

    /// <summary>These leave now.</summary>
    public void Hold(IEnumerable<WaitingWrite> leaving) => _held.UnionWith(leaving.SelectMany(Needed));

    /// <summary>Batches of at most <paramref name="rowsMax"/>; what contends with the rows of a batch that is full, or of two batches, waits.</summary>
    public IReadOnlyList<IReadOnlyList<WaitingWrite>> Batches(IReadOnlyList<WaitingWrite> writes, int rowsMax)
    {
        if (_contended.Count == 0)
        {
            return [.. writes.Chunk(rowsMax)];
        }

        var batches = new List<List<WaitingWrite>>();
        var places = new Dictionary<RecordId, List<WaitingWrite>>();
        foreach (var write in writes.Where(write => !Holds(write)))
        {
            var needed = Needed(write).ToList();
            var with = needed.Where(places.ContainsKey).Select(record => places[record]).Distinct().ToList();
            if (with.Count > 1 || (with.Count == 1 && with[0].Count == rowsMax))
            {
                continue;
            }

            if (with.Count == 0 && (batches.Count == 0 || batches[^1].Count == rowsMax))
            {
                batches.Add([]);
            }

            var batch = with.Count == 1 ? with[0] : batches[^1];
            batch.Add(write);
            needed.ForEach(record => places[record] = batch);
        }

        return batches;
    }

    private IEnumerable<RecordId> Needed(WaitingWrite write) =>
        _contended.Count == 0 ? [] : write.Parents.Select(reference => reference.Parent).Prepend(write.Record).Where(_contended.Contains);
}
