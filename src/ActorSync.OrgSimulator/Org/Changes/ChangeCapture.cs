namespace ActorSync.OrgSimulator.Org.Changes;

/// <summary>
/// What one DML call did to records, for the events of its commit: several changes of a record count as one. Keeps references only, so that a call costs next to
/// nothing more; what changed is found out once it commits.
/// </summary>
internal sealed class ChangeCapture
{
    private readonly Dictionary<StoredRecord, Touch> _touches = [];
    private readonly List<Touch> _inOrder = [];

    public void Created(StoredRecord record) => Add(new Touch(record, null, false));

    /// <param name="byUser">False where only SystemModstamp moved.</param>
    public void Changed(StoredRecord record, object?[] before, bool wasDeleted, bool byUser)
    {
        if (!_touches.TryGetValue(record, out Touch? touch))
        {
            touch = Add(new Touch(record, before, wasDeleted));
        }

        touch.ByUser |= byUser;
    }

    /// <summary>A record that is gone for good is told by nobody.</summary>
    public void Purged(StoredRecord record)
    {
        if (_touches.Remove(record, out Touch? touch))
        {
            _inOrder.Remove(touch);
        }
    }

    public void Forget()
    {
        _touches.Clear();
        _inOrder.Clear();
    }

    /// <summary>The events of the commit: records that changed alike share one.</summary>
    public List<OrgChangeEvent> Events(OrgStore store, ChangeTransaction transaction, Func<ObjectDefinition, bool> isSelected)
    {
        var groups = new Dictionary<Told, List<string>>();
        var order = new List<Told>();
        foreach (Touch touch in _inOrder)
        {
            if (!isSelected(touch.Record.Definition) || Tell(store, touch) is not { } told)
            {
                continue;
            }

            if (!groups.TryGetValue(told, out List<string>? ids))
            {
                groups.Add(told, ids = []);
                order.Add(told);
            }

            ids.Add(touch.Record.Id);
        }

        return [.. order.Select((told, i) => new OrgChangeEvent(told.Definition, told.Kind, groups[told], told.Fields, transaction, i + 1))];
    }

    private Touch Add(Touch touch)
    {
        _touches.Add(touch.Record, touch);
        _inOrder.Add(touch);
        return touch;
    }

    /// <returns>Null where nobody can see a change.</returns>
    private static Told? Tell(OrgStore store, Touch touch)
    {
        StoredRecord record = touch.Record;
        return (touch.Before, touch.WasDeleted, record.IsDeleted) switch
        {
            (null, _, false) => new Told(record.Definition, ChangeKind.Create, Filled(store, record)),
            (null, _, true) => null,
            (_, false, true) => new Told(record.Definition, ChangeKind.Delete, []),
            (_, true, false) => new Told(record.Definition, ChangeKind.Undelete, Filled(store, record)),
            (_, true, true) => null,
            ({ } before, _, _) when Different(store, record, before, touch.ByUser) is { Count: > 0 } changed => new Told(record.Definition, ChangeKind.Update, changed),
            _ => null,
        };
    }

    private static List<ChangedField> Filled(OrgStore store, StoredRecord record)
    {
        var fields = new List<ChangedField>();
        for (int i = 0; i < record.Definition.Fields.Count; i++)
        {
            if (IsTold(record.Definition, i) && store.Read(record, record.Values, i) is { } value)
            {
                fields.Add(new ChangedField(record.Definition.Fields[i], value));
            }
        }

        return fields;
    }

    /// <summary>LastModifiedDate is told with every change of a user, also where it is the second of the change before.</summary>
    private static List<ChangedField> Different(OrgStore store, StoredRecord record, object?[] before, bool byUser)
    {
        var fields = new List<ChangedField>();
        for (int i = 0; i < record.Definition.Fields.Count; i++)
        {
            FieldDefinition field = record.Definition.Fields[i];
            if (!IsTold(record.Definition, i))
            {
                continue;
            }

            object? now = store.Read(record, record.Values, i);
            if (!Equals(now, store.Read(record, before, i)) || (byUser && field.Name == "LastModifiedDate"))
            {
                fields.Add(new ChangedField(field, now));
            }
        }

        return fields;
    }

    /// <summary>The full name of a person is told by its parts.</summary>
    private static bool IsTold(ObjectDefinition definition, int ordinal) =>
        definition.Fields[ordinal] is { Type: not FieldType.Id, Name: not ("IsDeleted" or "SystemModstamp"), ExtraTypeInfo: var extra, Name: var name }
        && !(name == "Name" && extra == "personname");

    private sealed class Touch(StoredRecord record, object?[]? before, bool wasDeleted)
    {
        public StoredRecord Record { get; } = record;

        public object?[]? Before { get; } = before;

        public bool WasDeleted { get; } = wasDeleted;

        public bool ByUser { get; set; }
    }

    /// <summary>What an event says of its records; alike where it says the same.</summary>
    private sealed record Told(ObjectDefinition Definition, ChangeKind Kind, List<ChangedField> Fields)
    {
        public bool Equals(Told? other) =>
            other is not null && Definition == other.Definition && Kind == other.Kind
            && Fields.Count == other.Fields.Count && Fields.Zip(other.Fields).All(p => ReferenceEquals(p.First.Field, p.Second.Field) && Equals(p.First.Value, p.Second.Value));

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(Kind);
            foreach (ChangedField field in Fields)
            {
                hash.Add(field.Value);
            }

            return hash.ToHashCode();
        }
    }
}
