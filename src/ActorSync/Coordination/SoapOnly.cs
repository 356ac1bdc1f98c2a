using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;

namespace ActorSync.Coordination;

/// <summary>Mappings whose inserts and updates no job can carry. What is asked for with them travels in SOAP headers, and those of Bulk API 2.0 ("Headers") are about the
/// client and the format of the data; and a counter is offered again only when its last write is recognised among the change events, by the submission that a SOAP call names as its client.
/// Their deletes go by jobs all the same.</summary>
internal static class SoapOnly
{
    /// <summary>The headers of this write travel with SOAP alone.</summary>
    public static bool Holds(ObjectMapping mapping, WriteOperation operation) =>
        operation != WriteOperation.Delete && (mapping.WriteOptions is { NeedsSoap: true } || Counts(mapping));

    /// <summary>What to say of such a mapping at the start; null of any other.</summary>
    public static string? Notice(ObjectMapping mapping)
    {
        if (!Holds(mapping, WriteOperation.Update))
        {
            return null;
        }

        var options = mapping.WriteOptions ?? new WriteOptions();
        string[] asked =
        [
            .. Counts(mapping) ? ["policy = counter"] : Array.Empty<string>(),
            .. options.DefaultAssignmentRule ? ["assignment-rule = default"] : Array.Empty<string>(),
            .. options.SaveDuplicates ? ["duplicate-rules = allow-save"] : Array.Empty<string>(),
            .. options.TruncateTexts ? ["field-truncation = allow"] : Array.Empty<string>(),
        ];
        return $"inserts and updates of {mapping.ObjectName} stay with SOAP, however many there are: Bulk API 2.0 has no counterpart of {string.Join(", ", asked)}";
    }

    private static bool Counts(ObjectMapping mapping) => mapping.Fields.Any(field => mapping.PolicyOf(field.Name) == ConflictPolicy.Counter);
}
