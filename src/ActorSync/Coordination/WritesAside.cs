using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Ready writes that cannot leave before a submission that is outside has ended, because it carries the birth they refer to. They are not held: their rows are read again then.
/// Only while they would keep others from being looked at: a job may take hours, and its children may be many.</summary>
internal sealed class WritesAside
{
    // Some hundred bytes each; beyond, they stay in the window.
    private const int WritesMax = 1_000_000;

    private readonly Dictionary<Guid, List<Entry>> _waiting = [];
    private readonly Queue<Entry> _released = new();
    private readonly HashSet<RecordId> _unborn = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Some are to be read again.</summary>
    public bool HasReleased => _released.Count > 0;

    /// <summary>Records that are born by writes put aside.</summary>
    public IReadOnlySet<RecordId> Unborn => _unborn;

    /// <summary>Puts aside what waits for a birth outside, or for a birth that was put aside itself.</summary>
    /// <param name="ready">What is held, oldest first.</param>
    /// <param name="outside">Writes of each submission that is outside.</param>
    /// <returns>The offers to forget.</returns>
    public IReadOnlyList<long> Put(IEnumerable<WaitingWrite> ready, IReadOnlyDictionary<Guid, WaitingWrite[]> outside)
    {
        var carriers = new Dictionary<RecordId, Guid>();
        foreach (var (submission, writes) in outside)
        {
            foreach (var write in writes.Where(write => write.IsAwaited))
            {
                carriers[write.Record] = submission;
            }
        }

        // Their children go behind them.
        foreach (var entry in _released.Where(entry => entry.IsAwaited))
        {
            carriers.TryAdd(entry.Record, Guid.Empty);
        }

        foreach (var (submission, entries) in _waiting)
        {
            foreach (var entry in entries.Where(entry => entry.IsAwaited))
            {
                carriers.TryAdd(entry.Record, submission);
            }
        }

        var put = new List<long>();
        foreach (var write in ready.Where(_ => Count < WritesMax))
        {
            // A record that names itself does not wait for itself.
            if (write.Parents.Where(reference => reference.Parent != write.Record && carriers.ContainsKey(reference.Parent)).Select(reference => (Guid?)carriers[reference.Parent]).FirstOrDefault()
                is not { } carrier)
            {
                continue;
            }

            if (!_waiting.TryGetValue(carrier, out var entries))
            {
                _waiting[carrier] = entries = [];
            }

            entries.Add(new Entry(write.Key, write.Record, write.IsAwaited));
            put.Add(write.Key);
            Count++;
            if (write.IsAwaited)
            {
                carriers.TryAdd(write.Record, carrier);
                _unborn.Add(write.Record);
            }
        }

        return put;
    }

    /// <summary>Lets go what waited for submissions that have ended.</summary>
    public void Release(IReadOnlyCollection<Submission> outside)
    {
        foreach (var ended in _waiting.Keys.Except(outside.Select(submission => submission.Id)).ToList())
        {
            _waiting.Remove(ended, out var entries);
            entries!.ForEach(_released.Enqueue);
        }
    }

    /// <summary>Offers to read again, because they need not wait any more.</summary>
    public IReadOnlyList<long> Released(int max) => [.. _released.Take(max).Select(entry => entry.OfferId)];

    /// <summary>They have been read again.</summary>
    public void Taken(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (_released.Dequeue() is { IsAwaited: true } birth)
            {
                _unborn.Remove(birth.Record);
            }
        }

        Count -= count;
    }

    private readonly record struct Entry(long OfferId, RecordId Record, bool IsAwaited);
}
