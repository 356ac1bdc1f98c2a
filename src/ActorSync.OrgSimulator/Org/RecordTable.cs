namespace ActorSync.OrgSimulator.Org;

/// <summary>A record as stored. Its values are never changed in place: an update gives it another array, so a query's snapshot stays whole.</summary>
internal sealed class StoredRecord(string id, ObjectDefinition definition)
{
    public string Id { get; } = id;

    public ObjectDefinition Definition { get; } = definition;

    /// <summary>Canonical values by field ordinal.</summary>
    public object?[] Values { get; set; } = [];

    public bool IsDeleted { get; set; }

    /// <summary>Which delete took the record along, so that one undelete brings all of it back.</summary>
    public long DeleteGroup { get; set; }

    /// <summary>SystemModstamp, kept apart for the ordered index.</summary>
    public DateTimeOffset Stamp { get; set; }
}

/// <summary>The records of one object with their indexes: by id, by (SystemModstamp, Id) and by the value of unique, external id and reference fields.</summary>
internal sealed class RecordTable
{
    private readonly Dictionary<string, StoredRecord> _byId = new(StringComparer.Ordinal);
    private readonly List<StoredRecord> _inIdOrder = [];
    private readonly SortedSet<StoredRecord> _byStamp = new(ByStampThenId.Instance);
    private readonly ValueIndex?[] _indexes;

    public RecordTable(ObjectDefinition definition)
    {
        Definition = definition;
        StampOrdinal = definition.Ordinal("SystemModstamp");
        DeletedOrdinal = definition.Ordinal("IsDeleted");
        _indexes = [.. definition.Fields.Select(f => IsIndexed(f) ? new ValueIndex(caseSensitive: f.CaseSensitive || !f.IsText) : null)];
    }

    public ObjectDefinition Definition { get; }

    public int StampOrdinal { get; }

    public int DeletedOrdinal { get; }

    public int LiveCount { get; private set; }

    /// <summary>Deletions that getDeleted tells, oldest first.</summary>
    public List<DeletedRecord> DeleteLog { get; } = [];

    public StoredRecord? Find(string id) => _byId.GetValueOrDefault(id);

    public IReadOnlyList<StoredRecord> FindByValue(int ordinal, string key) => _indexes[ordinal]!.Find(key);

    public bool HasIndex(int ordinal) => _indexes[ordinal] is not null;

    public void Add(StoredRecord record, object?[] values)
    {
        _byId.Add(record.Id, record);
        int at = _inIdOrder.Count;
        if (at > 0 && string.CompareOrdinal(_inIdOrder[^1].Id, record.Id) > 0)
        {
            at = LowerBound(record.Id);
        }

        _inIdOrder.Insert(at, record);
        LiveCount += record.IsDeleted ? 0 : 1;
        Enter(record, values);
    }

    public void Remove(StoredRecord record)
    {
        Leave(record);
        _byId.Remove(record.Id);
        _inIdOrder.RemoveAt(LowerBound(record.Id));
        LiveCount -= record.IsDeleted ? 0 : 1;
    }

    /// <summary>Gives the record other values and another place in the indexes whose fields changed.</summary>
    public void Replace(StoredRecord record, object?[] values, bool isDeleted)
    {
        LiveCount += (record.IsDeleted ? 1 : 0) - (isDeleted ? 1 : 0);
        record.IsDeleted = isDeleted;
        for (int i = 0; i < _indexes.Length; i++)
        {
            if (_indexes[i] is { } index && !Equals(record.Values[i], values[i]))
            {
                index.Remove(record.Values[i], record);
                index.Add(values[i], record);
            }
        }

        var stamp = (DateTimeOffset)values[StampOrdinal]!;
        record.Values = values;
        if (stamp != record.Stamp)
        {
            _byStamp.Remove(record);
            record.Stamp = stamp;
            _byStamp.Add(record);
        }
    }

    /// <summary>Records with an id greater than or equal to <paramref name="fromId"/>, ascending; deleted ones included.</summary>
    public IEnumerable<StoredRecord> ById(string? fromId)
    {
        for (int i = fromId is null ? 0 : LowerBound(fromId); i < _inIdOrder.Count; i++)
        {
            yield return _inIdOrder[i];
        }
    }

    /// <summary>Records from (<paramref name="from"/>, <paramref name="fromId"/>) to <paramref name="to"/> inclusive, in the order of (SystemModstamp, Id); deleted ones included.</summary>
    public IEnumerable<StoredRecord> ByStamp(DateTimeOffset from, string fromId, DateTimeOffset to)
    {
        if (from > to)
        {
            return [];
        }

        return _byStamp.GetViewBetween(Bound(fromId, from), Bound("~", to));
    }

    private static bool IsIndexed(FieldDefinition f) =>
        f.Unique || f.ExternalId || (f.Type == FieldType.Reference && !f.ReferenceTo.Contains("User")) || f is { IdLookupOnly: true, Type: not FieldType.Id };

    private StoredRecord Bound(string id, DateTimeOffset stamp) => new(id, Definition) { Stamp = stamp };

    private void Enter(StoredRecord record, object?[] values)
    {
        record.Values = values;
        record.Stamp = (DateTimeOffset)values[StampOrdinal]!;
        _byStamp.Add(record);
        for (int i = 0; i < _indexes.Length; i++)
        {
            _indexes[i]?.Add(values[i], record);
        }
    }

    private void Leave(StoredRecord record)
    {
        _byStamp.Remove(record);
        for (int i = 0; i < _indexes.Length; i++)
        {
            _indexes[i]?.Remove(record.Values[i], record);
        }
    }

    private int LowerBound(string id)
    {
        int low = 0;
        int high = _inIdOrder.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_inIdOrder[middle].Id, id) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private sealed class ByStampThenId : IComparer<StoredRecord>
    {
        public static readonly ByStampThenId Instance = new();

        public int Compare(StoredRecord? x, StoredRecord? y)
        {
            int byStamp = x!.Stamp.CompareTo(y!.Stamp);
            return byStamp != 0 ? byStamp : string.CompareOrdinal(x.Id, y.Id);
        }
    }
}
