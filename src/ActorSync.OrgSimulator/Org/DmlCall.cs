using System.Collections.ObjectModel;
using ActorSync.OrgSimulator.Org.Changes;

namespace ActorSync.OrgSimulator.Org;

/// <summary>One DML call in progress: one transaction with its time, what it changed (to undo it) and what it will tell the arrival log.</summary>
internal sealed class DmlCall(
    OrgStore store, DmlContext context, DateTimeOffset now, DateTimeOffset stamp, ErrorInjections injections, RowLocks locks, ChangeCapture? changes = null, OrgRules? rules = null)
{
    private static readonly RecordError RolledBack = new(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
        []);

    /// <summary>Operations that follow from others: taken back, they never arrived.</summary>
    private static readonly string[] Consequences = ["rollup", "cascadeDelete", "cascadeUndelete", "cascadeHardDelete", "clearLookup", "restoreLookup"];

    private readonly List<Action> _undo = [];
    private readonly List<Arrival> _arrivals = [];

    public OrgStore Store => store;

    public DmlContext Context => context;

    /// <summary>Time of the commit, to the second.</summary>
    public DateTimeOffset Now => now;

    public RowLocks Locks => locks;

    public OrgRules Rules => rules ?? OrgRules.None;

    public IReadOnlyList<Arrival> Told => _arrivals;

    public RecordError? Injected(string type, string operation) => injections.Draw(type, operation);

    public void Insert(StoredRecord record, object?[] values)
    {
        RecordTable table = store.Table(record.Definition);
        values[table.StampOrdinal] = stamp;
        Set(record.Definition, values, "CreatedDate", stamp);
        Set(record.Definition, values, "CreatedById", context.UserId);
        Modified(record.Definition, values, stamp);
        table.Add(record, values);
        changes?.Created(record);
        _undo.Add(() => table.Remove(record));
    }

    /// <summary>Changes a record's values and stamps it; a SystemModstamp never goes back.</summary>
    /// <param name="byUser">False for what the platform itself does (clearing a lookup): only SystemModstamp moves.</param>
    public void Change(StoredRecord record, object?[] values, bool byUser = true, bool? isDeleted = null, long? deleteGroup = null)
    {
        RecordTable table = store.Table(record.Definition);
        DateTimeOffset moved = stamp > record.Stamp ? stamp : record.Stamp;
        values[table.StampOrdinal] = moved;
        if (byUser)
        {
            Modified(record.Definition, values, moved);
        }

        (object?[] oldValues, bool oldDeleted, long oldGroup) = (record.Values, record.IsDeleted, record.DeleteGroup);
        if (table.DeletedOrdinal >= 0)
        {
            values[table.DeletedOrdinal] = isDeleted ?? oldDeleted;
        }

        table.Replace(record, values, isDeleted ?? oldDeleted);
        record.DeleteGroup = deleteGroup ?? oldGroup;
        changes?.Changed(record, oldValues, oldDeleted, byUser);
        _undo.Add(() =>
        {
            table.Replace(record, oldValues, oldDeleted);
            record.DeleteGroup = oldGroup;
        });
    }

    public void Purge(StoredRecord record)
    {
        RecordTable table = store.Table(record.Definition);
        table.Remove(record);
        changes?.Purged(record);
        _undo.Add(() => table.Add(record, record.Values));
    }

    public void OnRollback(Action undo) => _undo.Add(undo);

    /// <summary>Notes what took effect on a record, for the arrival log.</summary>
    public void Tell(string operation, StoredRecord record, string? externalId, IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> after) =>
        _arrivals.Add(new Arrival(0, now, context.Api, context.Client, operation, record.Definition.Name, record.Id, externalId, before, after, null));

    /// <summary>Notes a refused record and gives its result.</summary>
    public RecordResult Refuse(string operation, string type, string? id, string? externalId, IReadOnlyList<RecordError> errors)
    {
        _arrivals.Add(new Arrival(
            0, now, context.Api, context.Client, operation, type, id, externalId, ReadOnlyDictionary<string, string?>.Empty, ReadOnlyDictionary<string, string?>.Empty, errors[0]));
        return new RecordResult(null, false, false, errors);
    }

    /// <summary>Takes everything back; the records that were fine say why they are not in.</summary>
    public RecordResult[] RollBack(IReadOnlyList<RecordResult> results)
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
        {
            _undo[i]();
        }

        changes?.Forget();
        _arrivals.RemoveAll(a => Consequences.Contains(a.Operation));
        for (int i = 0; i < _arrivals.Count; i++)
        {
            _arrivals[i] = _arrivals[i] with { Error = _arrivals[i].Error ?? RolledBack, After = ReadOnlyDictionary<string, string?>.Empty };
        }

        return [.. results.Select(r => r.Success ? new RecordResult(null, false, false, [RolledBack]) : r)];
    }

    private void Modified(ObjectDefinition definition, object?[] values, DateTimeOffset at)
    {
        Set(definition, values, "LastModifiedDate", at);
        Set(definition, values, "LastModifiedById", context.UserId);
    }

    private static void Set(ObjectDefinition definition, object?[] values, string field, object? value)
    {
        int ordinal = definition.Ordinal(field);
        if (ordinal >= 0)
        {
            values[ordinal] = value;
        }
    }
}
