using ActorSync.Domain.Records;

namespace ActorSync.UnitTests.Records.Walk;

/// <summary>The mapped row of one record and its change log, as PostgreSQL would have them: births, revisions, compare-and-set.</summary>
internal sealed class ModelRow
{
    private static readonly FieldValues Nothing = Spec.Fields((Spec.Name, null), (Spec.Phone, null), (Spec.City, null), (Spec.Formula, null));

    // Per field, what the application committed in this life of the row, in order.
    private readonly Dictionary<string, List<string?>> _committed = new(StringComparer.Ordinal);
    private long _lastBirth;
    private long _changeId;

    public RowStamp? Stamp { get; private set; }

    public FieldValues Fields { get; private set; } = FieldValues.Empty;

    public string? Sfid { get; private set; }

    public DateTimeOffset? SystemModstamp { get; private set; }

    /// <summary>Committed transactions that are not delivered yet, each with its changes in the log's order.</summary>
    public Queue<RecordMessage.LocalChange[]> Log { get; } = new();

    public RowImage Image => new(Stamp, Fields, SystemModstamp);

    public RecordMessage.LocalChange Insert(FieldValues values, DateTimeOffset at)
    {
        Stamp = new RowStamp(++_lastBirth, 1);
        (Fields, Sfid, SystemModstamp) = (values, null, null);
        _committed.Clear();
        Committed(values);
        return Change(RowOperation.Insert, Stamp.Value, FieldValues.Empty, values, at);
    }

    public RecordMessage.LocalChange Update(FieldValues values, DateTimeOffset at)
    {
        var changed = values.DifferingFrom(Fields);
        var old = Fields.Where((name, _) => changed.Has(name));
        Stamp = Stamp!.Value with { Revision = Stamp.Value.Revision + 1 };
        Fields = Fields.With(changed);
        Committed(changed);
        return Change(RowOperation.Update, Stamp.Value, old, changed, at);
    }

    public RecordMessage.LocalChange Delete(DateTimeOffset at)
    {
        var gone = Change(RowOperation.Delete, Stamp!.Value, Fields, FieldValues.Empty, at);
        (Stamp, Fields, Sfid, SystemModstamp) = (null, FieldValues.Empty, null, null);
        return gone;
    }

    /// <summary>The engine's write: lands only on the version it was decided upon.</summary>
    public RowWriteOutcome Write(OwedRow owed, RowStamp? expected, Action<string> violated)
    {
        if (Stamp != (owed.Operation == RowOperation.Insert ? null : expected) || (owed.Operation != RowOperation.Insert && Stamp is null))
        {
            return new RowWriteOutcome.Moved();
        }

        if (owed.Operation == RowOperation.Delete)
        {
            (Stamp, Fields, Sfid, SystemModstamp) = (null, FieldValues.Empty, null, null);
            return new RowWriteOutcome.Landed(null, FieldValues.Empty, FieldValues.Empty);
        }

        var before = owed.Operation == RowOperation.Insert ? Nothing : Fields;
        if (owed.Operation == RowOperation.Insert)
        {
            Stamp = new RowStamp(++_lastBirth, 0);
            (Sfid, SystemModstamp) = (null, null);
            _committed.Clear();
        }

        foreach (var (name, value) in owed.Fields.Where((name, value) => name != Spec.Formula && Fields[name] != value))
        {
            var local = _committed.GetValueOrDefault(name, []);
            if (value is not null && local.Contains(value) && local[^1] != value)
            {
                violated($"I2: {name} flips back from {local[^1]} to {value}");
            }
        }

        Stamp = Stamp!.Value with { Revision = Stamp.Value.Revision + 1 };
        Fields = before.With(owed.Fields);
        Sfid = owed.Status.Sfid ?? Sfid;
        SystemModstamp = owed.Status.SystemModstamp ?? SystemModstamp;
        return new RowWriteOutcome.Landed(Stamp, before, Fields);
    }

    /// <summary>The record comes back with Salesforce's values, whatever the application said to the deleted one.</summary>
    public void Forget() => _committed.Clear();

    private void Committed(FieldValues values)
    {
        foreach (var (name, value) in values)
        {
            _committed.TryAdd(name, []);
            _committed[name].Add(value);
        }
    }

    private RecordMessage.LocalChange Change(RowOperation operation, RowStamp stamp, FieldValues old, FieldValues values, DateTimeOffset at) =>
        new(++_changeId, "x", at, operation, stamp, old, values);
}
