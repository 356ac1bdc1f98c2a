using System.Collections.ObjectModel;

namespace ActorSync.OrgSimulator.Org;

/// <summary>
/// Delete, undelete and emptying of the recycle bin. What a delete takes along follows each reference's <see cref="DeleteConstraint"/>; an undelete brings back
/// what went with the record and the lookups that were cleared. A restricted child that goes along anyway does not hold its parent.
/// </summary>
internal sealed class RecordDeleter(OrgStore store, TimeSpan recycleBinAge)
{
    /// <summary>Names of children that a refused delete lists.</summary>
    private const int NamedChildrenMax = 5;

    private static readonly RecordError NotInBin = new("UNDELETE_FAILED", "Entity is not in the recycle bin", []);

    private readonly Dictionary<long, List<ClearedLookup>> _clearedLookups = [];
    private readonly Queue<(DateTimeOffset At, string Id, long Group)> _bin = new();
    private long _lastGroup;

    public RecordResult Delete(DmlCall call, string idText)
    {
        (StoredRecord? record, RecordError? error) = Find(idText);
        var doomed = new List<StoredRecord>();
        error ??= Refusal(call, record!, doomed);
        if (record is null || error is not null)
        {
            return call.Refuse("delete", TypeOf(record, idText), record?.Id ?? idText, ExternalIdOf(record), [error!]);
        }

        long group = ++_lastGroup;
        foreach (StoredRecord gone in doomed)
        {
            SoftDelete(call, gone, group, gone == record ? "delete" : "cascadeDelete");
        }

        ClearLookups(call, doomed, group);
        return new RecordResult(record.Id, true, false, []);
    }

    public RecordResult Undelete(DmlCall call, string idText)
    {
        (StoredRecord? record, RecordError? error) = Find(idText);
        StoredRecord[] group = record is null ? [] : [.. GroupOf(record)];
        error = record is null ? NotInBin : UndeleteRefusal(call, record, group);
        if (record is null || error is not null)
        {
            return call.Refuse("undelete", TypeOf(record, idText), record?.Id ?? idText, ExternalIdOf(record), [error!]);
        }

        long from = record.DeleteGroup;
        foreach (StoredRecord back in group)
        {
            Restore(call, back, back == record ? "undelete" : "cascadeUndelete");
        }

        RestoreLookups(call, from);
        return new RecordResult(record.Id, true, false, []);
    }

    /// <summary>Hard delete of a record in the recycle bin, with what was deleted along.</summary>
    public RecordResult EmptyBin(DmlCall call, string idText)
    {
        (StoredRecord? record, RecordError? error) = Find(idText);
        error ??= record!.IsDeleted ? null : NotInBin;
        if (record is null || error is not null)
        {
            return call.Refuse("hardDelete", TypeOf(record, idText), record?.Id ?? idText, ExternalIdOf(record), [error!]);
        }

        foreach (StoredRecord gone in GroupOf(record).ToArray())
        {
            call.Tell(gone == record ? "hardDelete" : "cascadeHardDelete", gone, ExternalIdOf(gone), Shown(gone), ReadOnlyDictionary<string, string?>.Empty);
            call.Purge(gone);
        }

        return new RecordResult(record.Id, true, false, []);
    }

    /// <summary>Removes what has been in the bin, and in the delete log, for longer than it is kept.</summary>
    public void Expire(DateTimeOffset now)
    {
        while (_bin.TryPeek(out var oldest) && oldest.At + recycleBinAge < now)
        {
            _bin.Dequeue();
            _clearedLookups.Remove(oldest.Group);
            if (store.Find(oldest.Id) is { IsDeleted: true } record && record.DeleteGroup == oldest.Group)
            {
                store.Table(record.Definition).Remove(record);
            }
        }

        foreach (RecordTable table in store.Tables)
        {
            int expired = table.DeleteLog.FindIndex(d => d.DeletedDate + recycleBinAge >= now);
            table.DeleteLog.RemoveRange(0, expired < 0 ? table.DeleteLog.Count : expired);
        }
    }

    private (StoredRecord? Record, RecordError? Error) Find(string idText) =>
        !SalesforceId.TryNormalize(idText, out string? id) ? (null, new RecordError("MALFORMED_ID", $"malformed id {idText}", ["Id"]))
        : store.Find(id) is { } record ? (record, null)
        : (null, RecordSaver.Unknown);

    private RecordError? Refusal(DmlCall call, StoredRecord record, List<StoredRecord> doomed)
    {
        if (call.Injected(record.Definition.Name, "delete") is { } injected)
        {
            return injected;
        }

        if (record.IsDeleted)
        {
            return RecordSaver.Gone;
        }

        if (!record.Definition.Deletable)
        {
            return new RecordError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", []);
        }

        Collect(record, doomed, []);
        return Restricted(doomed)
            ?? (doomed.Where(r => call.Locks.IsHeld(r.Id)).Select(r => r.Id).ToArray() is { Length: > 0 } locked ? RowLocks.Error(locked) : null);
    }

    private void Collect(StoredRecord record, List<StoredRecord> doomed, HashSet<StoredRecord> seen)
    {
        if (!seen.Add(record))
        {
            return;
        }

        doomed.Add(record);
        foreach (OrgStore.ChildReference reference in store.ChildReferences[record.Definition.Name].Where(r => r.Field.CascadeDelete))
        {
            foreach (StoredRecord child in reference.LiveChildren(record.Id))
            {
                Collect(child, doomed, seen);
            }
        }
    }

    private RecordError? Restricted(List<StoredRecord> doomed)
    {
        var going = doomed.ToHashSet();
        foreach (StoredRecord record in doomed)
        {
            foreach (OrgStore.ChildReference reference in store.ChildReferences[record.Definition.Name].Where(r => r.Field.RestrictedDelete))
            {
                StoredRecord[] holding = [.. reference.LiveChildren(record.Id).Where(c => !going.Contains(c)).Take(NamedChildrenMax)];
                if (holding.Length > 0)
                {
                    string children = reference.Table.Definition.LabelPlural.ToLowerInvariant();
                    string names = string.Join(", ", holding.Select(store.NameOf));
                    return new RecordError(
                        "DELETE_FAILED",
                        $"Your attempt to delete {store.NameOf(record)} could not be completed because it is associated with the following {children}.: {names}",
                        []);
                }
            }
        }

        return null;
    }

    private void SoftDelete(DmlCall call, StoredRecord record, long group, string operation)
    {
        Dictionary<string, string?> shown = Shown(record);
        object?[] before = record.Values;
        call.Change(record, [.. before], isDeleted: true, deleteGroup: group);
        call.Tell(operation, record, ExternalIdOf(record), shown, ReadOnlyDictionary<string, string?>.Empty);
        RecordTable table = store.Table(record.Definition);
        var logged = new DeletedRecord(record.Id, record.Stamp);
        table.DeleteLog.Add(logged);
        call.OnRollback(() => table.DeleteLog.Remove(logged));
        _bin.Enqueue((record.Stamp, record.Id, group));
        RollUps.Recompute(call, record, before, null);
    }

    /// <summary>The platform clears lookups to what is gone: SystemModstamp of the child moves, its LastModifiedDate does not.</summary>
    private void ClearLookups(DmlCall call, List<StoredRecord> doomed, long group)
    {
        foreach (StoredRecord record in doomed)
        {
            foreach (OrgStore.ChildReference reference in store.ChildReferences[record.Definition.Name].Where(r => r.Field.OnParentDelete == DeleteConstraint.SetNull))
            {
                foreach (StoredRecord child in reference.LiveChildren(record.Id).ToArray())
                {
                    SetLookup(call, child, reference.Ordinal, null);
                    if (!_clearedLookups.TryGetValue(group, out List<ClearedLookup>? cleared))
                    {
                        _clearedLookups.Add(group, cleared = []);
                    }

                    cleared.Add(new ClearedLookup(child.Id, reference.Ordinal, record.Id));
                }
            }
        }
    }

    private static void SetLookup(DmlCall call, StoredRecord child, int ordinal, string? parentId)
    {
        string field = child.Definition.Fields[ordinal].Name;
        string? old = child.Values[ordinal] as string;
        object?[] values = [.. child.Values];
        values[ordinal] = parentId;
        call.Change(child, values, byUser: false);
        call.Tell(
            parentId is null ? "clearLookup" : "restoreLookup",
            child,
            ExternalIdOf(child),
            new Dictionary<string, string?> { [field] = old },
            new Dictionary<string, string?> { [field] = parentId });
    }

    private RecordError? UndeleteRefusal(DmlCall call, StoredRecord record, StoredRecord[] group)
    {
        if (call.Injected(record.Definition.Name, "undelete") is { } injected)
        {
            return injected;
        }

        if (!record.IsDeleted || MasterIsGone(record))
        {
            return NotInBin;
        }

        return call.Locks.IsHeld(record.Id) ? RowLocks.Error([record.Id]) : group.Select(Collision).FirstOrDefault(e => e is not null);
    }

    /// <summary>What a cascade took is not in the bin by itself: it comes back with its parent.</summary>
    private bool MasterIsGone(StoredRecord record) =>
        record.Definition.Fields.Where((f, i) => f.CascadeDelete && record.Values[i] is string id && store.Find(id) is not { IsDeleted: false }).Any();

    /// <summary>A unique value that another record took in the meantime.</summary>
    private RecordError? Collision(StoredRecord record)
    {
        for (int i = 0; i < record.Values.Length; i++)
        {
            FieldDefinition field = record.Definition.Fields[i];
            if (field.Unique && record.Values[i] is { } value && SaveChecks.Holder(store, record, i, value) is { } holder)
            {
                return SaveChecks.DuplicateValue(field, holder);
            }
        }

        return null;
    }

    private List<StoredRecord> GroupOf(StoredRecord record)
    {
        if (!record.IsDeleted)
        {
            return [record];
        }

        var group = new List<StoredRecord> { record };
        for (int at = 0; at < group.Count; at++)
        {
            group.AddRange(store.ChildReferences[group[at].Definition.Name].Where(r => r.Field.CascadeDelete)
                .SelectMany(r => r.Table.FindByValue(r.Ordinal, group[at].Id))
                .Where(c => c.IsDeleted && c.DeleteGroup == record.DeleteGroup && !group.Contains(c)));
        }

        return group;
    }

    private void Restore(DmlCall call, StoredRecord record, string operation)
    {
        object?[] before = record.Values;
        call.Change(record, [.. before], isDeleted: false, deleteGroup: 0);
        call.Tell(operation, record, ExternalIdOf(record), ReadOnlyDictionary<string, string?>.Empty, Shown(record));
        List<DeletedRecord> log = store.Table(record.Definition).DeleteLog;
        DeletedRecord[] removed = [.. log.Where(d => d.Id == record.Id)];
        log.RemoveAll(d => d.Id == record.Id);
        call.OnRollback(() => log.AddRange(removed));
        RollUps.Recompute(call, record, null, record.Values);
    }

    private void RestoreLookups(DmlCall call, long group)
    {
        if (!_clearedLookups.TryGetValue(group, out List<ClearedLookup>? cleared))
        {
            return;
        }

        foreach (ClearedLookup lookup in cleared)
        {
            if (store.Find(lookup.ChildId) is { IsDeleted: false } child && child.Values[lookup.Ordinal] is null && store.Find(lookup.ParentId) is { IsDeleted: false })
            {
                SetLookup(call, child, lookup.Ordinal, lookup.ParentId);
            }
        }
    }

    private static Dictionary<string, string?> Shown(StoredRecord record) =>
        record.Definition.Fields.Select((f, i) => (Field: f, Value: record.Values[i])).Where(p => p.Value is not null && p.Field.Createable)
            .ToDictionary(p => p.Field.Name, p => FieldText.Format(p.Value));

    private static string? ExternalIdOf(StoredRecord? record) => record is null ? null : RecordSaver.ExternalIdOf(record, record.Values);

    private string TypeOf(StoredRecord? record, string idText) => record?.Definition.Name ?? store.Schema.FindById(idText)?.Name ?? "";

    private sealed record ClearedLookup(string ChildId, int Ordinal, string ParentId);
}
