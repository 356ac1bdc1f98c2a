using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Coordination;

/// <summary>What travels of a write, by either API: its fields, and its parents by their external ids.</summary>
internal static class WireRecord
{
    /// <summary>The record as Salesforce takes it.</summary>
    public static SoapRecord Of(ObjectMapping mapping, OfferedWrite write)
    {
        var fields = new Dictionary<string, string?>(write.Fields.Count + 1, StringComparer.Ordinal);
        Dictionary<string, ParentByExternalId>? parents = null;
        if (write.Operation == WriteOperation.Insert)
        {
            fields[mapping.ExternalIdField] = write.Entity.ToString();
        }

        foreach (var (name, value) in write.Fields)
        {
            if (mapping.Field(name)?.Parent is not { } parent)
            {
                fields[name] = value;
            }
            else if (value is null)
            {
                fields[parent.ReferenceField] = null;
            }
            else
            {
                (parents ??= new(StringComparer.Ordinal))[parent.Relationship] = new ParentByExternalId(parent.ParentObject, parent.ExternalIdField, value);
            }
        }

        return new SoapRecord(write.Sfid, fields, parents ?? SoapRecord.NoParents);
    }
}
