using System.Globalization;

namespace ActorSync.OrgSimulator.Org;

/// <summary>All records of the org by object, the numbers that ids are made of, and reads that compute formula fields. Not thread-safe: OrgModel's lock guards it.</summary>
internal sealed class OrgStore
{
    /// <summary>Number of the first id of every object: 62 to the fourth, so that ids look grown.</summary>
    private const long FirstIdNumber = 14_776_336;

    /// <summary>Id of the first user, who creates the others and himself.</summary>
    public static readonly string FirstUserId = SalesforceId.Create("005", FirstIdNumber);

    private const int FirstAutoNumber = 1_000;

    private readonly Dictionary<string, RecordTable> _tables;
    private readonly Dictionary<string, long> _nextIds = [];
    private readonly Dictionary<string, int> _nextAutoNumbers = [];
    private readonly Dictionary<(ObjectDefinition, string), FieldPath> _paths = [];

    public OrgStore(OrgSchema schema)
    {
        Schema = schema;
        _tables = schema.Objects.ToDictionary(o => o.Name, o => new RecordTable(o), StringComparer.OrdinalIgnoreCase);
        ChildReferences = schema.Objects.ToDictionary(
            o => o.Name,
            o => (IReadOnlyList<ChildReference>)[.. schema.ChildRelationships(o.Name)
                .Select(c => new ChildReference(_tables[c.ChildObject], _tables[c.ChildObject].Definition.Ordinal(c.Field)))
                .Where(c => c.Table.HasIndex(c.Ordinal))],
            StringComparer.OrdinalIgnoreCase);
        RollUpFeeds = schema.Objects.ToDictionary(o => o.Name, o => RollUpFeed.Of(schema, o), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Roll-up fields that the records of each object feed.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<RollUpFeed>> RollUpFeeds { get; }

    public OrgSchema Schema { get; }

    /// <summary>References to each object that are looked after when its records go.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ChildReference>> ChildReferences { get; }

    public IEnumerable<RecordTable> Tables => _tables.Values;

    public RecordTable Table(ObjectDefinition definition) => _tables[definition.Name];

    /// <summary>The record with that 18-character id, deleted ones included.</summary>
    public StoredRecord? Find(string id) => Schema.FindById(id) is { } definition ? Table(definition).Find(id) : null;

    public string NextId(string keyPrefix)
    {
        long number = _nextIds.GetValueOrDefault(keyPrefix, FirstIdNumber);
        _nextIds[keyPrefix] = number + 1;
        return SalesforceId.Create(keyPrefix, number);
    }

    /// <summary>The next value of an auto-number field, eight digits as CaseNumber has.</summary>
    public string NextAutoNumber(ObjectDefinition definition, FieldDefinition field)
    {
        string key = $"{definition.Name}.{field.Name}";
        int number = _nextAutoNumbers.GetValueOrDefault(key, FirstAutoNumber);
        _nextAutoNumbers[key] = number + 1;
        return number.ToString("D8", CultureInfo.InvariantCulture);
    }

    /// <summary>The value of a field as a reader sees it.</summary>
    public object? Read(StoredRecord record, object?[] values, int ordinal)
    {
        Func<RecordView, object?>? derived = record.Definition.Fields[ordinal].Derived;
        return derived is null ? values[ordinal] : derived(new StoredRecordView(this, record, values));
    }

    /// <summary>A path that is known to exist; resolved once.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public FieldPath Path(ObjectDefinition definition, string text)
    {
        if (!_paths.TryGetValue((definition, text), out FieldPath? path))
        {
            path = FieldPath.Resolve(Schema, definition, text, out var failure)
                ?? throw new ArgumentException($"{definition.Name} has no field {text}: {failure.On.Name} does not know {failure.Part}", nameof(text));
            _paths.Add((definition, text), path);
        }

        return path;
    }

    /// <summary>Name of a record as a person would say it.</summary>
    public string NameOf(StoredRecord record)
    {
        for (int i = 0; i < record.Definition.Fields.Count; i++)
        {
            if (record.Definition.Fields[i].NameField)
            {
                return FieldText.Format(Read(record, record.Values, i)) ?? record.Id;
            }
        }

        return record.Id;
    }

    internal sealed record ChildReference(RecordTable Table, int Ordinal)
    {
        public FieldDefinition Field => Table.Definition.Fields[Ordinal];

        public IEnumerable<StoredRecord> LiveChildren(string parentId) => Table.FindByValue(Ordinal, parentId).Where(r => !r.IsDeleted);
    }
}

/// <summary>A stored record for formulas and rules.</summary>
internal sealed class StoredRecordView(OrgStore store, StoredRecord record, object?[] values) : RecordView
{
    public override ObjectDefinition Definition => record.Definition;

    public override object? this[string path] => store.Path(record.Definition, path).Read(store, record, values);
}

/// <summary>A record while it is being saved. Values that rules set are converted and checked like the caller's; their errors are the record's.</summary>
internal sealed class RecordDraftInSave : RecordDraft
{
    private readonly OrgStore _store;
    private readonly StoredRecord _record;
    private readonly HashSet<int> _sent = [];

    public RecordDraftInSave(OrgStore store, StoredRecord record, object?[] values, bool isNew, DateTimeOffset now, bool truncate)
    {
        _store = store;
        _record = record;
        Values = values;
        IsNew = isNew;
        Now = now;
        Truncate = truncate;
    }

    public object?[] Values { get; }

    public bool Truncate { get; }

    public List<RecordError> Errors { get; } = [];

    public IReadOnlyCollection<int> Sent => _sent;

    public override bool IsNew { get; }

    public override DateTimeOffset Now { get; }

    public override ObjectDefinition Definition => _record.Definition;

    public override object? this[string path]
    {
        get
        {
            FieldPath found = _store.Path(Definition, path);
            if (found.Hops.Count == 0 && Definition.Fields[found.Leaf].Derived is { } derived)
            {
                return derived(this);
            }

            return found.Read(_store, _record, Values);
        }
    }

    public override object? Prior(string field) =>
        IsNew ? null : _store.Path(Definition, field).Read(_store, _record, _record.Values);

    public override bool IsSent(string field) => _sent.Contains(Definition.Ordinal(field));

    public override void Set(string field, object? value)
    {
        int ordinal = Definition.Ordinal(field);
        if (ordinal < 0)
        {
            throw new ArgumentException($"{Definition.Name} has no field {field}", nameof(field));
        }

        SetParsed(ordinal, value);
    }

    public void Send(int ordinal, object? value)
    {
        _sent.Add(ordinal);
        SetParsed(ordinal, value);
    }

    private void SetParsed(int ordinal, object? value)
    {
        (object? parsed, RecordError? error) = FieldText.Parse(Definition.Fields[ordinal], FieldText.Format(value), Truncate);
        if (error is null)
        {
            Values[ordinal] = parsed;
        }
        else
        {
            Errors.Add(error);
        }
    }
}
