using System.Collections.Immutable;

namespace ActorSync.Configuration;

/// <summary>What a mapping has that does not say otherwise; policy and tie-break come from <see cref="ConflictConfig"/>.</summary>
internal sealed record MappingDefaultsConfig
{
    public required MappingAccess Access { get; init; }

    public required string ExternalId { get; init; }

    public required TruncateConfig Truncate { get; init; }

    public required FeedChoice Feed { get; init; }

    public required WriteModeConfig Mode { get; init; }

    public required DeletePolicyConfig Delete { get; init; }

    public required AssignmentRuleChoice AssignmentRule { get; init; }

    public required DuplicateRulesConfig DuplicateRules { get; init; }

    public required FieldTruncationConfig FieldTruncation { get; init; }
}

/// <summary>One Salesforce object and the table it is kept in, defaults filled in.</summary>
internal sealed record MappingConfig
{
    /// <summary>API name of the object, as written: <c>Account</c>, <c>Invoice__c</c>.</summary>
    public required string Object { get; init; }

    /// <summary>Table name, by default the object's name in lower case; at most 63 bytes.</summary>
    public required string Table { get; init; }

    public required MappingAccess Access { get; init; }

    /// <summary>API name of the unique external id field that holds the record's UUID. Always mapped, never among <see cref="Fields"/>.</summary>
    public required string ExternalId { get; init; }

    /// <summary>Column of <see cref="ExternalId"/>.</summary>
    public string ExternalIdColumn => FieldConfig.ColumnOf(ExternalId);

    /// <summary>How its changes in Salesforce are found.</summary>
    public FeedChoice Feed { get; init; }

    /// <summary>How local changes of one record are sent.</summary>
    public WriteModeConfig Mode { get; init; }

    /// <summary>What a delete of either side does.</summary>
    public DeletePolicyConfig Delete { get; init; }

    public required ConflictPolicyConfig Policy { get; init; }

    public required TieBreakConfig TieBreak { get; init; }

    public TruncateConfig Truncate { get; init; }

    /// <summary>The assignment rule that Salesforce runs for what is inserted and updated; off for objects that have none.</summary>
    public AssignmentRuleChoice AssignmentRule { get; init; } = AssignmentRuleChoice.Off;

    public DuplicateRulesConfig DuplicateRules { get; init; }

    public FieldTruncationConfig FieldTruncation { get; init; }

    /// <summary>The mapped fields in the order written, at least one, without the ones that are always mapped (Id, SystemModstamp, IsDeleted, the external id).</summary>
    public required ImmutableArray<FieldConfig> Fields { get; init; }
}

/// <summary>How changes in Salesforce are found.</summary>
internal enum FeedChoice
{
    /// <summary><c>polling</c>: by queries.</summary>
    Polling,

    /// <summary><c>cdc</c>: by the change events of the org, with a slow poll behind them.</summary>
    ChangeEvents,
}

/// <summary>Who may change a mapped table.</summary>
internal enum MappingAccess
{
    /// <summary><c>read_write</c>: changes go both ways.</summary>
    ReadWrite,

    /// <summary><c>read_only</c>: changes come from Salesforce only.</summary>
    ReadOnly,
}

/// <summary>What TRUNCATE of a mapped table does.</summary>
internal enum TruncateConfig
{
    /// <summary><c>refuse</c>: it fails, and the table stays as it is.</summary>
    Refuse,

    /// <summary><c>delete</c>: it is a delete of every row, in Salesforce too.</summary>
    Delete,
}

/// <summary>Which assignment rule Salesforce runs: none, the active one, or one by its id.</summary>
/// <param name="IsDefault">The active one of the object.</param>
/// <param name="Id">18-character id, 01Q...; null without one.</param>
internal sealed record AssignmentRuleChoice(bool IsDefault, string? Id)
{
    /// <summary><c>off</c>: none.</summary>
    public static AssignmentRuleChoice Off { get; } = new(IsDefault: false, Id: null);

    /// <summary><c>default</c>: the active one.</summary>
    public static AssignmentRuleChoice Default { get; } = new(IsDefault: true, Id: null);
}

/// <summary>What becomes of a record that a duplicate rule of the org would warn a person about.</summary>
internal enum DuplicateRulesConfig
{
    /// <summary><c>refuse</c>: it is refused, and parked.</summary>
    Refuse,

    /// <summary><c>allow-save</c>: it is saved.</summary>
    AllowSave,
}

/// <summary>What becomes of a record with a text that is longer than its field.</summary>
internal enum FieldTruncationConfig
{
    /// <summary><c>refuse</c>: it is refused, and parked.</summary>
    Refuse,

    /// <summary><c>allow</c>: Salesforce cuts the text.</summary>
    Allow,
}

/// <summary>How local changes of one record are sent.</summary>
internal enum WriteModeConfig
{
    /// <summary><c>merged</c>: what waits is folded into one write.</summary>
    Merged,

    /// <summary><c>ordered</c>: every change is a write of its own.</summary>
    Ordered,
}

/// <summary>What a delete does.</summary>
internal enum DeletePolicyConfig
{
    /// <summary><c>delete-wins</c>: over changes of the other side.</summary>
    DeleteWins,

    /// <summary><c>delete-loses</c>: a delete of the row that is not sent yet gives way to a change in Salesforce.</summary>
    DeleteLoses,

    /// <summary><c>soft-delete</c>: a record deleted in Salesforce leaves its row, isdeleted = true.</summary>
    SoftDelete,
}

/// <summary>One mapped field.</summary>
internal sealed record FieldConfig
{
    /// <summary>API name as written: <c>Phone</c>, or <c>Account.ActorSync_Id__c</c> for a parent by its external id.</summary>
    public required string Name { get; init; }

    /// <summary>The conflict policy of this field, the mapping's unless it has its own.</summary>
    public required ConflictPolicyConfig Policy { get; init; }

    /// <summary>What a statement of the application sets is sent to Salesforce even if it was so already.</summary>
    public bool Intent { get; init; }

    /// <summary>The parent this field names by external id; null for a plain field.</summary>
    public ParentFieldConfig? Parent =>
        Name.Split('.') is [var relationship, var externalId] ? new(relationship, externalId) : null;

    /// <summary>Column in the mapped table.</summary>
    public string Column => ColumnOf(Name);

    /// <summary>The column of a field as Heroku Connect names it: lower case, a dot as two underscores.</summary>
    public static string ColumnOf(string field) => field.ToLowerInvariant().Replace(".", "__", StringComparison.Ordinal);
}

/// <summary>A parent named by its external id.</summary>
/// <param name="Relationship">Relationship name from describe: <c>Account</c>, <c>Parent__r</c>.</param>
/// <param name="ExternalId">External id field of the parent's object.</param>
internal sealed record ParentFieldConfig(string Relationship, string ExternalId);
