using System.Text.Json.Serialization;

namespace ActorSync.Domain.Mapping;

/// <summary>What Salesforce is asked to do with the inserts and updates of a mapping beside saving them (SOAP API, "SOAP Headers"). Deletes have none of it.</summary>
public sealed record WriteOptions
{
    /// <summary>The active assignment rule of the object runs; of an account, all territory rules.</summary>
    public bool DefaultAssignmentRule { get; init; }

    /// <summary>The assignment rule that runs, active or not: an 18-character id; null when none is named. Never together with <see cref="DefaultAssignmentRule"/>.</summary>
    public string? AssignmentRuleId { get; init; }

    /// <summary>A record that a duplicate rule would only warn about is saved.</summary>
    public bool SaveDuplicates { get; init; }

    /// <summary>A text too long for its field is cut by Salesforce; otherwise its record is refused.</summary>
    public bool TruncateTexts { get; init; }

    /// <summary>Bulk API 2.0 cannot be asked for all of it: of these a job knows the id of an assignment rule alone.</summary>
    [JsonIgnore]
    public bool NeedsSoap => DefaultAssignmentRule || SaveDuplicates || TruncateTexts;
}
