using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Records;
using ActorSync.Salesforce.Bulk;

namespace ActorSync.Coordination;

/// <summary>Offered writes as the rules of submission see them: by lane, record and the records they refer to.</summary>
/// <param name="byJobs">Some may leave in Bulk jobs: it is looked at whether a job can carry them.</param>
internal sealed class WaitingWrites(IReadOnlyDictionary<short, ObjectMapping> mappings, bool byJobs = false)
{
    private readonly Dictionary<string, short> _byObject = mappings.Values.ToDictionary(mapping => mapping.ObjectName, mapping => mapping.Number, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<short, int> _ranks = [];

    /// <summary>True of a write of a mapping this node knows.</summary>
    public bool Knows(OfferedWrite write) => mappings.ContainsKey(write.Mapping);

    /// <summary>A write as it waits.</summary>
    /// <param name="key">Its offer.</param>
    /// <param name="readySince">Since when it could have left.</param>
    public WaitingWrite Of(OfferedWrite write, long key, DateTimeOffset readySince)
    {
        var (onlySoap, bytes) = byJobs ? InJobs(write) : (false, 0);
        return new WaitingWrite(
            key, new Lane(write.Mapping, write.Operation), new RecordId(write.Mapping, write.Entity), Parents(write), readySince, write.Alone, write.Contended, write.Position)
        {
            Adopts = write.Operation == WriteOperation.Update && write.Fields.Has(mappings[write.Mapping].ExternalIdField),
            OnlySoap = onlySoap,
            Bytes = bytes,
        };
    }

    /// <summary>Whose lock a write needs first of all: its parent's, or without one its own.</summary>
    public RecordId ContendsFor(OfferedWrite write) => Of(write, 0, default).ContendsFor.First();

    /// <summary>True of a mapping that has a field for records of another.</summary>
    public bool RefersTo(short mapping, short other) =>
        mappings.TryGetValue(mapping, out var known) && known.Fields.Any(field => field.Parent is not null && _byObject.TryGetValue(field.Parent.ParentObject, out var parent) && parent == other);

    /// <summary>Depth of an object below its parents that are mapped too; a cycle of objects ends where it began.</summary>
    public int Rank(short mapping)
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

    private (bool OnlySoap, int Bytes) InJobs(OfferedWrite write)
    {
        var mapping = mappings[write.Mapping];
        var record = WireRecord.Of(mapping, write);
        // In CSV an empty value says nothing, and neither does a row that has only its id.
        var saysLess = write.Operation == WriteOperation.Update && (write.Fields.IsEmpty || write.Fields.Any(field => field.Value is { Length: 0 }));
        return (write.BySoap || SoapOnly.Holds(mapping, write.Operation) || saysLess || !BulkRows.CanCarry(record), BulkRows.BytesMax(record, columns: (2 * mapping.Fields.Length) + 2));
    }

    private ParentReference[] Parents(OfferedWrite write) =>
        [.. mappings[write.Mapping].Fields
            .Where(field => field.Parent is not null && write.Fields[field.Name] is not null && _byObject.ContainsKey(field.Parent.ParentObject))
            .Where(field => Guid.TryParse(write.Fields[field.Name], out _))
            .Select(field => new ParentReference(field.Name, new RecordId(_byObject[field.Parent!.ParentObject], Guid.Parse(write.Fields[field.Name]!)), field.Updatable))];
}
