using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Writes the coordinator holds ready in memory, at most <paramref name="writesMax"/>; the rest waits on disk. Their rows are deleted only by the turn that cuts them.</summary>
internal sealed class ReadyQueue(IReadOnlyDictionary<short, ObjectMapping> mappings, CutLimits limits, int writesMax)
{
    private readonly Dictionary<long, (ReadyWrite Ready, WaitingWrite Waiting)> _writes = [];
    private readonly Dictionary<string, short> _byObject = mappings.Values.ToDictionary(mapping => mapping.ObjectName, mapping => mapping.Number, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<short, int> _ranks = [];
    private readonly Dictionary<RecordId, DateTimeOffset> _untied = [];
    private bool _mayHaveCycles;

    // An untied birth comes back within a turn or two of its actor; or never, when that has something else to say. Its children wait this long for it.
    private static readonly TimeSpan UntiedMax = TimeSpan.FromSeconds(5);

    /// <summary>How many more fit.</summary>
    public int Room => writesMax - _writes.Count;

    /// <summary>How many wait.</summary>
    public int Count => _writes.Count;

    /// <summary>When the next write that waits for its due time may go; null when none does.</summary>
    public DateTimeOffset? NextDue => _writes.Values.Min(entry => entry.Ready.DueAt);

    /// <summary>Adds writes that were read from disk at <paramref name="now"/>.</summary>
    public void Add(IEnumerable<ReadyWrite> writes, DateTimeOffset now)
    {
        foreach (var ready in writes)
        {
            var write = ready.Write;
            var parents = mappings[write.Mapping].Fields
                .Where(field => field.Parent is not null && write.Fields[field.Name] is not null && _byObject.ContainsKey(field.Parent.ParentObject))
                .Where(field => Guid.TryParse(write.Fields[field.Name], out _))
                .Select(field => new ParentReference(field.Name, new RecordId(_byObject[field.Parent!.ParentObject], Guid.Parse(write.Fields[field.Name]!)), field.Updatable))
                .ToArray();
            _untied.Remove(new RecordId(write.Mapping, write.Entity));
            _mayHaveCycles |= write.Operation == WriteOperation.Insert && parents.Length > 0;
            _writes[ready.OfferId] = (ready, new WaitingWrite(
                ready.OfferId, new Lane(write.Mapping, write.Operation), new RecordId(write.Mapping, write.Entity), parents, ready.DueAt ?? now, write.Alone));
        }
    }

    /// <summary>Births that wait for each other, and what each of these is to be offered without.</summary>
    public IReadOnlyList<(ReadyWrite Write, FieldNames Fields)> Cycles()
    {
        // Only a birth with a parent can close a cycle.
        var untied = _mayHaveCycles ? BirthCycles.Find(_writes.Values.Select(entry => entry.Waiting)) : [];
        _mayHaveCycles = untied.Count > 0;
        return [.. untied.Select(birth => (_writes[birth.Birth.Key].Ready, birth.Fields))];
    }

    /// <summary>The submissions to start now.</summary>
    public IReadOnlyList<IReadOnlyList<ReadyWrite>> Cut(IReadOnlyCollection<Submission> outside, DateTimeOffset now)
    {
        var due = _writes.Values.Where(entry => entry.Ready.DueAt is not { } at || at <= now).Select(entry => entry.Waiting).OrderBy(waiting => waiting.Key).ToList();
        // A birth that waits for its due time is unborn all the same: its children wait too.
        var elsewhere = outside.SelectMany(submission => submission.Writes.Select(write => (new Lane(submission.Mapping, submission.Operation), new RecordId(write.Mapping, write.Entity))))
            .Concat(_writes.Values.Where(entry => entry.Ready.DueAt > now && entry.Waiting.Lane.Operation == WriteOperation.Insert).Select(entry => (entry.Waiting.Lane, entry.Waiting.Record)))
            .Concat(_untied.Where(untied => untied.Value + UntiedMax > now).Select(untied => (new Lane(untied.Key.Mapping, WriteOperation.Insert), untied.Key)))
            .ToList();
        return [.. SubmissionCutter.Cut(due, elsewhere, outside.Count(submission => !submission.Doubtful), Rank, limits, now)
            .Select(cut => cut.Select(waiting => _writes[waiting.Key].Ready).ToArray())];
    }

    /// <summary>Forgets births that went back to their actors to be offered again.</summary>
    public void Untie(IReadOnlyCollection<ReadyWrite> births, DateTimeOffset now)
    {
        Remove(births);
        foreach (var gone in _untied.Where(untied => untied.Value + UntiedMax <= now).Select(untied => untied.Key).ToList())
        {
            _untied.Remove(gone);
        }

        foreach (var birth in births)
        {
            _untied[new RecordId(birth.Write.Mapping, birth.Write.Entity)] = now;
        }
    }

    /// <summary>Forgets writes whose submission has been committed.</summary>
    public void Remove(IEnumerable<ReadyWrite> writes)
    {
        foreach (var write in writes)
        {
            _writes.Remove(write.OfferId);
        }
    }

    // Depth below the parents that are mapped too; a cycle of objects ends where it began.
    private int Rank(short mapping)
    {
        if (_ranks.TryGetValue(mapping, out var rank))
        {
            return rank;
        }

        _ranks[mapping] = 0;
        var parents = mappings[mapping].Fields.Where(field => field.Parent is not null && _byObject.ContainsKey(field.Parent.ParentObject))
            .Select(field => _byObject[field.Parent!.ParentObject]).Where(parent => parent != mapping).ToArray();
        return _ranks[mapping] = parents.Length == 0 ? 0 : parents.Max(Rank) + 1;
    }
}
